/**
 * The driver for SCIM 2.0 services (RFC 7643, RFC 7644): filters, pages by index, and PATCH. What a service has beside the
 * required part is said in the connector file, because a source must know it before its first question.
 */
import { refusal } from '../../lib/errors.ts'
import type { ConnectorKind, DriverDeps } from './connected/connector-kind.ts'
import type { DriverPage, DriverQuery, NativeChange, NativeRow, SystemDriver } from './driver.ts'
import { parseExactJson, writeExactJson } from './http/exact-json.ts'
import type { SystemAnswer } from './http/system-client.ts'
import { SystemFailure } from './http/system-failure.ts'
import type { MappedEntity } from './mapping/mapped-entity.ts'
import { asText, readJsonValue } from './mapping/values.ts'
import { attributeName, jsonPath, readAttribute } from './scim/attributes.ts'
import { describeResource } from './scim/describe.ts'
import { changeFailure, questionFailure } from './scim/failure.ts'
import { scimFilter } from './scim/filter.ts'
import { scimEntityOptions, scimOptions, type ScimEntityOptions, type ScimOptions } from './scim/options.ts'
import { newResource, patchOf } from './scim/writing.ts'

/** Connectors of the kind `scim`. */
export const scim: ConnectorKind<ScimOptions> = {
  kind: 'scim',
  options: scimOptions,
  entityOptions: scimEntityOptions,
  createDriver: createScimDriver,
}

const mediaType = 'application/scim+json'
const accepts = [mediaType, 'application/json'] as const

/** Makes the driver of one service. */
function createScimDriver({ connector, client, options }: DriverDeps<ScimOptions>): SystemDriver {
  const { extensions, maxResults } = options

  function read(answer: SystemAnswer, effect: 'none' | 'unknown'): Readonly<Record<string, unknown>> {
    try {
      const body = parseExactJson(answer.text)
      if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body }
    } catch {
      // Said below, in our words.
    }
    throw new SystemFailure({ connector, reason: 'unreadable', effect, detail: 'not a JSON object' })
  }

  async function get(path: string, query: string, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
    const headers = { accept: mediaType }
    const answer = await client.send({ method: 'GET', path, query, headers, accepts, idempotent: true, signal })
    if (answer.status >= 400) throw questionFailure(connector, answer)
    return read(answer, 'none')
  }

  /** One page of the service: `startIndex` counts from 1. */
  async function pageOf(
    query: DriverQuery,
    filter: string | null,
    startIndex: number,
    count: number,
    signal: AbortSignal,
  ) {
    const [order] = query.orderBy
    const parameters = new URLSearchParams({
      ...(filter === null ? {} : { filter }),
      ...(order === undefined
        ? {}
        : {
            sortBy: attributeName(extensions, order.property),
            sortOrder: order.direction === 'ASC' ? 'ascending' : 'descending',
          }),
      startIndex: String(startIndex),
      count: String(count),
    })
    // RFC 7644 wants percent-encoded spaces: not every service reads a plus as one.
    const text = parameters.toString().replaceAll('+', '%20')
    const body = await get(`/${query.entity.collection}`, text, signal)
    const { totalResults, Resources = [] } = body
    if (typeof totalResults !== 'number' || !Array.isArray(Resources)) {
      throw new SystemFailure({ connector, reason: 'unreadable', effect: 'none', detail: 'not a ListResponse' })
    }
    return { totalResults, rows: Resources.map((resource: unknown) => rowOf(resource)) }
  }

  async function find(query: DriverQuery, signal: AbortSignal): Promise<DriverPage> {
    const filter = scimFilter(extensions, query.where)
    if (filter === false) return { rows: [], more: false }
    const rows: NativeRow[] = []
    let total = Number.POSITIVE_INFINITY
    while (rows.length < query.limit && query.offset + rows.length < total) {
      const startIndex = query.offset + rows.length + 1
      const count = Math.min(query.limit - rows.length, maxResults)
      const page = await pageOf(query, filter === true ? null : filter, startIndex, count, signal)
      total = page.totalResults
      // A service that promises more than it gives would be asked for ever.
      if (page.rows.length === 0) break
      rows.push(...page.rows)
    }
    return { rows: rows.slice(0, query.limit), more: query.offset + Math.min(rows.length, query.limit) < total }
  }

  async function change(native: NativeChange, signal: AbortSignal): Promise<NativeRow | null> {
    const { entity } = native
    const isNew = native.kind === 'create'
    if (!isNew && !options.patch) {
      throw refusal('NOT_SUPPORTED', `A ${entity.name} cannot be changed through the connector \`${connector}\`.`, {
        connector,
        entity: entity.name,
      })
    }
    const about = optionsOf(entity)
    const body = isNew ? newResource(extensions, about, native.values) : patchOf(extensions, about, native.values)
    const etag = isNew || !options.etag ? null : native.current.etag
    const answer = await client.send({
      method: isNew ? 'POST' : 'PATCH',
      path: isNew
        ? `/${entity.collection}`
        : `/${entity.collection}/${encodeURIComponent(asText(native.key[0] ?? null))}`,
      headers: { accept: mediaType, ...(etag === null ? {} : { 'if-match': etag }) },
      body: writeExactJson(body),
      contentType: mediaType,
      accepts,
      idempotent: false,
      signal,
    })
    if (answer.status >= 400) throw changeFailure(connector, answer, native)
    return answer.status === 204 || answer.text === '' ? null : rowOf(read(answer, 'unknown'))
  }

  return {
    capabilities: () => ({
      filter: (property, operator) =>
        options.filter &&
        (operator === 'contains' ? ['text', 'folded'].includes(property.kind) : property.kind !== 'json'),
      // `sortBy` is one attribute, and nothing is said of equals: only an order by the id never skips or repeats one.
      sort: (property) => options.sort && property.path.join('.') === 'id',
      any: options.filter,
      count: true,
      nullsLast: false,
      transactions: 'ordered',
      versions: options.etag ? 'atomic' : 'compared',
    }),

    find,

    async count(entity, where, signal) {
      const filter = scimFilter(extensions, where)
      if (filter === false) return 0
      const query = { entity, where, orderBy: [], limit: 0, offset: 0 }
      return (await pageOf(query, filter === true ? null : filter, 1, 0, signal)).totalResults
    },

    async commit(changes, signal) {
      const [only] = changes
      if (!only || changes.length !== 1) throw new Error('A SCIM service makes changes one at a time.')
      return [await change(only, signal)]
    },

    read: (row, property) => readJsonValue(property, readAttribute(row.value, jsonPath(extensions, property))),

    async health(signal) {
      try {
        await get('/ServiceProviderConfig', '', signal)
        return { ok: true, detail: 'The service answers.' }
      } catch (error) {
        if (error instanceof SystemFailure) return { ok: false, detail: error.message }
        throw error
      }
    },

    async describe(entity, signal) {
      const config = await get('/ServiceProviderConfig', '', signal)
      const urns = [...optionsOf(entity).schemas, ...Object.values(extensions)]
      const schemas = await Promise.all(
        urns.map(async (urn) => [urn, await get(`/Schemas/${encodeURIComponent(urn)}`, '', signal)] as const),
      )
      return describeResource(options, entity, config, new Map(schemas))
    },

    close: () => client.close(),
  }
}

function rowOf(resource: unknown): NativeRow {
  const value = (typeof resource === 'object' && resource !== null ? resource : {}) as Readonly<Record<string, unknown>>
  const version = readAttribute(value, ['meta', 'version'])
  return { value, etag: typeof version === 'string' ? version : null }
}

/** What {@link scimEntityOptions} read when the connector file was loaded. */
function optionsOf(entity: MappedEntity): ScimEntityOptions {
  return entity.options as ScimEntityOptions
}
