/**
 * Reads a file of CSV (RFC 4180) with a line of headings: commas, semicolons or tabs between cells, lines that end in any way, with
 * or without a byte order mark. What breaks the file itself, such as a quote that is never closed, makes all of it unusable:
 * where its rows end cannot be told.
 */
import { CsvError, parse } from 'csv-parse/sync'
import { fieldOf, knownColumns } from './columns.ts'
import { fieldNames, pilotFields } from '../pilot-fields.ts'
import { type ImportProblem, mostRows, type RawFile, type RawRow, unreadable } from './problems.ts'

/** Bytes of one row; a longer one is a quote that nobody closed. */
const longestRow = 100_000

/** Cells of a row; more are no row of ours. */
const mostColumns = 100

interface Record {
  readonly line: number
  readonly cells: readonly string[]
}

/** Reads CSV. */
export function readCsv(content: string): RawFile {
  // The parser counts CR LF within a cell as two lines.
  const text = content.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')
  if (firstLine(text).includes('\u0000')) {
    return unreadable(1, 'The file is not UTF-8 text.', 'Save it as “CSV UTF-8”, and import it again.')
  }
  const records: Record[] = []
  // The parser tells where a row ends; the next begins on the line after.
  let ended = 0
  try {
    parse(text, {
      delimiter: delimiterOf(text),
      record_delimiter: '\n',
      relax_column_count: true,
      max_record_size: longestRow,
      to: mostRows + 2,
      on_record: (cells: string[], { lines }) => {
        const empty = cells.every((cell) => cell.trim() === '')
        if (!empty) records.push({ line: ended + 1, cells })
        ended = lines
        return null
      },
    })
  } catch (error) {
    return brokenFile(error, ended + 1)
  }
  const [headings, ...rows] = records
  if (headings === undefined) {
    return unreadable(
      1,
      'The file has no line of headings.',
      `Begin it with the names of its columns: ${fieldNames.join(',')}.`,
    )
  }
  const problems = wrongHeadings(headings)
  if (problems.length > 0) return { ok: false, problems }
  if (rows.length > mostRows) {
    return unreadable(
      rows[mostRows]?.line ?? 1,
      `The file has more than ${mostRows} rows.`,
      'Split it, and import the parts.',
    )
  }
  return { ok: true, rows: rows.map((row) => rowOf(row, headings.cells)) }
}

function firstLine(text: string): string {
  const end = text.indexOf('\n')
  return text.slice(0, Math.min(end === -1 ? text.length : end, 10_000))
}

/** Whatever stands between the headings most often. */
function delimiterOf(text: string): string {
  const headings = firstLine(text)
  const times = (delimiter: string) => headings.split(delimiter).length
  return [',', ';', '\t'].reduce((most, one) => (times(one) > times(most) ? one : most))
}

function wrongHeadings({ line, cells }: Record): ImportProblem[] {
  if (cells.length > mostColumns) {
    return [
      {
        line,
        column: null,
        problem: `There are ${cells.length} columns.`,
        mend: `Keep those among ${fieldNames.join(', ')}.`,
      },
    ]
  }
  const seen = new Map<string, number>()
  const problems: ImportProblem[] = []
  cells.forEach((name, index) => {
    const column = { name: clip(name), number: index + 1 }
    const field = fieldOf(name)
    const before = field === null ? undefined : seen.get(field)
    if (field === null) {
      const problem = name.trim() === '' ? 'The column has no heading.' : `There is no field \`${clip(name)}\`.`
      problems.push({ line, column, problem, mend: knownColumns })
    } else if (before !== undefined) {
      const problem = `The column \`${field}\` stands twice, as column ${before} too.`
      problems.push({ line, column, problem, mend: 'Take one of the two out.' })
    } else seen.set(field, index + 1)
  })
  for (const name of fieldNames) {
    if (pilotFields[name].required !== true || seen.has(name)) continue
    const problem = `The column \`${name}\` is missing.`
    problems.push({ line, column: null, problem, mend: 'Add it, and fill it in for every pilot.' })
  }
  return problems
}

function rowOf({ line, cells }: Record, headings: readonly string[]): RawRow {
  const problems: ImportProblem[] =
    cells.length === headings.length
      ? []
      : [
          {
            line,
            column: null,
            problem: `The row has ${cells.length} cells, and there are ${headings.length} headings.`,
            mend: 'Add or take out separators; put a cell with a separator in it in quotes.',
          },
        ]
  const known = cells.slice(0, headings.length)
  return {
    line,
    problems,
    cells: known.map((cell, index) => ({
      name: headings[index] ?? '',
      line,
      number: index + 1,
      value: withoutGuard(cell),
    })),
  }
}

/** An export puts an apostrophe before what a spreadsheet would take for a formula (`write-csv.ts`). */
function withoutGuard(cell: string): string {
  return /^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell
}

function brokenFile(error: unknown, line: number): RawFile {
  if (!(error instanceof CsvError)) throw error
  const quotes = 'Put the whole cell in quotes, and write a quote inside it twice: "the ""best"" one".'
  const number = typeof error['column'] === 'number' ? error['column'] + 1 : null
  const column = number === null ? null : { name: String(number), number }
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return unreadable(line, 'A quote that this row opens is never closed.', 'Close it.', column)
    case 'INVALID_OPENING_QUOTE':
      return unreadable(line, 'A cell has a quote in it and is not in quotes itself.', quotes, column)
    case 'CSV_INVALID_CLOSING_QUOTE':
      return unreadable(line, 'There is text behind the closing quote of a cell.', quotes, column)
    case 'CSV_MAX_RECORD_SIZE':
      return unreadable(
        line,
        `The row has more than ${longestRow} bytes.`,
        'Shorten it, or close a quote that is open before it.',
      )
    default:
      return unreadable(line, 'The row is not CSV.', 'Write it as RFC 4180 says, and import the file again.', column)
  }
}

function clip(text: string): string {
  const printable = text.replace(/\p{C}/gu, '�').trim()
  return printable.length > 60 ? `${printable.slice(0, 59)}…` : printable
}
