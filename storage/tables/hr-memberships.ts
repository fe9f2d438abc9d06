/** What `storage/migrations/0171-hr-memberships.ts` adds to a membership: its end. Left out when a row is made. */
import type { ColumnType } from 'kysely'

/** Both are null while the membership holds. */
export interface MembershipEnd {
  /** A principal. */
  removed_by: ColumnType<string | null, string | null | undefined>
  removed_at: ColumnType<Date | null, Date | string | null | undefined>
}
