/** What differs between OData 4 and OData 2 in questions and answers; everything else of the adapter is the same for both. */
import { MalformedAnswer } from './message.ts'
import { asObject, type JsonObject } from './read-json.ts'
import type { ODataVersion } from './literal.ts'
import type { QueryOptions } from './question.ts'

export interface Dialect {
  readonly version: ODataVersion
  /** Headers of every request; all names are in lower case, so that none is sent twice. */
  readonly headers: Readonly<Record<string, string>>
  /** Headers of a request with a body. */
  readonly bodyHeaders: Readonly<Record<string, string>>
  /** The verb that changes only the given properties. */
  readonly update: 'PATCH' | 'MERGE'
  /** The query option that asks for the number of all that match. */
  readonly countOption: QueryOptions
  /** Reads the answer of a collection. */
  readPage(body: unknown): EntityPage
  /** Reads the answer of one entity. */
  readEntity(body: unknown): JsonObject | undefined
  /** The entity's ETag, where the body has it. */
  etagOf(entity: JsonObject): string | undefined
  /** A property that links a new entity to one of the same changeset or to a stored one. */
  link(navigation: string, target: string): JsonObject
}

export interface EntityPage {
  readonly entities: readonly JsonObject[]
  /** All that match, where the question asked. */
  readonly count: number | null
  /** The link to the rest, where the service gives less than was asked for. */
  readonly nextLink: string | null
}

const v4: Dialect = {
  version: 'v4',
  headers: {
    accept: 'application/json;odata.metadata=minimal;IEEE754Compatible=true',
    'odata-maxversion': '4.01',
  },
  bodyHeaders: { 'content-type': 'application/json;IEEE754Compatible=true', prefer: 'return=representation' },
  update: 'PATCH',
  countOption: { $count: 'true' },
  readPage(body) {
    const page = asObject(body)
    return pageOf(
      page?.['value'],
      page?.['@odata.count'] ?? page?.['@count'],
      page?.['@odata.nextLink'] ?? page?.['@nextLink'],
    )
  },
  readEntity: asObject,
  etagOf: (entity) => text(entity['@odata.etag'] ?? entity['@etag']),
  link: (navigation, target) => ({ [`${navigation}@odata.bind`]: target }),
}

const v2: Dialect = {
  version: 'v2',
  headers: { accept: 'application/json', dataserviceversion: '2.0', maxdataserviceversion: '2.0' },
  bodyHeaders: { 'content-type': 'application/json' },
  update: 'MERGE',
  countOption: { $inlinecount: 'allpages' },
  readPage(body) {
    const inner = asObject(body)?.['d']
    // Version 1 answers have the entities where version 2 has an object with `results`.
    if (Array.isArray(inner)) return pageOf(inner, undefined, undefined)
    const page = asObject(inner)
    return pageOf(page?.['results'], page?.['__count'], page?.['__next'])
  },
  readEntity: (body) => asObject(asObject(body)?.['d']),
  etagOf: (entity) => text(asObject(entity['__metadata'])?.['etag']),
  link: (navigation, target) => ({ [navigation]: { __metadata: { uri: target } } }),
}

/** The dialect of each version. */
export const dialects: Readonly<Record<ODataVersion, Dialect>> = { v4, v2 }

function pageOf(value: unknown, count: unknown, next: unknown): EntityPage {
  if (!Array.isArray(value)) throw new MalformedAnswer('The answer has no list of entities.')
  const entities = value.map((each: unknown) => {
    const entity = asObject(each)
    if (!entity) throw new MalformedAnswer('The list has something that is not an entity.')
    return entity
  })
  // Version 2 writes the count as text.
  const counted = count === undefined || count === null ? null : Number(count)
  if (counted !== null && !Number.isSafeInteger(counted)) throw new MalformedAnswer('The count is not a number.')
  return { entities, count: counted, nextLink: text(next) ?? null }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
