/** Opens a connector by its file: reads and checks it, and makes the client, the driver and the source of one subgraph. */
import type { Kysely } from 'kysely'
import type { World } from '../../lib/world.ts'
import { createConnectedSource } from './connected/connected-source.ts'
import { connectorKinds } from './connector-kinds.ts'
import type { SystemDriver } from './driver.ts'
import type { EntitySource } from './entity-source.ts'
import type { Resolver } from './http/address-guard.ts'
import type { ConnectorObserver } from './http/connector-observer.ts'
import { openClient } from './http/open-client.ts'
import type { BreakerState } from './http/system-client.ts'
import type { MappedEntity } from './mapping/mapped-entity.ts'
import { prepareMapping, type Declarations } from './mapping/prepare-mapping.ts'
import { checkOptions, readConnector } from './mapping/read-connector.ts'
import { openSqlDriver } from './sql/open-sql-driver.ts'

export interface OpenDriverOptions {
  /** Where connector files are. */
  readonly folder: string
  readonly name: string
  /** What references to secrets name. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The entities that the subgraph needs. */
  readonly declarations: Declarations
  readonly world: World
  readonly observer: ConnectorObserver
  /** For tests: what names resolve to. */
  readonly resolver?: Resolver
}

export interface OpenConnectorOptions extends OpenDriverOptions {
  /** Our own database. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly kysely: Kysely<any>
  /** The source of entities that the file leaves in our own tables. */
  readonly fallback: EntitySource
}

/** A connector without a source: enough to ask its system, as `connector test` does. */
export interface OpenedDriver {
  readonly name: string
  readonly kind: string
  readonly driver: SystemDriver
  readonly entities: ReadonlyMap<string, MappedEntity>
  readonly fallback: ReadonlySet<string>
  /** Null for a kind that has no circuit breaker. */
  readonly breaker: () => BreakerState | null
  /** The longest that one call can take. */
  readonly callMs: number
  close(): Promise<void>
}

export interface Connector extends OpenedDriver {
  readonly source: EntitySource
}

/** Opens a connector; nothing is sent yet. @throws {ConnectorError} that names every problem of the file. */
export function openConnector(options: OpenConnectorOptions): Connector {
  const opened = openDriver(options)
  const { name, driver, entities, fallback, callMs } = opened
  const source = createConnectedSource({
    connector: name,
    driver,
    entities,
    kysely: options.kysely,
    world: options.world,
    callMs,
    fallback: fallback.size === 0 ? null : { source: options.fallback, entities: fallback },
  })
  return { ...opened, source }
}

/** Opens the driver of a connector. @throws {ConnectorError} that names every problem of the file. */
export function openDriver(options: OpenDriverOptions): OpenedDriver {
  const { name, world, observer } = options
  const file = readConnector(options)
  const { kind, limits, allowPrivate } = file.content
  const protocol = kind === 'postgres' ? null : connectorKinds[kind]
  const { entities, fallback } = prepareMapping(file, options.declarations, (entity, given) =>
    protocol === null ? null : checkOptions(file, ['entities', entity, 'options'], protocol.entityOptions, given),
  )
  const client =
    protocol === null
      ? null
      : openClient({
          connector: name,
          url: file.url,
          credentials: file.credentials,
          limits,
          allowPrivate,
          observer,
          now: world.now,
          ...(options.resolver === undefined ? {} : { resolver: options.resolver }),
        })
  const driver =
    protocol === null || client === null
      ? openSqlDriver({ connector: name, url: file.url, credentials: file.credentials, limits })
      : protocol.createDriver({
          connector: name,
          client,
          options: checkOptions(file, ['options'], protocol.options, file.content.options),
          entities: [...entities.values()],
          world,
        })
  return {
    name,
    kind,
    driver,
    entities,
    fallback,
    breaker: () => client?.breaker ?? null,
    callMs: limits.totalMs,
    async close() {
      await driver.close()
      await client?.close()
    },
  }
}
