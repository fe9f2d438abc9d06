/**
 * The source over a system that a connector reaches. It does what is the same for all systems (ids and enums, pages, inner
 * lists, versions, acts that run once) and leaves the protocol to a driver.
 */
import type { Kysely } from 'kysely'
import { refusal } from '../../../lib/errors.ts'
import type { World } from '../../../lib/world.ts'
import { cursorKeyOf } from '../cursor-key.ts'
import type { SystemDriver } from '../driver.ts'
import type { EntitySource } from '../entity-source.ts'
import type { MappedEntity } from '../mapping/mapped-entity.ts'
import { createClaims } from './claims.ts'
import { createLists, describeCapabilities } from './read-lists.ts'
import { createRecordReader } from './read-record.ts'
import { createActs } from './run-act.ts'

export interface ConnectedSourceOptions {
  /** The connector's name. */
  readonly connector: string
  readonly driver: SystemDriver
  readonly entities: ReadonlyMap<string, MappedEntity>
  /** Our own database: keys of acts are kept there, and cursors sealed with its key. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly kysely: Kysely<any>
  readonly world: World
  /** The longest that one call to the system can take. */
  readonly callMs: number
  /** Reads of entities that stay in our own tables; null where every entity is mapped. */
  readonly fallback: { readonly source: EntitySource; readonly entities: ReadonlySet<string> } | null
}

/** How much longer than a call a claim is believed to be alive: for our own database to answer. */
const graceMs = 5_000

/** Makes the source of one subgraph over a driver. */
export function createConnectedSource(options: ConnectedSourceOptions): EntitySource {
  const { connector, driver, entities, world, fallback } = options
  const database = options.kysely as Kysely<unknown>
  const reader = createRecordReader(connector, driver)
  const lists = createLists({ connector, driver, reader, cursorKey: cursorKeyOf(database) })
  const claims = createClaims(database, world.now, options.callMs + graceMs)
  const mutate = createActs(claims, {
    connector,
    driver,
    reader,
    entity: writable,
    rowsByKey: (entity, keys, signal) => lists.rowsByKey(entity, keys, signal),
    world,
  })

  function mapped(entity: string): MappedEntity {
    const found = entities.get(entity)
    if (!found)
      throw new Error(`The connector ${connector} has no entity ${entity}; it has ${[...entities.keys()].join(', ')}.`)
    return found
  }

  function writable(entity: string): MappedEntity {
    if (fallback?.entities.has(entity)) {
      throw refusal(
        'NOT_SUPPORTED',
        `A ${entity} cannot be changed while the connector \`${connector}\` serves this system.`,
        {
          connector,
          entity,
        },
      )
    }
    return mapped(entity)
  }

  /** The other source of an entity that is not behind the connector. */
  function elsewhere(entity: string): EntitySource | null {
    return fallback?.entities.has(entity) ? fallback.source : null
  }

  return {
    capabilities(entity) {
      const other = elsewhere(entity)
      if (other) return { ...other.capabilities(entity), changes: [] }
      const found = mapped(entity)
      return describeCapabilities(found, driver.capabilities(found))
    },
    getMany: async (entity, ids, signal) =>
      (await elsewhere(entity)?.getMany(entity, ids, signal)) ?? lists.getMany(mapped(entity), ids, signal),
    listMany: async (entity, field, keys, inner, signal) =>
      (await elsewhere(entity)?.listMany(entity, field, keys, inner, signal)) ??
      lists.listMany(mapped(entity), field, keys, inner, signal),
    list: async (entity, listed, signal) =>
      (await elsewhere(entity)?.list(entity, listed, signal)) ?? lists.list(mapped(entity), listed, signal),
    mutate,
    health: (signal) => driver.health(signal),
  }
}
