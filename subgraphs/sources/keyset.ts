/**
 * Keyset paging: a page goes on after the last record's sort values, so that pages neither skip nor repeat records while
 * others are added. Nulls come last in both directions; the id decides between equals.
 */
import { sql, type RawBuilder } from 'kysely'
import { operand } from './conditions.ts'
import type { Position } from './cursors.ts'
import type { Sort } from './entity-source.ts'
import type { EntityColumn, EntityTable } from './entity-table.ts'

interface SortKey {
  readonly column: EntityColumn
  readonly descending: boolean
}

/** An order of a table that no two records share. */
export interface Keyset {
  /** Says which list in which order; a cursor of one is none of another. */
  readonly name: string
  readonly orderBy: RawBuilder<unknown>
  /** Where a record stands. */
  position(record: Readonly<Record<string, unknown>>): Position
  /** Holds for the records after a position. */
  after(position: Position): RawBuilder<unknown>
}

/** Completes a sort by the id, and gives the SQL for it. */
export function keysetOf(table: EntityTable, sort: readonly Sort[]): Keyset {
  const keys: SortKey[] = [...sort, { field: 'id', direction: 'ASC' as const }].map(({ field, direction }) => ({
    column: table.column(field),
    descending: direction === 'DESC',
  }))
  const parts = keys.map(({ column, descending }) => `${column.field} ${descending ? 'desc' : 'asc'}`)
  return {
    name: `${table.name}: ${parts.join(', ')}`,
    orderBy: sql.join(keys.map(orderOf)),
    position: (record) => keys.map(({ column }) => record[column.field] ?? null),
    after: (position) => afterPosition(keys, position),
  }
}

function orderOf({ column, descending }: SortKey): RawBuilder<unknown> {
  if (!descending) return sql`${column.comparable} asc`
  return column.nullable ? sql`${column.comparable} desc nulls last` : sql`${column.comparable} desc`
}

/** (a after x) or (a ties x and b after y) or … */
function afterPosition(keys: readonly SortKey[], position: Position): RawBuilder<unknown> {
  const branches = keys.flatMap((key, index) => {
    const beyond = beyondValue(key, position[index])
    if (!beyond) return []
    const ties = keys.slice(0, index).map((earlier, at) => tiesValue(earlier, position[at]))
    return [sql`(${sql.join([...ties, beyond], sql` and `)})`]
  })
  return sql`(${sql.join(branches, sql` or `)})`
}

/** Null where nothing can be beyond: nulls are the last. */
function beyondValue({ column, descending }: SortKey, value: unknown): RawBuilder<unknown> | null {
  if (value === null) return null
  const beyond = sql`${column.comparable} ${descending ? sql`<` : sql`>`} ${operand(column, value)}`
  return column.nullable ? sql`(${beyond} or ${column.ref} is null)` : beyond
}

function tiesValue({ column }: SortKey, value: unknown): RawBuilder<unknown> {
  return value === null ? sql`${column.ref} is null` : sql`${column.comparable} = ${operand(column, value)}`
}
