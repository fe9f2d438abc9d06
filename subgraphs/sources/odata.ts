/**
 * The driver for OData services, version 4 and version 2. Questions become `$filter`, `$orderby`, `$select` and `$top`; several
 * questions, and the changes of one act, travel as one `$batch`.
 */
import type { ConnectorKind, DriverDeps } from './connected/connector-kind.ts'
import type { Condition, DriverHealth, NativeDescription, SystemDriver } from './driver.ts'
import { SystemFailure } from './http/system-failure.ts'
import type { MappedEntity, Value } from './mapping/mapped-entity.ts'
import { readJsonValue, valueAt } from './mapping/values.ts'
import { commitChanges } from './odata/changes.ts'
import { describeEntity } from './odata/describe.ts'
import { dialects } from './odata/dialect.ts'
import { fromWire } from './odata/literal.ts'
import { jsonTypes, metadataTypes, serviceTypes } from './odata/media-types.ts'
import { odataEntityOptions, odataOptions, type ODataOptions } from './odata/options.ts'
import { countOf, findEach } from './odata/questions.ts'
import { optionsOf, type ODataService } from './odata/service.ts'
import { openSession } from './odata/session.ts'

/** Connectors of the kind `odata`. */
export const odata: ConnectorKind<ODataOptions> = {
  kind: 'odata',
  options: odataOptions,
  entityOptions: odataEntityOptions,
  createDriver: createODataDriver,
}

/** How many keys one condition names: services bound the size of an expression. */
const keysInCondition = 40

/** Makes the driver of one service. */
function createODataDriver({ connector, client, options }: DriverDeps<ODataOptions>): SystemDriver {
  const dialect = dialects[options.version]
  const session = openSession({ client, dialect, csrf: options.csrf })
  const service: ODataService = { connector, options, dialect, session }

  return {
    capabilities: (entity) => ({
      filter: (property, operator) =>
        operator === 'contains' ? property.kind === 'text' || property.kind === 'folded' : property.kind !== 'json',
      sort: (property) => property.kind !== 'json',
      any: true,
      count: true,
      // OData 4 has nulls first when rising; what version 2 and its databases do is not said anywhere.
      nullsLast: false,
      transactions: options.batch === 'none' ? 'ordered' : 'atomic',
      versions: optionsOf(entity).etag ? 'atomic' : 'compared',
    }),

    async find(query, signal) {
      const [page] = await findEach(service, [query], signal)
      return page ?? { rows: [], more: false }
    },

    // Without batches several questions are several round trips; whoever asks does better with one that joins them.
    ...(options.batch === 'none' ? {} : { findEach: (queries, signal) => findEach(service, queries, signal) }),

    async getMany(entity, keys, signal) {
      const chunks = Array.from({ length: Math.ceil(keys.length / keysInCondition) }, (_, index) =>
        keys.slice(index * keysInCondition, (index + 1) * keysInCondition),
      )
      const queries = chunks.map((chunk) => {
        return { entity, where: keyIsOneOf(entity, chunk), orderBy: [], limit: chunk.length, offset: 0 }
      })
      return (await findEach(service, queries, signal)).flatMap(({ rows }) => rows)
    },

    count: (entity, where, signal) => countOf(service, entity, where, signal),
    commit: (changes, signal) => commitChanges(service, changes, signal),
    read: (row, property) => readJsonValue(property, fromWire(valueAt(row.value, property.path))),
    health: (signal) => healthOf(service, signal),
    describe: (entity, signal) => describe(service, entity, signal),
    close: () => client.close(),
  }
}

/** A key of one part is compared with a list, one of several parts with each combination. */
function keyIsOneOf({ key }: MappedEntity, keys: readonly (readonly Value[])[]): Condition {
  const [only] = key.parts
  if (only && key.parts.length === 1) return { property: only, is: 'in', values: keys.map((each) => each[0] ?? null) }
  return {
    any: keys.map((each) => ({
      all: key.parts.map((property, index) => ({ property, is: 'eq' as const, value: each[index] ?? null })),
    })),
  }
}

async function healthOf({ session }: ODataService, signal: AbortSignal): Promise<DriverHealth> {
  try {
    const { status } = await session.send(
      { method: 'GET', path: '', headers: {} },
      { body: null, accepts: serviceTypes, idempotent: true, signal },
    )
    if (status < 400) return { ok: true, detail: 'The service answers.' }
    return { ok: false, detail: `The service answers with the status ${status}.` }
  } catch (error) {
    if (error instanceof SystemFailure) return { ok: false, detail: error.message }
    throw error
  }
}

async function describe(
  { session, dialect }: ODataService,
  entity: MappedEntity,
  signal: AbortSignal,
): Promise<NativeDescription> {
  const { status, text } = await session.send(
    { method: 'GET', path: '$metadata', headers: { accept: 'application/xml' } },
    { body: null, accepts: [...metadataTypes, ...jsonTypes], idempotent: true, signal },
  )
  if (status < 400) return describeEntity(dialect.version, entity, text)
  return { properties: null, problems: [`The service answers \`$metadata\` with the status ${status}.`] }
}
