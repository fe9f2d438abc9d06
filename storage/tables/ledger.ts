/** The ledger's tables as Kysely types; `storage/migrations/0001-ledger.ts` makes them. */
import type { ColumnType } from 'kysely'

/** Written once, never changed: the table's triggers refuse updates, and so does its type. */
type Once<T> = ColumnType<T, T, never>

interface LedgerTable {
  readonly seq: Once<number>
  readonly kind: Once<'intent' | 'outcome'>
  readonly at: Once<Date>
  readonly request_id: Once<string>
  readonly principal: Once<string | null>
  readonly on_behalf_of: Once<string | null>
  /** Every coordinate the record touches, by its number in the dictionary, ascending. */
  readonly coordinates: Once<readonly number[]>
  /** Canonical JSON (RFC 8785): the record itself. All columns but `seq` and the hashes are derived from it. */
  readonly body: Once<string>
  readonly prev_hash: Once<string>
  readonly hash: Once<string>
}

interface LedgerCoordinateTable {
  readonly id: Once<number>
  readonly coordinate: Once<string>
  /** The record that defines it. */
  readonly seq: Once<number>
}

interface LedgerHeadTable {
  readonly only_row: ColumnType<boolean, never, never>
  readonly seq: number
  readonly hash: string
  /** How many coordinates the dictionary has; the next number is one more. */
  readonly coordinates: number
  /** Raised when a write of unknown fate is given up, so that it cannot arrive late. */
  readonly fence: number
}

export interface LedgerTables {
  'mandate.ledger': LedgerTable
  'mandate.ledger_coordinates': LedgerCoordinateTable
  'mandate.ledger_head': LedgerHeadTable
}
