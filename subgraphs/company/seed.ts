/**
 * Fills an empty database with the generated company, once: in one transaction and under an advisory lock, so that gateways
 * that start together on one database seed it together exactly once. Rows go in by COPY while the next ones are generated.
 */
import type { LoadConnection } from '../../storage/bulk-load.ts'
import type { Database } from '../../storage/database.ts'
import { companyParts } from './company.ts'
import { copyText } from './copy-text.ts'
import { putBack, takeAway } from './load-order.ts'
import { tableSequences, type CompanyTable } from './rows.ts'
import { sizesOf } from './scale.ts'

/** Any number that nothing else locks. */
const lockNumber = 7_203_110

/** Rows of one COPY: few enough to keep a text small, many enough to make few statements. */
const batchSize = 5_000

/** What {@link seedCompany} did. */
export type SeedResult = { readonly outcome: 'seeded'; readonly rows: number } | { readonly outcome: 'kept' }

/** How to seed. */
export interface SeedOptions {
  /** 1, 10 or 100; see `scale.ts`. */
  readonly scale?: number
  /** Told how much is done, from 0 to 1, and how many rows are in. */
  readonly onProgress?: (done: number, rows: number) => void
}

/** Seeds the business systems when they are empty; leaves them alone when any of them has a record. */
export async function seedCompany(database: Database, options: SeedOptions = {}): Promise<SeedResult> {
  const { scale = 1, onProgress = () => undefined } = options
  return database.load(async (connection) => {
    await connection.query('select pg_advisory_xact_lock($1)', [lockNumber])
    const [state] = await connection.query<{ filled: boolean }>(
      `select exists (select from crm.accounts) or exists (select from itsm.incidents) or exists (select from finance.invoices)
        or exists (select from erp.sales_orders) or exists (select from hr.users) as filled`,
    )
    if (state?.filled !== false) return { outcome: 'kept' }

    const taken = await takeAway(connection)
    const rows = await copyCompany(connection, scale, onProgress)
    await putBack(connection, taken)
    onProgress(1, rows)
    return { outcome: 'seeded', rows }
  })
}

/** Parts of the company before, in and after its slices; for the share that is done. */
const partsOfSlice = 7

async function copyCompany(
  connection: LoadConnection,
  scale: number,
  onProgress: (done: number, rows: number) => void,
): Promise<number> {
  const last = new Map<CompanyTable, number>()
  const parts = 2 + partsOfSlice * sizesOf(scale).slices
  let rowCount = 0
  let partCount = 0
  // One COPY is on its way while the next text is made.
  let running: Promise<void> = Promise.resolve()
  try {
    for (const part of companyParts(scale)) {
      for (const [table, rows] of Object.entries(part) as [CompanyTable, readonly Record<string, unknown>[]][]) {
        const columns = Object.keys(rows[0] ?? {})
        for (let start = 0; start < rows.length; start += batchSize) {
          const text = copyText(columns, rows.slice(start, start + batchSize))
          await running
          running = connection.copy(`copy ${table} (${columns.join(', ')}) from stdin`, text)
          // A failure is met at the next await; until then it must not count as unhandled.
          running.catch(() => undefined)
        }
        rowCount += rows.length
        last.set(table, highestNumber(rows, last.get(table) ?? 0))
      }
      partCount += 1
      onProgress((0.95 * partCount) / parts, rowCount)
    }
  } finally {
    await running
  }
  // New ids go on after the largest number that the seed used.
  for (const [table, number] of last) {
    if (number > 0) await connection.query('select setval($1::regclass, $2)', [tableSequences[table], number])
  }
  return rowCount
}

function highestNumber(rows: readonly Readonly<Record<string, unknown>>[], before: number): number {
  return rows.reduce((highest, { id }) => Math.max(highest, Number(/\d+$/.exec(String(id))?.[0])), before)
}
