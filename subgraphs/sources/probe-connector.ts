/** Asks a connector's system for one record of each entity, and says what fits, what does not, and how long it took. */
import { isRefusal } from '../../lib/errors.ts'
import { describeCapabilities } from './connected/read-lists.ts'
import { createRecordReader } from './connected/read-record.ts'
import { defaultConditions } from './connected/translate-filter.ts'
import type { EntityCapabilities, RecordOf } from './entity-source.ts'
import { SystemFailure } from './http/system-failure.ts'
import type { MappedEntity } from './mapping/mapped-entity.ts'
import type { OpenedDriver } from './open-connector.ts'

/** What was found out about one entity. */
export interface EntityProbe {
  readonly entity: string
  readonly collection: string
  readonly ok: boolean
  readonly milliseconds: number
  readonly sample: RecordOf | null
  /** Fields of the contract that the mapping leaves empty. */
  readonly emptyFields: readonly string[]
  /** Properties of the system that no field takes; null where the system does not say what it has. */
  readonly unmappedProperties: readonly string[] | null
  readonly capabilities: EntityCapabilities
  /** What does not fit or failed, each with what to do: one sentence or two. */
  readonly problems: readonly string[]
}

export interface ConnectorProbe {
  readonly connector: string
  readonly kind: string
  readonly ok: boolean
  readonly health: { readonly ok: boolean; readonly detail: string; readonly milliseconds: number }
  readonly entities: readonly EntityProbe[]
  /** Entities that stay in our own tables. */
  readonly fallback: readonly string[]
}

/** How to mend what failed, by its reason. */
const mends: Readonly<Record<string, string>> = {
  unreachable: 'Check `url`, the network between here and there, and the certificate of the system.',
  'timed-out': 'See whether the system is slow, or raise `limits.timeoutMs`.',
  'not-authorised': 'Check the references under `auth`, and the rights of that account in the system.',
  redirected:
    'Put the address that the system really answers at into `url`; it may want a path or a login that is not a page.',
  'forbidden-address': 'If the system really is inside, name its range under `allowPrivate`.',
  'wrong-type': 'The address answers a page, not an interface: check `url` and `auth`.',
  'too-large': 'Lower `paging.size` of the entity, or raise `limits.responseBytes`.',
  'server-error':
    'Look into the log of the system; the mapping may name a collection or a property that it does not have.',
}

/** Probes everything that a connector maps. */
export async function probeConnector(opened: OpenedDriver, signal: AbortSignal): Promise<ConnectorProbe> {
  const { name, kind, driver, entities, fallback } = opened
  const startedMs = performance.now()
  const health = await driver.health(signal)
  const milliseconds = Math.round(performance.now() - startedMs)
  const probes: EntityProbe[] = []
  // One after the other: the times are those of single questions.
  for (const entity of entities.values()) probes.push(await probeEntity(opened, entity, signal))
  return {
    connector: name,
    kind,
    ok: health.ok && probes.every(({ ok }) => ok),
    health: { ...health, milliseconds },
    entities: probes,
    fallback: [...fallback],
  }
}

async function probeEntity(
  { name, driver }: OpenedDriver,
  entity: MappedEntity,
  signal: AbortSignal,
): Promise<EntityProbe> {
  const reader = createRecordReader(name, driver)
  const problems: string[] = []
  const attempt = async <T>(work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      problems.push(explain(error))
      return null
    }
  }
  const startedMs = performance.now()
  const where = { all: defaultConditions(entity) }
  const page = await attempt(() => driver.find({ entity, where, orderBy: [], limit: 1, offset: 0 }, signal))
  const milliseconds = Math.round(performance.now() - startedMs)
  const row = page?.rows[0]
  const sample = row ? await attempt(() => Promise.resolve().then(() => reader.record(entity, row))) : null
  const described = page === null ? null : await attempt(() => driver.describe(entity, signal))
  problems.push(...(described?.problems ?? []))
  return {
    entity: entity.name,
    collection: entity.collection,
    ok: problems.length === 0,
    milliseconds,
    sample,
    emptyFields: entity.unmapped,
    unmappedProperties: described?.properties?.filter((property) => !isMapped(entity, property)) ?? null,
    capabilities: describeCapabilities(entity, driver.capabilities(entity)),
    problems,
  }
}

function isMapped({ key, fields, version, where, correlation, defaults }: MappedEntity, property: string): boolean {
  const mapped = [
    ...key.parts,
    ...fields.values(),
    ...(version.from === 'field' || version.from === 'hash' ? [version.field] : []),
    ...where.map((each) => each.property),
    ...defaults.map((each) => each.property),
    ...(correlation === null ? [] : [correlation]),
  ]
  // A property with parts of its own is mapped when one of them is.
  return mapped.some(({ path }) =>
    [path.join('.'), path.join('/')].some((way) => way === property || way.startsWith(`${property}.`)),
  )
}

/** For the person at the command line, who may know more than a caller: the reason and the mend. */
function explain(error: unknown): string {
  if (error instanceof SystemFailure) {
    const detail = error.detail === null ? '' : ` (${error.detail})`
    return [`${error.message.replace(/\.$/, '')}${detail}.`, mends[error.reason] ?? ''].join(' ').trim()
  }
  if (isRefusal(error)) return error.message
  return error instanceof Error ? error.message : String(error)
}
