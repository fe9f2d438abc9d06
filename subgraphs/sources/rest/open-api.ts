/** The part of an OpenAPI 3 description that a mapping can be checked against: paths, query parameters, properties of records. */
import { z } from 'zod'
import type { MappedEntity, NativeProperty } from '../mapping/mapped-entity.ts'
import type { NativeDescription } from '../driver.ts'
import type { RestEntityOptions } from './rest-options.ts'

const reference = z.object({ $ref: z.string() })
const schema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  allOf: z.array(z.unknown()).optional(),
})
const operation = z.looseObject({
  parameters: z.array(z.union([reference, z.looseObject({ name: z.string(), in: z.string() })])).optional(),
  responses: z.record(z.string(), z.unknown()).optional(),
})

/** An OpenAPI 3 description, as far as it is read. */
export const openApi = z.looseObject({
  openapi: z.string().regex(/^3\./, { error: 'must be an OpenAPI 3 description' }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
})

export type OpenApi = z.infer<typeof openApi>

const types: Readonly<Record<NativeProperty['kind'], readonly string[]>> = {
  text: ['string', 'number', 'integer', 'boolean'],
  folded: ['string'],
  int: ['integer', 'number', 'string'],
  decimal: ['number', 'integer', 'string'],
  boolean: ['boolean', 'string'],
  date: ['string'],
  timestamp: ['string'],
  json: ['object', 'array', 'string'],
}

/** What the description says of a mapped entity, and where the two do not fit. */
export function describeByOpenApi(
  document: OpenApi,
  entity: MappedEntity,
  options: RestEntityOptions,
): NativeDescription {
  const problems: string[] = []
  const { list, get, create, update } = options
  const listing = operationAt(document, list.path, 'get')
  const wanted: [string, string][] = [
    [list.path, 'get'],
    ...(get ? [[get.path, 'get'] as [string, string]] : []),
    ...(create ? [[create.path, create.method ?? 'POST'] as [string, string]] : []),
    ...(update ? [[update.path, update.method ?? 'PATCH'] as [string, string]] : []),
  ]
  for (const [path, method] of wanted) {
    if (!operationAt(document, path, method))
      problems.push(`The description has no \`${method.toUpperCase()} ${path}\`.`)
  }
  if (!listing) return { properties: null, problems }
  const parameters = new Set(
    (listing.parameters ?? []).map((each) => (resolve(document, each) as { name?: string } | null)?.name),
  )
  const named = [
    list.limit,
    list.offset,
    list.sort?.parameter,
    ...Object.values(list.filters).flatMap((each) => Object.values(each)),
  ]
  for (const name of new Set(named.filter((each) => each !== undefined))) {
    if (!parameters.has(name)) problems.push(`\`GET ${list.path}\` has no query parameter \`${name}\`.`)
  }
  const item = itemSchema(document, listing, list.items)
  if (!item) return { properties: null, problems }
  const properties = propertyPaths(document, item, [])
  for (const property of [...entity.key.parts, ...entity.fields.values()]) {
    const name = property.path.join('.')
    const type = properties.get(name)
    if (type === undefined) problems.push(`The records of \`GET ${list.path}\` have no property \`${name}\`.`)
    else if (type !== null && !type.some((each) => each === 'null' || types[property.kind].includes(each))) {
      problems.push(
        `The property \`${name}\` is \`${type.join(' or ')}\` in the description and \`${property.kind}\` in the mapping.`,
      )
    }
  }
  return { properties: [...properties.keys()], problems }
}

function operationAt(document: OpenApi, path: string, method: string) {
  // Templates differ in the names of their places only.
  const shape = (text: string) => text.replace(/\{[^{}]+\}/g, '{}')
  const found = Object.entries(document.paths).find(([each]) => shape(each) === shape(path))
  const parsed = operation.safeParse(found?.[1][method.toLowerCase()])
  return parsed.success ? parsed.data : null
}

function itemSchema(document: OpenApi, { responses }: z.infer<typeof operation>, items: string | undefined): unknown {
  const answer = resolve(document, responses?.['200']) as { content?: Record<string, { schema?: unknown }> } | null
  let current = resolve(document, answer?.content?.['application/json']?.schema)
  for (const key of items === undefined ? [] : items.split('.')) {
    current = resolve(document, schema.safeParse(current).data?.properties?.[key])
  }
  return resolve(document, schema.safeParse(current).data?.items)
}

/** Every property with its types, inner ones joined by dots. */
function propertyPaths(
  document: OpenApi,
  given: unknown,
  path: readonly string[],
): Map<string, readonly string[] | null> {
  const found = new Map<string, readonly string[] | null>()
  // Descriptions can refer to themselves.
  if (path.length > 4) return found
  const parsed = schema.safeParse(resolve(document, given)).data
  for (const part of parsed?.allOf ?? []) {
    for (const [name, type] of propertyPaths(document, part, path)) found.set(name, type)
  }
  for (const [name, inner] of Object.entries(parsed?.properties ?? {})) {
    const here = [...path, name]
    const type = schema.safeParse(resolve(document, inner)).data?.type
    found.set(here.join('.'), type === undefined ? null : [type].flat())
    for (const [deeper, deeperType] of propertyPaths(document, inner, here)) found.set(deeper, deeperType)
  }
  return found
}

/** Follows references inside of the document; others are not followed. */
function resolve(document: OpenApi, given: unknown): unknown {
  let current = given
  for (let hops = 0; hops < 8; hops++) {
    const pointer = reference.safeParse(current).data?.$ref
    if (pointer === undefined) return current ?? null
    if (!pointer.startsWith('#/')) return null
    current = pointer
      .slice(2)
      .split('/')
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>(
        (at, key) =>
          typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : null,
        document,
      )
  }
  return null
}
