/** Reads a file of JSON: a list with one object for each pilot, its members named as the fields. */
import { JsonMistake, scanJson, type JsonMember, type JsonValue } from './json-scanner.ts'
import { mostRows, type RawFile, type RawRow, unreadable } from './problems.ts'

/** Reads JSON. */
export function readJson(content: string): RawFile {
  let file: JsonValue
  try {
    file = scanJson(content.replace(/^\ufeff/, ''))
  } catch (error) {
    if (!(error instanceof JsonMistake)) throw error
    const column = { name: 'character', number: error.at.column }
    return unreadable(error.at.line, error.message, 'Correct the JSON there, and import the file again.', column)
  }
  if (file.kind !== 'array') {
    return unreadable(
      file.at.line,
      'The file is not a list.',
      'Write a list with one object for each pilot: [{"name": …}, …].',
    )
  }
  if (file.items.length > mostRows) {
    const line = file.items[mostRows]?.at.line ?? 1
    return unreadable(line, `The file has more than ${mostRows} pilots.`, 'Split it, and import the parts.')
  }
  return { ok: true, rows: file.items.map(rowOf) }
}

function rowOf(item: JsonValue): RawRow {
  const { line, column } = item.at
  if (item.kind !== 'object') {
    const problem = 'This is not an object.'
    const at = { name: 'character', number: column }
    return { line, cells: [], problems: [{ line, column: at, problem, mend: 'Write the pilot as {"name": …}.' }] }
  }
  return {
    line,
    problems: [],
    cells: item.members.map(({ name, at, value }: JsonMember) => ({
      name,
      line: at.line,
      number: at.column,
      value: plainValue(value),
    })),
  }
}

/** Texts, numbers and lists of them; anything else stays something that no field takes. */
function plainValue(value: JsonValue): unknown {
  switch (value.kind) {
    case 'scalar':
      return value.value
    case 'array':
      return value.items.map((item) => (item.kind === 'scalar' ? item.value : false))
    case 'object':
      return false
  }
}
