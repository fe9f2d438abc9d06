/**
 * The source over PostgreSQL, on a server or embedded: records of declared tables, one statement for each question, and
 * changes that run once and only on the version that the caller has read.
 */
import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely'
import { refusal } from '../../lib/errors.ts'
import type { World } from '../../lib/world.ts'
import { conditionOf } from './conditions.ts'
import { cursorKeyOf } from './cursor-key.ts'
import { openCursor, sealCursor } from './cursors.ts'
import type { Change, EntityCapabilities, EntitySource, MutationRequest, Page, RecordOf } from './entity-source.ts'
import { prepareTable, type EntityDeclaration, type EntityTable } from './entity-table.ts'
import { claimKey, keepResult } from './idempotency.ts'
import { keysetOf } from './keyset.ts'
import { boundedFirst } from './page-size.ts'
import { explainFailure } from './postgres-errors.ts'

export interface PostgresSourceOptions {
  // The source names its tables at run time, so it does not depend on their types; any database's Kysely will do.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly kysely: Kysely<any>
  /** Entities by the name of their type in the contract. */
  readonly entities: Readonly<Record<string, EntityDeclaration>>
  readonly world: World
}

type Row = Readonly<Record<string, unknown>>
type Executor = Kysely<unknown> | Transaction<unknown>

/** Makes the source of one system over its tables. */
export function createPostgresSource({ kysely, entities, world }: PostgresSourceOptions): EntitySource {
  const database = kysely as Kysely<unknown>
  const tables = new Map(Object.entries(entities).map(([name, declared]) => [name, prepareTable(name, declared)]))
  const cursorKey = cursorKeyOf(database)

  function tableOf(entity: string): EntityTable {
    const table = tables.get(entity)
    if (!table) throw new Error(`This source has no entity ${entity}; it has ${[...tables.keys()].join(', ')}.`)
    return table
  }

  return {
    capabilities: (entity) => capabilitiesOf(tableOf(entity)),

    async getMany(entity, ids, signal) {
      const table = tableOf(entity)
      const rows = await run(
        database,
        sql<Row>`select ${table.selection} from ${table.table} as t where t.id = any(${[...ids]}::text[])`,
        signal,
      )
      const records = new Map(rows.map((row) => [row['id'], recordOf(table, row)]))
      return ids.map((id) => records.get(id) ?? null)
    },

    async listMany(entity, field, keys, { first, sort, filter }, signal) {
      const table = tableOf(entity)
      const rows = await run(
        database,
        sql<Row>`
          select found.* from unnest(${[...new Set(keys)]}::text[]) as wanted(key) cross join lateral (
            select ${table.selection} from ${table.table} as t
            where ${table.column(field).ref} = wanted.key and ${conditionOf(table, filter)}
            order by ${keysetOf(table, sort).orderBy} limit ${boundedFirst(first)}
          ) as found`,
        signal,
      )
      const lists = Map.groupBy(
        rows.map((row) => recordOf(table, row)),
        (record) => record[field],
      )
      return keys.map((key) => lists.get(key) ?? [])
    },

    async list(entity, { filter, sort, page }, signal) {
      const table = tableOf(entity)
      const keyset = keysetOf(table, sort)
      const first = boundedFirst(page.first)
      const condition = conditionOf(table, filter)
      const key = await cursorKey()
      const after = page.after === null ? sql`true` : keyset.after(openCursor(key, keyset.name, page.after))
      const rows = await run(
        database,
        sql<Row>`
          select ${table.selection} from ${table.table} as t where ${condition} and ${after}
          order by ${keyset.orderBy} limit ${first + 1}`,
        signal,
      )
      const records = rows.slice(0, first).map((row) => recordOf(table, row))
      return {
        records,
        cursors: records.map((record) => sealCursor(key, keyset.name, keyset.position(record))),
        hasNextPage: rows.length > first,
        totalCount: () => countAll(database, table, condition, signal),
      } satisfies Page<RecordOf>
    },

    async mutate<T extends Row>(
      request: MutationRequest,
      act: (apply: (entity: string, change: Change) => Promise<RecordOf>) => Promise<T>,
      signal: AbortSignal,
    ): Promise<T> {
      signal.throwIfAborted()
      const now = world.now()
      try {
        return await database.transaction().execute(async (transaction) => {
          const claim = await claimKey(transaction, request, now)
          if (!claim.claimed) return claim.result as T
          const result = await act((entity, change) => applyChange(transaction, tableOf(entity), change, now))
          await keepResult(transaction, request, result)
          // The last moment at which nothing has happened yet.
          signal.throwIfAborted()
          return result
        })
      } catch (error) {
        throw explainFailure(error)
      }
    },

    async health(signal) {
      try {
        await run(database, sql<Row>`select 1`, signal)
        return { ok: true, detail: 'The database answers.' }
      } catch {
        return { ok: false, detail: 'The database does not answer.' }
      }
    },
  }
}

const equality = ['eq', 'in'] as const
const order = ['gte', 'lte', 'gt', 'lt'] as const

function capabilitiesOf(table: EntityTable): EntityCapabilities {
  const fields = table.columns.filter(({ kind }) => kind !== 'json')
  return {
    filters: Object.fromEntries(
      fields.map(({ field, kind }) => {
        const isText = kind === 'text' || kind === 'folded'
        return [field, [...equality, ...(kind === 'boolean' ? [] : order), ...(isText ? ['contains' as const] : [])]]
      }),
    ),
    sorts: fields.map(({ field }) => field),
    count: true,
    transactions: 'atomic',
    versions: 'atomic',
    changes: ['create', 'update'],
  }
}

async function run(database: Executor, statement: RawBuilder<Row>, signal: AbortSignal): Promise<readonly Row[]> {
  try {
    const { rows } = await statement.execute(database, { signal })
    return rows
  } catch (error) {
    throw explainFailure(error)
  }
}

async function countAll(
  database: Executor,
  table: EntityTable,
  condition: RawBuilder<unknown>,
  signal: AbortSignal,
): Promise<number> {
  const rows = await run(database, sql<Row>`select count(*) as n from ${table.table} as t where ${condition}`, signal)
  return Number(rows[0]?.['n'])
}

async function applyChange(
  transaction: Transaction<unknown>,
  table: EntityTable,
  change: Change,
  now: Date,
): Promise<RecordOf> {
  const values = Object.entries(change.values).map(([field, value]) => ({ column: table.column(field), value }))
  if (change.kind === 'create') {
    const id = await nextId(transaction, table, now)
    const { rows } = await sql<Row>`
      insert into ${table.table} as t (id, version, created_at, updated_at${sql.join(
        values.map(({ column }) => sql`, ${column.name}`),
        sql``,
      )})
      values (${id}, 1, ${now}, ${now}${sql.join(
        values.map(({ column, value }) => sql`, ${stored(column.kind, value)}`),
        sql``,
      )})
      returning ${table.selection}`.execute(transaction)
    return recordOf(table, only(rows))
  }
  const { rows } = await sql<Row>`
    update ${table.table} as t set version = t.version + 1, updated_at = ${now}${sql.join(
      values.map(({ column, value }) => sql`, ${column.name} = ${stored(column.kind, value)}`),
      sql``,
    )}
    where t.id = ${change.id} and t.version = ${change.expectedVersion} returning ${table.selection}`.execute(
    transaction,
  )
  return rows[0] ? recordOf(table, rows[0]) : refuseUpdate(transaction, table, change.id, change.expectedVersion)
}

/** Nothing was updated: the record is gone, or somebody was faster. */
async function refuseUpdate(
  transaction: Transaction<unknown>,
  table: EntityTable,
  id: string,
  expectedVersion: number,
): Promise<never> {
  const { rows } = await sql<{ version: number }>`
    select version from ${table.table} where id = ${id}`.execute(transaction)
  const version = rows[0]?.version
  if (version === undefined) {
    throw refusal('NOT_FOUND', `There is no ${table.entity} with the id \`${id}\`.`, { id })
  }
  throw refusal(
    'VERSION_CONFLICT',
    `The ${table.entity} \`${id}\` is at version ${version}, not at ${expectedVersion} any more.`,
    { id, expectedVersion, version },
  )
}

async function nextId(transaction: Transaction<unknown>, table: EntityTable, now: Date): Promise<string> {
  const { rows } = await sql<Row>`select nextval(${table.ids.sequence}::regclass) as n`.execute(transaction)
  return table.ids.format(Number(only(rows)['n']), now)
}

/** JSON columns take text, so that an array in one is not mistaken for a PostgreSQL array. */
function stored(kind: string, value: unknown): RawBuilder<unknown> {
  return kind === 'json' && value !== null ? sql`${JSON.stringify(value)}::jsonb` : sql`${value ?? null}`
}

function only(rows: readonly Row[]): Row {
  const row = rows[0]
  if (!row) throw new Error('The database returned no row where it must return one.')
  return row
}

/** A row with its times as text: the form in which a record also comes back from a kept result. */
function recordOf(table: EntityTable, row: Row): RecordOf {
  const times = table.timestamps.map((field) => {
    const value = row[field]
    return [field, value instanceof Date ? value.toISOString() : null]
  })
  return { ...row, ...Object.fromEntries(times) } as RecordOf
}
