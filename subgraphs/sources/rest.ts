/** The driver for REST interfaces: what a list can be filtered and sorted by, and where records are made and changed, is mapped. */
import { refusal } from '../../lib/errors.ts'
import type { ConnectorKind, DriverDeps } from './connected/connector-kind.ts'
import type { Condition, DriverCapabilities, NativeChange, NativeRow, SystemDriver } from './driver.ts'
import { parseExactJson, writeExactJson } from './http/exact-json.ts'
import type { SystemAnswer } from './http/system-client.ts'
import { SystemFailure } from './http/system-failure.ts'
import { ConnectorError } from './mapping/connector-error.ts'
import type { MappedEntity, Value } from './mapping/mapped-entity.ts'
import { readJsonValue, valueAt, writeJsonValue } from './mapping/values.ts'
import { describeByOpenApi, openApi } from './rest/open-api.ts'
import { restEntityOptions, restOptions, type RestEntityOptions, type RestOptions } from './rest/rest-options.ts'
import { filterParameters, keyedPath, sortParameter } from './rest/rest-question.ts'

/** Connectors of the kind `rest`. */
export const rest: ConnectorKind<RestOptions> = {
  kind: 'rest',
  options: restOptions,
  entityOptions: restEntityOptions,
  createDriver: createRestDriver,
}

/** Makes the driver of one interface. */
function createRestDriver({ connector, client, options, entities }: DriverDeps<RestOptions>): SystemDriver {
  for (const { name, version } of entities) {
    if (version.from !== 'etag') continue
    const message = 'cannot be an entity tag, which lists do not have; map a property as `field` or `hash`.'
    throw new ConnectorError(connector, [
      { file: `${connector}.yaml`, line: null, at: `entities.${name}.version`, message },
    ])
  }

  function unreadable(effect: 'none' | 'unknown', detail: string) {
    return new SystemFailure({ connector, reason: 'unreadable', effect, detail })
  }

  function parse({ text }: SystemAnswer, effect: 'none' | 'unknown'): unknown {
    try {
      return parseExactJson(text)
    } catch {
      throw unreadable(effect, 'not JSON')
    }
  }

  /** Follows the mapped way into an answer to one record. */
  function recordIn(answer: SystemAnswer, way: string | undefined, effect: 'none' | 'unknown'): NativeRow {
    const value = valueAt(parse(answer, effect), way === undefined ? [] : way.split('.'))
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw unreadable(effect, 'no record in the answer')
    return { value: value as NativeRow['value'], etag: answer.headers.get('etag') ?? null }
  }

  function refusedBy(status: number, effectOf: string): Error {
    if (status === 403)
      return new SystemFailure({ connector, reason: 'not-authorised', effect: 'none', detail: 'HTTP 403' })
    return new SystemFailure({
      connector,
      reason: 'server-error',
      effect: 'none',
      detail: `HTTP ${status} to ${effectOf}`,
    })
  }

  async function read(
    entity: MappedEntity,
    where: Condition,
    extra: Readonly<Record<string, string | null>>,
    signal: AbortSignal,
  ) {
    const { list } = optionsOf(entity)
    const parameters = filterParameters(list, where)
    if (parameters === null) return { rows: [], body: null }
    for (const [name, value] of Object.entries(extra)) if (value !== null) parameters.set(name, value)
    const answer = await client.send({
      method: 'GET',
      path: list.path,
      query: parameters.toString(),
      idempotent: true,
      signal,
    })
    if (answer.status !== 200) throw refusedBy(answer.status, 'a list')
    const body = parse(answer, 'none')
    const items = list.items === undefined ? body : valueAt(body, list.items.split('.'))
    if (!Array.isArray(items) || !items.every((item) => typeof item === 'object' && item !== null)) {
      throw unreadable('none', 'no list of records in the answer')
    }
    return { rows: items.map((value): NativeRow => ({ value: value as NativeRow['value'], etag: null })), body }
  }

  async function getOne(
    entity: MappedEntity,
    key: readonly Value[],
    signal: AbortSignal,
  ): Promise<readonly NativeRow[]> {
    const { get } = optionsOf(entity)
    if (!get) throw new Error(`The mapping of ${entity.name} has neither \`get\` nor a filter on its key.`)
    const answer = await client.send({ method: 'GET', path: keyedPath(get.path, key), idempotent: true, signal })
    if (answer.status === 404 || answer.status === 410) return []
    if (answer.status !== 200) throw refusedBy(answer.status, 'a record')
    return [recordIn(answer, get.item, 'none')]
  }

  async function getMany(
    entity: MappedEntity,
    keys: readonly (readonly Value[])[],
    signal: AbortSignal,
  ): Promise<readonly NativeRow[]> {
    const { list, get, update } = optionsOf(entity)
    const [part] = entity.key.parts
    const together = part && entity.key.parts.length === 1 && capabilitiesOf(entity).filter(part, 'in')
    // Entity tags come with single records only.
    if (together && (update?.ifMatch !== 'etag' || !get)) {
      const values = keys.map(([value]) => value ?? null)
      return (await read(entity, { property: part, is: 'in', values }, { [list.limit]: String(keys.length) }, signal))
        .rows
    }
    return (await Promise.all(keys.map((key) => getOne(entity, key, signal)))).flat()
  }

  return {
    capabilities: capabilitiesOf,
    getMany,
    async find({ entity, where, orderBy, limit, offset }, signal) {
      const { list } = optionsOf(entity)
      const rows: NativeRow[] = []
      while (rows.length <= limit) {
        const size = Math.min(limit + 1 - rows.length, entity.paging.size)
        const from = offset + rows.length
        if (from > 0 && list.offset === undefined) return { rows: rows.slice(0, limit), more: true }
        const paging = {
          [list.limit]: String(size),
          ...(list.offset === undefined ? {} : { [list.offset]: String(from) }),
        }
        const sorting = list.sort ? { [list.sort.parameter]: sortParameter(list, orderBy) } : {}
        const found = await read(entity, where, { ...paging, ...sorting }, signal)
        rows.push(...found.rows.slice(0, size))
        if (found.rows.length < size) break
      }
      return { rows: rows.slice(0, limit), more: rows.length > limit }
    },
    async count(entity, where, signal) {
      const { list } = optionsOf(entity)
      const { body } = await read(entity, where, { [list.limit]: '1' }, signal)
      if (body === null) return 0
      const total = valueAt(body, (list.total ?? '').split('.'))
      if (typeof total === 'number') return total
      throw unreadable('none', 'no total in the answer')
    },
    async commit([change], signal) {
      if (!change) return []
      const { entity } = change
      const target = change.kind === 'create' ? optionsOf(entity).create : optionsOf(entity).update
      if (!target)
        throw refusal('NOT_SUPPORTED', `The connector \`${connector}\` maps no path for this change of ${entity.name}.`)
      const answer = await client.send({
        method: target.method ?? (change.kind === 'create' ? 'POST' : 'PATCH'),
        path: change.kind === 'create' ? target.path : keyedPath(target.path, change.key),
        headers: change.kind === 'create' ? {} : ifMatch(change),
        body: writeExactJson(bodyOf(change)),
        idempotent: false,
        signal,
      })
      if (answer.status >= 400) throw changeRefused(connector, change, answer.status)
      return [answer.text === '' ? null : recordIn(answer, target.item, 'unknown')]
    },
    read: ({ value }, property) => readJsonValue(property, valueAt(value, property.path)),
    async health(signal) {
      const [entity] = entities
      const list = entity ? optionsOf(entity).list : null
      const path = options.health ?? list?.path
      if (path === undefined) return { ok: true, detail: 'No entity is mapped.' }
      const query = options.health === undefined && list ? `${list.limit}=1` : ''
      try {
        const answer = await client.send({ method: 'GET', path, query, idempotent: true, signal })
        return answer.status === 200
          ? { ok: true, detail: 'The interface answers.' }
          : { ok: false, detail: `The interface answers HTTP ${answer.status}.` }
      } catch (error) {
        return { ok: false, detail: error instanceof SystemFailure ? error.message : 'The interface does not answer.' }
      }
    },
    async describe(entity, signal) {
      if (options.openapi !== undefined) {
        const answer = await client.send({ method: 'GET', path: options.openapi, idempotent: true, signal })
        const parsed = answer.status === 200 ? openApi.safeParse(parse(answer, 'none')) : null
        if (parsed?.success) return describeByOpenApi(parsed.data, entity, optionsOf(entity))
        return { properties: null, problems: [`\`${options.openapi}\` answers no OpenAPI 3 description.`] }
      }
      const { rows } = await read(entity, { all: [] }, { [optionsOf(entity).list.limit]: '1' }, signal)
      return { properties: rows[0] ? Object.keys(rows[0].value) : null, problems: [] }
    },
    close: () => Promise.resolve(),
  }
}

function optionsOf({ options }: MappedEntity): RestEntityOptions {
  return options as RestEntityOptions
}

function capabilitiesOf(entity: MappedEntity): DriverCapabilities {
  const { list, update } = optionsOf(entity)
  return {
    filter: ({ path }, operator) => list.filters[path.join('.')]?.[operator] !== undefined,
    sort: ({ path }) => list.sort?.fields.includes(path.join('.')) ?? false,
    any: false,
    count: list.total !== undefined,
    nullsLast: list.sort?.nullsLast ?? false,
    transactions: 'ordered',
    versions: update?.ifMatch === undefined ? 'compared' : 'atomic',
  }
}

function ifMatch({
  entity,
  current,
  expectedVersion,
}: Extract<NativeChange, { kind: 'update' }>): Record<string, string> {
  switch (optionsOf(entity).update?.ifMatch) {
    case 'etag':
      return current.etag === null ? {} : { 'if-match': current.etag }
    case 'version':
      return { 'if-match': `"${expectedVersion}"` }
    case undefined:
      return {}
  }
}

function bodyOf({ values }: NativeChange): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const [property, value] of values) {
    let at = body
    for (const key of property.path.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>
    at[property.path.at(-1) ?? ''] = writeJsonValue(property, value)
  }
  return body
}

function changeRefused(connector: string, change: NativeChange, status: number): Error {
  const { entity } = change
  const id = change.kind === 'update' ? entity.key.format(change.key) : null
  if (status === 404 && id !== null)
    return refusal('NOT_FOUND', `There is no ${entity.name} with the id \`${id}\`.`, { id })
  if ((status === 412 || status === 409) && change.kind === 'update') {
    const { expectedVersion } = change
    return refusal(
      'VERSION_CONFLICT',
      `The ${entity.name} \`${String(id)}\` is not at version ${expectedVersion} any more.`,
      {
        id,
        expectedVersion,
      },
    )
  }
  if (status === 403)
    return new SystemFailure({ connector, reason: 'not-authorised', effect: 'none', detail: 'HTTP 403' })
  return refusal(
    'INVALID_INPUT',
    `The system behind the connector \`${connector}\` does not accept this ${entity.name}.`,
  )
}
