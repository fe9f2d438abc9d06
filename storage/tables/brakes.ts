/** The tables of budgets and stops as Kysely types; `storage/migrations/0016-budgets-and-stops.ts` makes them. */
import type { ColumnType } from 'kysely'

/** Written once, never changed. */
type Once<T> = ColumnType<T, T, never>

/** Changed by the functions `mandate.take_budgets` and `mandate.settle_budgets` only. */
interface BudgetCounterTable {
  /** Whose, of what and for which period: `agent:finance-agent money:EUR day`. */
  readonly counter: Once<string>
  readonly window_start: Once<Date>
  readonly resets_at: Once<Date>
  /** A decimal number as text. */
  readonly used: string
  /** When the first breach of this window was acted upon. */
  readonly breached_at: Date | null
}

interface StopTable {
  readonly id: Once<string>
  readonly scope_kind: Once<'EVERYTHING' | 'ROLE' | 'AGENT' | 'WORKFLOW' | 'OPERATION' | 'SUBGRAPH' | 'EFFECT'>
  /** Null for everything. */
  readonly target: Once<string | null>
  readonly mode: Once<'BLOCK_NEW' | 'DRAIN' | 'HALT'>
  readonly reason: Once<string>
  readonly state: 'ENGAGED' | 'RELEASE_PENDING' | 'RELEASED'
  readonly engaged_by: Once<string>
  readonly engaged_at: Once<Date>
  readonly expires_at: Once<Date | null>
  readonly release_needs: Once<1 | 2>
  readonly release_requested_by: string | null
  readonly release_requested_at: Date | null
  readonly released_by: string | null
  readonly released_at: Date | null
  readonly version: number
}

/** What one gateway saw when it began to obey a stop. */
interface StopReportTable {
  readonly stop_id: Once<string>
  readonly gateway: Once<string>
  readonly obeyed_at: Once<Date>
  /** The last operation in scope that began there after the stop was engaged; null for none. */
  readonly last_began_at: Once<Date | null>
  readonly running: Once<number>
  readonly aborted: Once<number>
}

/** The gateways that run, each with the last time that it said so. */
interface GatewayTable {
  readonly id: Once<string>
  readonly started_at: Once<Date>
  readonly seen_at: Date
}

export interface BrakeTables {
  'mandate.budget_counters': BudgetCounterTable
  'mandate.gateways': GatewayTable
  'mandate.stop_reports': StopReportTable
  'mandate.stops': StopTable
}
