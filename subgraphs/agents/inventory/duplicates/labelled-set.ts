/** Reads a labelled set: a file of pilots as for an import, and a file with what people say about pairs of them. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import type { PilotFacts } from '../../../../storage/stores/pilots.ts'
import { readCsv } from '../import/read-csv.ts'
import { readRows } from '../import/read-rows.ts'
import { readFacts } from '../pilot-inputs.ts'
import type { LabelledPair } from './evaluate.ts'

export interface LabelledSet {
  readonly pilots: readonly PilotFacts[]
  readonly labels: readonly LabelledPair[]
}

const labelRow = z.strictObject({
  a: z.string(),
  b: z.string(),
  label: z.enum(['DUPLICATE', 'OVERLAP', 'DIFFERENT']),
  why: z.string().min(1),
})

/** Reads `pilots.csv` and `labels.csv` of a folder; throws an error that names the first mistake. */
export function readLabelledSet(folder: string): LabelledSet {
  const file = readCsv(readFileSync(path.join(folder, 'pilots.csv'), 'utf8'))
  const { good, problems } = file.ok ? readRows(file.rows) : { good: [], problems: file.problems }
  const [problem] = problems
  if (problem) throw new Error(`pilots.csv, line ${problem.line}: ${problem.problem} ${problem.mend}`)
  const pilots = good.map(({ facts }) => readFacts(facts))
  const names = new Set(pilots.map(({ name }) => name))
  if (names.size < pilots.length)
    throw new Error('pilots.csv: two pilots have one name, so that labels cannot tell them apart.')

  const rows = z.array(labelRow).parse(parse(readFileSync(path.join(folder, 'labels.csv'), 'utf8'), { columns: true }))
  for (const { a, b } of rows) {
    const stranger = [a, b].find((name) => !names.has(name))
    if (stranger !== undefined) throw new Error(`labels.csv names \`${stranger}\`, and there is no such pilot.`)
  }
  return { pilots, labels: rows }
}
