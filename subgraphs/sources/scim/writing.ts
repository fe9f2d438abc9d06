/** New resources, and the operations of a PATCH (RFC 7644, sections 3.3 and 3.5.2). */
import type { NativeValues } from '../driver.ts'
import type { NativeProperty, Value } from '../mapping/mapped-entity.ts'
import { writeJsonValue } from '../mapping/values.ts'
import { attributeName, jsonPath, type Extensions } from './attributes.ts'
import type { ScimEntityOptions } from './options.ts'

type JsonObject = Record<string, unknown>

/** A new resource; what is null is left out. */
export function newResource(
  extensions: Extensions,
  { schemas, multiValued }: ScimEntityOptions,
  values: NativeValues,
): JsonObject {
  const given = values.filter(([, value]) => value !== null)
  const urns = given.flatMap(([{ path }]) => extensions[path[0] ?? ''] ?? [])
  const resource: JsonObject = { schemas: [...new Set([...schemas, ...urns])] }
  for (const [property, value] of given) {
    const path = jsonPath(extensions, property)
    const [first = '', ...rest] = path
    if (multiValued.includes(first)) {
      const [member] = (resource[first] ??= [{ primary: true }]) as [JsonObject]
      place(member, rest, write(property, value))
    } else place(resource, path, write(property, value))
  }
  return resource
}

/** The body of a PATCH: a value is replaced, and one that is null removed. */
export function patchOf(extensions: Extensions, { multiValued }: ScimEntityOptions, values: NativeValues): JsonObject {
  const operations = values.map(([property, value]) => {
    const [first = '', ...rest] = property.path
    const path = multiValued.includes(first)
      ? [`${first}[primary eq true]`, ...rest].join('.')
      : attributeName(extensions, property)
    return value === null ? { op: 'remove', path } : { op: 'replace', path, value: write(property, value) }
  })
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations }
}

function write(property: NativeProperty, value: Value): unknown {
  return writeJsonValue(
    property.kind === 'decimal' ? { ...property, native: property.native ?? 'number' } : property,
    value,
  )
}

function place(target: JsonObject, path: readonly string[], value: unknown): void {
  let at = target
  for (const step of path.slice(0, -1)) at = (at[step] ??= {}) as JsonObject
  const last = path.at(-1)
  if (last !== undefined) at[last] = value
}
