/** Holds a mapping against what the service says of itself: its configuration and its schemas (RFC 7643, sections 5 and 7). */
import type { NativeDescription } from '../driver.ts'
import type { MappedEntity } from '../mapping/mapped-entity.ts'
import { attributeName } from './attributes.ts'
import type { ScimOptions } from './options.ts'

interface AttributeDefinition {
  readonly name?: unknown
  readonly subAttributes?: unknown
}

/** Compares one entity. `schemas` are the definitions that the service has for it, by URN. */
export function describeResource(
  options: ScimOptions,
  entity: MappedEntity,
  config: Readonly<Record<string, unknown>>,
  schemas: ReadonlyMap<string, unknown>,
): NativeDescription {
  const aliases = new Map(Object.entries(options.extensions).map(([alias, urn]) => [urn, alias]))
  const properties = [...schemas].flatMap(([urn, schema]) => {
    const alias = aliases.get(urn)
    return namesOf(schema).map((name) => (alias === undefined ? name : `${alias}.${name}`))
  })
  // Of every resource, and in no schema (RFC 7643, section 3.1).
  const known = new Set([...properties, 'id', 'externalId', 'meta.created', 'meta.lastModified', 'meta.version'])
  const unknown = [...entity.fields.values()]
    .filter(({ path }) => !known.has(path.join('.')))
    .map((field) => `The schemas have no attribute \`${attributeName(options.extensions, field)}\`.`)
  const differing = (['filter', 'sort', 'patch', 'etag'] as const)
    .filter((feature) => options[feature] && !isSupported(config[feature]))
    .map((feature) => `The file says \`${feature}: true\`, and the service does not have it.`)
  return { properties, problems: [...differing, ...unknown] }
}

function isSupported(feature: unknown): boolean {
  return typeof feature === 'object' && feature !== null && 'supported' in feature && feature.supported === true
}

function namesOf(schema: unknown): readonly string[] {
  const { attributes } = (schema ?? {}) as { readonly attributes?: unknown }
  return definitions(attributes).flatMap(({ name, subAttributes }) => {
    const inner = definitions(subAttributes).map((each) => `${String(name)}.${String(each.name)}`)
    return inner.length === 0 ? [String(name)] : inner
  })
}

function definitions(value: unknown): readonly AttributeDefinition[] {
  return Array.isArray(value) ? (value as readonly AttributeDefinition[]) : []
}
