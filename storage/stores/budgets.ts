/**
 * Where budgets are counted: the one truth of all replicas. A call takes the amounts of all its lines or none of them, whatever else
 * is being taken at the same time. Calls of one process share statements, so that a flood of them is no flood for the database.
 */
import { sql } from 'kysely'
import { inBatches } from '../batches.ts'
import type { Database } from '../database.ts'

/** One limit that applies. Lines on the same counter and window take the same amount, once. */
interface CountedLine {
  readonly counter: string
  readonly windowStart: Date
  /** A decimal number. */
  readonly quota: string
}

/** What is to be taken. */
export interface BudgetTake extends CountedLine {
  readonly resetsAt: Date
  /** A decimal number; `0` looks and takes nothing. */
  readonly amount: string
}

/** What was taken, and what is known now. */
export interface BudgetSettlement extends CountedLine {
  /** A decimal number. */
  readonly taken: string
  /** A decimal number. */
  readonly counted: string
  /** Whether the counter also grows by the entities that its window had not seen. */
  readonly collects: boolean
}

/** How a line stands after a call. */
export interface BudgetStanding {
  /** What is used, as a decimal number. */
  readonly used: string
  /** What remains, never below zero; of a look, what would remain. */
  readonly remaining: string
}

/** How a line stands, and whether its amount fits, taken alone. */
export interface BudgetVerdict extends BudgetStanding {
  readonly fits: boolean
}

export interface BudgetStore {
  /** Takes all or nothing; in the order of the lines, how each stands. Nothing was taken where one does not fit. */
  take(lines: readonly BudgetTake[]): Promise<readonly BudgetVerdict[]>
  /** The same answer, and nothing is taken. */
  look(lines: readonly BudgetTake[]): Promise<readonly BudgetVerdict[]>
  /** Puts counters right, none below zero; in the order of the lines, how each stands. */
  settle(lines: readonly BudgetSettlement[], entities: readonly string[]): Promise<readonly BudgetStanding[]>
  /** Whether a breach of this window was acted upon. */
  wasActedUpon(counter: string, windowStart: Date): Promise<boolean>
  /** Notes that a breach of this window was acted upon; false where that was noted before. */
  noteAct(counter: string, windowStart: Date, now: Date): Promise<boolean>
  /** Forgets the windows that ended before a time; how many counters that were. */
  forget(before: Date): Promise<number>
}

/** Most requests that one statement counts. */
const batchSize = 200

/** Makes the store over `mandate.budget_counters` and `mandate.budget_entities`. */
export function createBudgetStore({ kysely }: Pick<Database, 'kysely'>): BudgetStore {
  const count = (act: 'take' | 'look') =>
    inBatches(
      async (requests: readonly (readonly BudgetTake[])[]): Promise<(readonly BudgetVerdict[])[]> => {
        const lines = requests.flat()
        const { froms, tos } = placesOf(requests)
        const { rows } = await sql<BudgetVerdict & Placed>`
          select request, trim_scale(used_now)::text as used, trim_scale(left_now)::text as remaining, fits
          from mandate.take_many_budgets(
            ${act}, ${froms}::integer[], ${tos}::integer[],
            ${lines.map(({ counter }) => counter)}::text[],
            ${lines.map(({ windowStart }) => windowStart.toISOString())}::timestamptz[],
            ${lines.map(({ resetsAt }) => resetsAt.toISOString())}::timestamptz[],
            ${lines.map(({ amount }) => amount)}::numeric[],
            ${lines.map(({ quota }) => quota)}::numeric[]
          ) order by request, place
        `.execute(kysely)
        return byRequest(requests.length, rows)
      },
      { size: batchSize },
    )

  const settle = inBatches(
    async (requests: readonly Settled[]): Promise<(readonly BudgetStanding[])[]> => {
      const lines = requests.flatMap((request) => request.lines)
      const { froms, tos } = placesOf(requests.map((request) => request.lines))
      const { rows } = await sql<BudgetStanding & Placed>`
        select request, trim_scale(used_now)::text as used, trim_scale(left_now)::text as remaining
        from mandate.settle_many_budgets(
          ${froms}::integer[], ${tos}::integer[],
          ${lines.map(({ counter }) => counter)}::text[],
          ${lines.map(({ windowStart }) => windowStart.toISOString())}::timestamptz[],
          ${lines.map(({ taken }) => taken)}::numeric[],
          ${lines.map(({ counted }) => counted)}::numeric[],
          ${lines.map(({ collects }) => collects)}::boolean[],
          ${lines.map(({ quota }) => quota)}::numeric[],
          ${JSON.stringify(requests.map(({ entities }) => entities))}::jsonb
        ) order by request, place
      `.execute(kysely)
      return byRequest(requests.length, rows)
    },
    { size: batchSize },
  )

  return {
    take: count('take'),
    look: count('look'),
    settle: (lines, entities) => settle({ lines, entities }),
    async wasActedUpon(counter, windowStart) {
      const row = await kysely
        .selectFrom('mandate.budget_counters')
        .select('breached_at')
        .where('counter', '=', counter)
        .where('window_start', '=', windowStart)
        .executeTakeFirst()
      return row !== undefined && row.breached_at !== null
    },
    async noteAct(counter, windowStart, now) {
      const { numUpdatedRows } = await kysely
        .updateTable('mandate.budget_counters')
        .set({ breached_at: now })
        .where('counter', '=', counter)
        .where('window_start', '=', windowStart)
        .where('breached_at', 'is', null)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    async forget(before) {
      const { numDeletedRows } = await kysely
        .deleteFrom('mandate.budget_counters')
        .where('resets_at', '<', before)
        .executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}

interface Settled {
  readonly lines: readonly BudgetSettlement[]
  readonly entities: readonly string[]
}

interface Placed {
  /** Which of the requests, from 1. */
  readonly request: number
}

/** Where the lines of each request stand in the list of all, from 1. */
function placesOf(requests: readonly (readonly unknown[])[]) {
  const tos: number[] = []
  for (const lines of requests) tos.push((tos.at(-1) ?? 0) + lines.length)
  return { froms: [1, ...tos.slice(0, -1).map((to) => to + 1)], tos }
}

function byRequest<Row extends Placed>(requests: number, rows: readonly Row[]): Row[][] {
  const grouped = Map.groupBy(rows, ({ request }) => request)
  return Array.from({ length: requests }, (_, at) => grouped.get(at + 1) ?? [])
}
