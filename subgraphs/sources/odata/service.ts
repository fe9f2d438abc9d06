/** One OData service, as the parts of the driver see it: how it speaks, and how to reach it. */
import type { NativeRow } from '../driver.ts'
import { SystemFailure } from '../http/system-failure.ts'
import type { MappedEntity } from '../mapping/mapped-entity.ts'
import type { Dialect } from './dialect.ts'
import { MalformedAnswer } from './message.ts'
import type { EntityOptions, ODataOptions } from './options.ts'
import type { JsonObject } from './read-json.ts'
import type { ODataSession } from './session.ts'

export interface ODataService {
  readonly connector: string
  readonly options: ODataOptions
  readonly dialect: Dialect
  readonly session: ODataSession
}

/** What `odataEntityOptions` read when the connector file was loaded. */
export function optionsOf(entity: MappedEntity): EntityOptions {
  return entity.options as EntityOptions
}

/** An entity of an answer as a row. */
export function rowOf({ dialect }: ODataService, entity: JsonObject): NativeRow {
  return { value: entity, etag: dialect.etagOf(entity) ?? null }
}

/** Runs `work`; an answer that cannot be read is a failure of the system, after a change of unknown effect. */
export async function readable<T>(
  { connector }: ODataService,
  effect: 'none' | 'unknown',
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof MalformedAnswer)) throw error
    throw new SystemFailure({ connector, reason: 'unreadable', effect, detail: error.message, cause: error })
  }
}
