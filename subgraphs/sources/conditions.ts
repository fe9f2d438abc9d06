/** Turns the filters of the source port into SQL conditions; every value travels as a parameter. */
import { sql, type RawBuilder } from 'kysely'
import type { EntityColumn, EntityTable } from './entity-table.ts'
import type { Comparison, Filter } from './entity-source.ts'

const arrayTypes = {
  text: sql`text[]`,
  folded: sql`text[]`,
  int: sql`int[]`,
  decimal: sql`numeric[]`,
  boolean: sql`boolean[]`,
  date: sql`date[]`,
  timestamp: sql`timestamptz[]`,
  json: sql`jsonb[]`,
} as const

/** One condition that holds when all of the filter's conditions hold; `true` for an empty filter. */
export function conditionOf(table: EntityTable, filter: Filter): RawBuilder<unknown> {
  const conditions = Object.entries(filter).flatMap(([field, comparison]) =>
    comparisonsOf(table.column(field), comparison),
  )
  return conditions.length === 0 ? sql`true` : sql`(${sql.join(conditions, sql` and `)})`
}

/** A value as the column compares with it. */
export function operand(column: EntityColumn, value: unknown): RawBuilder<unknown> {
  return column.kind === 'folded' ? sql`lower(${value})` : sql`${value}`
}

type Operators = Partial<Record<'eq' | 'in' | 'contains' | 'gte' | 'lte' | 'gt' | 'lt', unknown>>

function comparisonsOf(column: EntityColumn, comparison: Comparison): RawBuilder<unknown>[] {
  const { comparable } = column
  return Object.entries(comparison satisfies Operators)
    .filter(([, value]) => value !== undefined)
    .map(([operator, value]) => {
      switch (operator as keyof Operators) {
        case 'eq':
          return value === null ? sql`${comparable} is null` : sql`${comparable} = ${operand(column, value)}`
        case 'in':
          return sql`${comparable} = any(${anyOf(column, value as readonly unknown[])})`
        case 'contains':
          return sql`${column.ref} ilike ${`%${escapePattern(String(value))}%`}`
        case 'gte':
          return sql`${comparable} >= ${operand(column, value)}`
        case 'lte':
          return sql`${comparable} <= ${operand(column, value)}`
        case 'gt':
          return sql`${comparable} > ${operand(column, value)}`
        case 'lt':
          return sql`${comparable} < ${operand(column, value)}`
      }
    })
}

function anyOf(column: EntityColumn, values: readonly unknown[]): RawBuilder<unknown> {
  const array = sql`${[...values]}::${arrayTypes[column.kind]}`
  return column.kind === 'folded' ? sql`array(select lower(v) from unnest(${array}) as v)` : array
}

/** What the caller typed is text to look for, not a pattern. */
function escapePattern(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`)
}
