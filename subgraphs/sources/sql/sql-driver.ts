/** The driver for an existing PostgreSQL database: tables and columns as a connector file maps them, one transaction for each act. */
import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely'
import { isRefusal, refusal } from '../../../lib/errors.ts'
import type { DriverCapabilities, NativeChange, NativeRow, SystemDriver } from '../driver.ts'
import { SystemFailure } from '../http/system-failure.ts'
import type { MappedEntity, NativeProperty, Value } from '../mapping/mapped-entity.ts'
import { readJsonValue } from '../mapping/values.ts'
import { explainFailure } from '../postgres-errors.ts'
import { asText, columnName, columnOf, conditionSql, orderSql, parameter } from './sql-conditions.ts'

export interface SqlDriverOptions {
  readonly connector: string
  readonly database: Kysely<unknown>
  readonly close: () => Promise<void>
}

type Row = Readonly<Record<string, unknown>>
type Executor = Kysely<unknown> | Transaction<unknown>

const can: DriverCapabilities = {
  filter: ({ kind }, operator) => (operator === 'contains' ? kind === 'text' || kind === 'folded' : kind !== 'json'),
  sort: ({ kind }) => kind !== 'json',
  any: true,
  count: true,
  nullsLast: true,
  transactions: 'atomic',
  versions: 'atomic',
}

/** Makes the driver over a database that is not ours. */
export function createSqlDriver({ connector, database, close }: SqlDriverOptions): SystemDriver {
  async function run(executor: Executor, statement: RawBuilder<Row>, signal: AbortSignal): Promise<readonly Row[]> {
    try {
      return (await statement.execute(executor, { signal })).rows
    } catch (error) {
      signal.throwIfAborted()
      throw explain(error)
    }
  }

  /** The refusal that an error means, or that the database is not well; never the words of the database. */
  function explain(error: unknown): unknown {
    if (isRefusal(error)) return error
    const explained = explainFailure(error)
    if (explained !== error) return explained
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    // Errors of classes 22, 23, 42 and 40 come after a roll back; a connection that is gone tells nothing.
    const rolledBack = /^(?:22|23|25|40|42|P0)/.test(code)
    const reason = rolledBack ? 'server-error' : 'unreachable'
    return new SystemFailure({ connector, reason, effect: rolledBack ? 'none' : 'unknown', detail: code, cause: error })
  }

  async function applyAll(transaction: Transaction<unknown>, changes: readonly NativeChange[], signal: AbortSignal) {
    const made = new Map<unknown, Value>()
    const rows: NativeRow[] = []
    for (const change of changes) {
      const values = change.values.map(([property, value]) => [property, made.get(value) ?? value] as const)
      const [row] = await run(transaction, writing(change, values), signal)
      if (!row) throw versionConflict(change)
      const native: NativeRow = { value: row, etag: null }
      rows.push(native)
      const [part] = change.entity.key.parts
      if (change.kind === 'create' && part) made.set(change.provisionalId, readProperty(native, part))
    }
    return rows
  }

  return {
    capabilities: () => can,
    async find({ entity, where, orderBy, limit, offset }, signal) {
      const rows = await run(
        database,
        sql<Row>`select ${selection(entity)} from ${tableOf(entity)} as t where ${conditionSql(where)} ${orderSql(orderBy)}
          limit ${limit + 1} offset ${offset}`,
        signal,
      )
      return { rows: rows.slice(0, limit).map((value) => ({ value, etag: null })), more: rows.length > limit }
    },
    async count(entity, where, signal) {
      const counting = sql<Row>`select count(*)::text as n from ${tableOf(entity)} as t where ${conditionSql(where)}`
      return Number((await run(database, counting, signal))[0]?.['n'])
    },
    async commit(changes, signal) {
      try {
        return await database.transaction().execute((transaction) => applyAll(transaction, changes, signal))
      } catch (error) {
        throw explain(error)
      }
    },
    read: readProperty,
    async health(signal) {
      try {
        await run(database, sql<Row>`select 1 as one`, signal)
        return { ok: true, detail: 'The database answers.' }
      } catch {
        return { ok: false, detail: 'The database does not answer.' }
      }
    },
    async describe(entity, signal) {
      const [table = '', schema = 'public'] = entity.collection.split('.').reverse()
      const columns = await run(
        database,
        sql<Row>`select column_name as name from information_schema.columns
          where table_schema = ${schema} and table_name = ${table} order by ordinal_position`,
        signal,
      )
      const properties = columns.map(({ name }) => String(name))
      const problems = mappedProperties(entity)
        .map(({ path }) => path.join('.'))
        .filter((name) => !properties.includes(name))
        .map((name) => `The table \`${entity.collection}\` has no column \`${name}\`.`)
      return { properties, problems }
    },
    close,
  }
}

function writing(change: NativeChange, values: NativeChange['values']): RawBuilder<Row> {
  const { entity } = change
  const table = tableOf(entity)
  if (change.kind === 'create') {
    if (values.length === 0) return sql<Row>`insert into ${table} as t default values returning ${selection(entity)}`
    return sql<Row>`insert into ${table} as t (${sql.join(values.map(([property]) => columnName(property)))})
      values (${sql.join(values.map(([property, value]) => parameter(property, value)))}) returning ${selection(entity)}`
  }
  const { version } = entity
  const sets = values.map(([property, value]) => sql`${columnName(property)} = ${parameter(property, value)}`)
  if (version.from === 'field') sets.push(sql`${columnName(version.field)} = ${columnOf(version.field)} + 1`)
  const key = entity.key.parts.map(
    (part, index) => sql`${columnOf(part)} = ${parameter(part, change.key[index] ?? null)}`,
  )
  return sql<Row>`update ${table} as t set ${sql.join(sets)} where ${sql.join(key, sql` and `)} and ${unchanged(change)}
    returning ${selection(entity)}`
}

/** Holds while the row is as it was read. */
function unchanged({
  entity,
  current,
  expectedVersion,
}: Extract<NativeChange, { kind: 'update' }>): RawBuilder<unknown> {
  const { version } = entity
  if (version.from === 'field') return sql`${columnOf(version.field)} = ${expectedVersion}`
  if (version.from !== 'hash') throw new Error('A table has a version column or none; entity tags are for HTTP.')
  return sql`${asText(version.field)} is not distinct from ${current.value[version.field.path.join('.')] ?? null}`
}

function versionConflict(change: NativeChange): Error {
  if (change.kind === 'create') return new Error('The database returned no row where it must return one.')
  const id = change.entity.key.format(change.key)
  const { expectedVersion } = change
  return refusal(
    'VERSION_CONFLICT',
    `The ${change.entity.name} \`${id}\` is not at version ${expectedVersion} any more.`,
    { id, expectedVersion },
  )
}

function tableOf({ collection }: MappedEntity): RawBuilder<unknown> {
  return sql.table(collection)
}

/** Every mapped column as text, under its own name. */
function selection(entity: MappedEntity): RawBuilder<unknown> {
  return sql.join(mappedProperties(entity).map((each) => sql`${asText(each)} as ${sql.id(each.path.join('.'))}`))
}

function mappedProperties({ fields, key, version, where, correlation }: MappedEntity): readonly NativeProperty[] {
  const all = [
    ...key.parts,
    ...fields.values(),
    ...(version.from === 'field' || version.from === 'hash' ? [version.field] : []),
    ...where.map(({ property }) => property),
    ...(correlation === null ? [] : [correlation]),
  ]
  return [...new Map(all.map((property) => [property.path.join('.'), property])).values()]
}

function readProperty({ value }: NativeRow, property: NativeProperty): Value {
  const text = value[property.path.join('.')] ?? null
  return property.kind === 'json' && typeof text === 'string'
    ? (JSON.parse(text) as Value)
    : readJsonValue(property, text)
}
