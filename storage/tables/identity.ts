/** The kill list's table as Kysely types; `storage/migrations/0002-revocations.ts` makes it. */
import type { ColumnType } from 'kysely'

/** Written once, never changed. */
type Once<T> = ColumnType<T, T, never>

interface RevocationTable {
  readonly id: Once<string>
  readonly kind: Once<'token' | 'principal' | 'tokens-before'>
  /** A token id (`jti`) for `token`, otherwise a principal. */
  readonly subject: Once<string>
  /** For `tokens-before`: tokens issued before this moment are refused. */
  readonly issued_before: Once<Date | null>
  /** When the entry may be forgotten, because the token has expired anyway; null for never. */
  readonly expires_at: Once<Date | null>
  readonly reason: Once<string>
  readonly revoked_by: Once<string>
  readonly revoked_at: Once<Date>
  /** Set once, when a person takes the revocation back. */
  readonly lifted_by: string | null
  readonly lifted_at: Date | null
}

export interface IdentityTables {
  'mandate.revocations': RevocationTable
}
