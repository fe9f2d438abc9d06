/** Conditions and values of a mapped table as SQL. Values travel as parameters; names come from the connector file and are quoted. */
import { sql, type RawBuilder } from 'kysely'
import type { Condition, NativeOrder } from '../driver.ts'
import type { FieldKind, NativeProperty, Value } from '../mapping/mapped-entity.ts'
import { asText as scalarText } from '../mapping/values.ts'

const types: Readonly<Record<FieldKind, string>> = {
  text: 'text',
  folded: 'text',
  int: 'bigint',
  decimal: 'numeric',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamptz',
  json: 'jsonb',
}

/** The column of a property, of the alias `t`: a bare name in `order by` would mean the text of the selection. */
export function columnOf({ path }: NativeProperty): RawBuilder<unknown> {
  return sql.id('t', path.join('.'))
}

/** The column without an alias, as `insert` and `set` want it. */
export function columnName({ path }: NativeProperty): RawBuilder<unknown> {
  return sql.id(path.join('.'))
}

/** A value as the column's type: the one that the mapping names (`native: uuid`), else the usual one of its kind. */
export function parameter(property: NativeProperty, value: Value): RawBuilder<unknown> {
  const given = property.kind === 'json' && value !== null ? JSON.stringify(value) : value
  return sql`${given}::${sql.raw(typeOf(property))}`
}

function typeOf({ native, kind, path }: NativeProperty): string {
  if (native === null) return types[kind]
  // The one name that is not quoted: a type can be `character varying`.
  if (/^[a-z_][a-z0-9_]*(?:[ .][a-z_][a-z0-9_]*){0,3}$/i.test(native)) return native
  throw new Error(`The column ${path.join('.')} has the type ${native}, which is no name of a type.`)
}

/** The column as text, in the form that `values.ts` reads: times in UTC with milliseconds. */
export function asText(property: NativeProperty): RawBuilder<unknown> {
  const column = columnOf(property)
  if (property.kind !== 'timestamp') return sql`${column}::text`
  const inUtc = property.native === 'timestamp' || property.native?.startsWith('timestamp without') === true
  const moment = inUtc ? column : sql`${column} at time zone 'UTC'`
  return sql`to_char(${moment}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}

/** One condition as SQL. */
export function conditionSql(condition: Condition): RawBuilder<unknown> {
  if ('all' in condition) return joined(condition.all, sql` and `, sql`true`)
  if ('any' in condition) return joined(condition.any, sql` or `, sql`false`)
  const { property } = condition
  const column = comparable(property, columnOf(property))
  const value = (given: Value) => comparable(property, parameter(property, given))
  switch (condition.is) {
    case 'null':
      return sql`${columnOf(property)} is null`
    case 'not-null':
      return sql`${columnOf(property)} is not null`
    case 'in':
      return condition.values.length === 0 ? sql`false` : sql`${column} in (${sql.join(condition.values.map(value))})`
    case 'contains':
      return sql`${columnOf(property)}::text ilike ${`%${escapePattern(scalarText(condition.value))}%`}`
    case 'eq':
      return sql`${column} = ${value(condition.value)}`
    case 'gt':
      return sql`${column} > ${value(condition.value)}`
    case 'gte':
      return sql`${column} >= ${value(condition.value)}`
    case 'lt':
      return sql`${column} < ${value(condition.value)}`
    case 'lte':
      return sql`${column} <= ${value(condition.value)}`
  }
}

/** The order of a list, nulls last. */
export function orderSql(orderBy: readonly NativeOrder[]): RawBuilder<unknown> {
  if (orderBy.length === 0) return sql``
  const keys = orderBy.map(({ property, direction }) => {
    const column = comparable(property, columnOf(property))
    return direction === 'ASC' ? sql`${column} asc nulls last` : sql`${column} desc nulls last`
  })
  return sql`order by ${sql.join(keys)}`
}

/** Records hold times to the millisecond, so that is how they are compared: or a cursor would find its own record again. */
function comparable({ kind }: NativeProperty, expression: RawBuilder<unknown>): RawBuilder<unknown> {
  if (kind === 'folded') return sql`lower(${expression})`
  return kind === 'timestamp' ? sql`date_trunc('milliseconds', ${expression})` : expression
}

function joined(conditions: readonly Condition[], by: RawBuilder<unknown>, none: RawBuilder<unknown>) {
  return conditions.length === 0 ? none : sql`(${sql.join(conditions.map(conditionSql), by)})`
}

function escapePattern(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`)
}
