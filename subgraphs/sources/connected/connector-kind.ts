/** What a protocol brings so that connector files can name it as their `kind`: its own options, and its driver. */
import type { z } from 'zod'
import type { World } from '../../../lib/world.ts'
import type { SystemDriver } from '../driver.ts'
import type { SystemClient } from '../http/system-client.ts'
import type { MappedEntity } from '../mapping/mapped-entity.ts'

/** What a driver is made from. */
export interface DriverDeps<Options> {
  /** The connector's name, for messages. */
  readonly connector: string
  readonly client: SystemClient
  /** `options` of the connector file, as the kind's schema reads them. */
  readonly options: Options
  /** Every mapped entity; `options` of each has passed the kind's `entityOptions`. */
  readonly entities: readonly MappedEntity[]
  readonly world: World
}

/** A protocol over HTTP. */
export interface ConnectorKind<Options = unknown> {
  readonly kind: string
  readonly options: z.ZodType<Options>
  /** Of `entities.<Name>.options`. */
  readonly entityOptions: z.ZodType
  createDriver(deps: DriverDeps<Options>): SystemDriver
}
