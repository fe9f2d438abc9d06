/**
 * JSON as the expression library can read it. It tells types by `value.constructor`, so that an object with a member of that name
 * would have no type, and whoever wrote it would decide that no expression over it has a value.
 */

/** The value itself; where an object has a member `constructor`, a copy with a map in its place. */
export function celInput(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value
    const converted = items.map(celInput)
    return converted.every((item, index) => item === items[index]) ? value : converted
  }
  const members = Object.entries(value)
  const converted = members.map(([name, member]) => [name, celInput(member)] as const)
  if (Object.hasOwn(value, 'constructor')) return new Map(converted)
  return converted.every(([, member], index) => member === members[index]?.[1]) ? value : Object.fromEntries(converted)
}
