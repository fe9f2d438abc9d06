/** From the rows of a file to what each says of a pilot: every problem is told, each with its place. */
import { naturalKey, type PilotFacts } from '../../../../storage/stores/pilots.ts'
import { fieldNames, type FieldName, pilotFields, readField } from '../pilot-fields.ts'
import { fieldOf, knownColumns } from './columns.ts'
import type { ImportProblem, RawCell, RawRow } from './problems.ts'

/** A row that can be taken. What the file does not speak of is not among its facts. */
export interface GoodRow {
  readonly line: number
  readonly facts: Partial<PilotFacts> & Pick<PilotFacts, 'name' | 'department'>
  readonly key: string
}

export interface ReadRows {
  readonly good: readonly GoodRow[]
  /** In the order of the file. */
  readonly problems: readonly ImportProblem[]
  /** How many rows have a problem. */
  readonly bad: number
}

/** Reads rows. Of two rows about one pilot, the second is a problem. */
export function readRows(rows: readonly RawRow[]): ReadRows {
  const good: GoodRow[] = []
  const problems: ImportProblem[] = []
  const lines = new Map<string, number>()
  let bad = 0
  for (const row of rows) {
    const { facts, problems: found } = readRow(row)
    const key = naturalKey({ name: facts.name ?? '', department: facts.department ?? '' })
    const earlier = found.length === 0 ? lines.get(key) : undefined
    if (earlier !== undefined) {
      const problem = `It is the pilot of line ${earlier}: name and department are the same.`
      found.push({
        line: row.line,
        column: null,
        problem,
        mend: 'Take one of the two out, or give it a name of its own.',
      })
    }
    if (found.length === 0) {
      lines.set(key, row.line)
      good.push({ line: row.line, key, facts: facts as GoodRow['facts'] })
    } else {
      bad += 1
      problems.push(...found)
    }
  }
  return { good, problems, bad }
}

function readRow({ line, cells, problems }: RawRow): { facts: Partial<PilotFacts>; problems: ImportProblem[] } {
  const found = [...problems]
  const given = new Map<FieldName, unknown>()
  for (const cell of cells) {
    const at = { line: cell.line, column: { name: clip(cell.name), number: cell.number } }
    const field = fieldOf(cell.name)
    if (field === null) found.push({ ...at, problem: `There is no field \`${clip(cell.name)}\`.`, mend: knownColumns })
    else if (given.has(field))
      found.push({ ...at, problem: `\`${field}\` stands twice.`, mend: 'Take one of the two out.' })
    else given.set(field, readCell(cell, field, found))
  }
  // Where the form of the row is broken already, what seems to be missing may only stand elsewhere.
  if (problems.length === 0) {
    for (const name of fieldNames) {
      if (pilotFields[name].required !== true || given.has(name)) continue
      found.push({ line, column: null, problem: `\`${name}\` is missing.`, mend: 'Add it; every pilot needs one.' })
    }
  }
  return { facts: Object.fromEntries(given), problems: found }
}

function readCell({ name, line, number, value }: RawCell, field: FieldName, found: ImportProblem[]): unknown {
  const read = readField(field, value)
  if (read.ok) return read.value
  found.push({ line, column: { name: clip(name), number }, problem: `\`${field}\` ${read.problem}.`, mend: read.mend })
  return undefined
}

function clip(text: string): string {
  const printable = text.replace(/\p{C}/gu, '�').trim()
  return printable.length > 60 ? `${printable.slice(0, 59)}…` : printable
}
