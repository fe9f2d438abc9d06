/**
 * Takes a file of pilots into the inventory: nothing, or exactly the good rows, as asked. A row is new, changes a pilot of the same
 * name and department, or says what is known already; importing a file again changes nothing.
 */
import type { Transaction } from 'kysely'
import canonicalize from 'canonicalize'
import {
  countPilots,
  findPilotsByKey,
  insertPilots,
  type Pilot,
  type PilotFacts,
  updatePilotFacts,
} from '../../../../storage/stores/pilots.ts'
import type { Tables } from '../../../../storage/tables.ts'
import type { SubgraphContext } from '../../../context.ts'
import { readFacts, factsOf } from '../pilot-inputs.ts'
import { editableStages } from '../pilot-stages.ts'
import { refreshFindings } from '../refresh-findings.ts'
import { mostPilots } from '../register.ts'
import type { InventoryServices } from '../services.ts'
import { type ImportProblem, mostCharacters, type RawFile, unreadable } from './problems.ts'
import { readCsv } from './read-csv.ts'
import { readJson } from './read-json.ts'
import { type GoodRow, readRows } from './read-rows.ts'

export interface ImportRequest {
  readonly format: 'CSV' | 'JSON'
  readonly content: string
  readonly mode: 'ALL_OR_NOTHING' | 'GOOD_ROWS'
  readonly dryRun: boolean
}

export interface ImportReport {
  readonly rows: number
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  /** Rows with a problem. */
  readonly refused: number
  /** Whether the rows that are counted as created and updated were written. */
  readonly imported: boolean
  readonly problemCount: number
  /** The first of them. */
  readonly problems: readonly ImportProblem[]
  readonly newFindings: number
}

/** The most problems that a report lists. */
const mostListed = 200

interface Plan {
  readonly created: readonly (PilotFacts & { readonly id: string })[]
  readonly updated: readonly { readonly pilot: Pilot; readonly facts: PilotFacts }[]
  readonly unchanged: number
  readonly problems: readonly ImportProblem[]
}

/** Reads a file and writes what may be written. The transaction holds the inventory's lock. */
export async function importFile(
  transaction: Transaction<Tables>,
  request: ImportRequest,
  context: Pick<SubgraphContext<InventoryServices>, 'caller' | 'now' | 'services'>,
): Promise<ImportReport> {
  const file = readFile(request)
  if (!file.ok) return reportOf({ rows: 0, problems: file.problems })
  const { good, problems, bad } = readRows(file.rows)
  const plan = await planRows(transaction, good, context.services.world.newId)
  const all = [...problems, ...plan.problems].sort((one, other) => one.line - other.line)
  const counts = {
    rows: file.rows.length,
    created: plan.created.length,
    updated: plan.updated.length,
    unchanged: plan.unchanged,
    refused: bad + plan.problems.length,
    problems: all,
  }
  const known = await countPilots(transaction)
  if (known + plan.created.length > mostPilots) return reportOf({ ...counts, problems: [...all, tooMany(known, plan)] })
  const stops = request.mode === 'ALL_OR_NOTHING' && all.length > 0
  if (request.dryRun || stops) return reportOf(counts)
  return reportOf({ ...counts, imported: true, newFindings: await write(transaction, plan, context) })
}

function readFile({ format, content }: ImportRequest): RawFile {
  if (content.length > mostCharacters) {
    return unreadable(1, `The file has more than ${mostCharacters} characters.`, 'Split it, and import the parts.')
  }
  return format === 'CSV' ? readCsv(content) : readJson(content)
}

/** What each good row would do. */
async function planRows(
  transaction: Transaction<Tables>,
  rows: readonly GoodRow[],
  newId: () => string,
): Promise<Plan> {
  const known = await findPilotsByKey(
    transaction,
    rows.map(({ key }) => key),
  )
  const created: (PilotFacts & { id: string })[] = []
  const updated: { pilot: Pilot; facts: PilotFacts }[] = []
  const problems: ImportProblem[] = []
  let unchanged = 0
  for (const { line, key, facts } of rows) {
    const pilot = known.get(key)
    if (pilot === undefined) {
      created.push({ ...readFacts(facts), id: newId() })
      continue
    }
    const merged: PilotFacts = { ...factsOf(pilot), ...facts }
    if (canonicalize(merged) === canonicalize(factsOf(pilot))) unchanged += 1
    else if (editableStages.includes(pilot.stage)) updated.push({ pilot, facts: merged })
    else {
      const problem = `The pilot is \`${pilot.stage}\` in the inventory, and the row says something else of it.`
      problems.push({
        line,
        column: null,
        problem,
        mend: 'Take the row out, or register what is new under another name.',
      })
    }
  }
  return { created, updated, unchanged, problems }
}

async function write(
  transaction: Transaction<Tables>,
  { created, updated }: Plan,
  { caller, now, services }: Pick<SubgraphContext<InventoryServices>, 'caller' | 'now' | 'services'>,
): Promise<number> {
  const sign = { by: caller.id, at: now }
  await insertPilots(transaction, created, { stage: 'REGISTERED', discoveredBy: 'IMPORT' }, sign)
  for (const { pilot, facts } of updated) await updatePilotFacts(transaction, pilot, facts, sign)
  const changed = [...created.map(({ id }) => id), ...updated.map(({ pilot }) => pilot.id)]
  if (changed.length === 0) return 0
  const { opened, reopened } = await refreshFindings(transaction, services, now, changed)
  return opened + reopened
}

function reportOf(counts: Partial<ImportReport> & Pick<ImportReport, 'rows' | 'problems'>): ImportReport {
  return {
    created: 0,
    updated: 0,
    unchanged: 0,
    refused: 0,
    imported: false,
    newFindings: 0,
    ...counts,
    problemCount: counts.problems.length,
    problems: counts.problems.slice(0, mostListed),
  }
}

function tooMany(known: number, { created }: Plan): ImportProblem {
  return {
    line: 1,
    column: null,
    problem: `The inventory has ${known} pilots; with ${created.length} more it would have more than ${mostPilots}.`,
    mend: 'Import fewer.',
  }
}
