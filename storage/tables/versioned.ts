/** What the rows of all business systems have in common. */
import type { ColumnType } from 'kysely'

/** Read as a Date, written as a Date or as RFC 3339 text. */
export type Timestamp = ColumnType<Date, Date | string, Date | string>
export type NullableTimestamp = ColumnType<Date | null, Date | string | null, Date | string | null>

/** What every row carries. */
export interface Versioned {
  id: string
  version: number
  created_at: Timestamp
  updated_at: Timestamp
}
