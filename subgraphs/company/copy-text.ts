/** Rows in the text format of PostgreSQL's COPY: tabs between columns, `\N` for null, a backslash before what is special. */

const special = /[\\\t\n\r]/g
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** The lines of some rows; all have the same columns in the same order as `columns`. */
export function copyText(columns: readonly string[], rows: readonly Readonly<Record<string, unknown>>[]): string {
  let text = ''
  for (const row of rows) {
    for (let index = 0; index < columns.length; index += 1) {
      if (index > 0) text += '\t'
      text += cellText(row[columns[index] ?? ''])
    }
    text += '\n'
  }
  return text
}

function cellText(value: unknown): string {
  if (typeof value === 'string')
    return value.search(special) < 0 ? value : value.replace(special, (one) => escapes[one] ?? one)
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 't' : 'f'
  if (value === null) return '\\N'
  throw new TypeError(`A generated row holds a ${typeof value}, which has no text in COPY.`)
}
