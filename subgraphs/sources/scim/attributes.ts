/** Attributes of resources (RFC 7643): where a mapped path leads in the JSON, and what filters and patches call it. */
import type { NativeProperty } from '../mapping/mapped-entity.ts'
import { valueAt } from '../mapping/values.ts'

export type Extensions = Readonly<Record<string, string>>

/** `name.givenName`; an attribute of an extension stands behind the extension's URN and a colon (RFC 7644, section 3.10). */
export function attributeName(extensions: Extensions, { path }: NativeProperty): string {
  const [first = '', ...rest] = path
  const urn = extensions[first]
  return urn === undefined ? path.join('.') : `${urn}:${rest.join('.')}`
}

/** The way to the value in a resource. */
export function jsonPath(extensions: Extensions, { path }: NativeProperty): readonly string[] {
  const [first = '', ...rest] = path
  return [extensions[first] ?? first, ...rest]
}

/** Reads an attribute; of a list of objects its primary member, else its first. */
export function readAttribute(resource: unknown, path: readonly string[]): unknown {
  const [first, ...rest] = path
  if (first === undefined) return resource
  const value = valueAt(resource, [first])
  return readAttribute(Array.isArray(value) ? primaryOf(value) : value, rest)
}

function primaryOf(members: readonly unknown[]): unknown {
  return members.find((member) => valueAt(member, ['primary']) === true) ?? members[0]
}
