/** Whether a JSON Schema can have a value at a path. Says no only where that is certain. */
import type { JsonSchema } from './model.ts'

/** Whether a value that fits the schema certainly has nothing at the path. */
export function lacks(schema: JsonSchema, path: readonly string[]): boolean {
  let place: unknown = schema
  for (const name of path) {
    const next = member(resolved(place, schema, 0), name)
    if (next === 'none') return true
    if (next === 'unknown') return false
    place = next.schema
  }
  return false
}

type Member = 'none' | 'unknown' | { readonly schema: unknown }

/** Keywords by which a place may have more than its `properties` say. */
const opening = [
  '$dynamicRef',
  'allOf',
  'anyOf',
  'dependentSchemas',
  'else',
  'if',
  'not',
  'oneOf',
  'patternProperties',
  'then',
] as const

function member(place: unknown, name: string): Member {
  if (!isObject(place) || opening.some((keyword) => Object.hasOwn(place, keyword))) return 'unknown'
  const { properties, type, additionalProperties } = place
  if (type !== undefined && ![type].flat().includes('object')) return 'none'
  if (!isObject(properties)) return additionalProperties === false ? 'none' : 'unknown'
  if (Object.hasOwn(properties, name)) return { schema: properties[name] }
  return additionalProperties === undefined || additionalProperties === false ? 'none' : 'unknown'
}

/** Follows references into the same schema; undefined where a reference leads elsewhere or has something beside it. */
function resolved(place: unknown, root: JsonSchema, depth: number): unknown {
  if (!isObject(place) || typeof place['$ref'] !== 'string') return place
  const way = /^#\/(?<steps>[\w$/]*)$/u.exec(place['$ref'])?.groups?.['steps']
  if (way === undefined || depth > 20 || isObject(place['properties'])) return undefined
  const target = way.split('/').reduce<unknown>((inner, step) => (isObject(inner) ? inner[step] : undefined), root)
  return resolved(target, root, depth + 1)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
