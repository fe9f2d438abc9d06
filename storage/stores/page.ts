/** Pages of rows whose ids grow with time (UUIDv7): the newest first, each page after the last id of the one before. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'

export interface Page {
  readonly first: number
  /** The id that the page comes after; null for the first page. */
  readonly after: string | null
}

export interface Listed<T> {
  readonly items: readonly T[]
  readonly hasMore: boolean
}

/** All conditions that are given, joined by AND; what is left out (`null`) does not bound. */
export function allOf(...conditions: readonly (RawBuilder<SqlBool> | null)[]): RawBuilder<SqlBool> {
  const given = conditions.filter((condition) => condition !== null)
  return given.length === 0 ? sql<SqlBool>`true` : sql<SqlBool>`(${sql.join(given, sql` and `)})`
}

/** A page from its rows, of which one more was read than it holds. */
export function pageOf<Row, T>(rows: readonly Row[], { first }: Page, read: (row: Row) => T): Listed<T> {
  return { items: rows.slice(0, first).map(read), hasMore: rows.length > first }
}
