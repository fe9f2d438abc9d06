/** Reads arguments by path. A path through a list reads every item of it. */

/**
 * The values at `input.lines.amount`, null where something was left out: one null for a missing argument, one for each list
 * item that lacks the field, none for an empty list.
 */
export function argumentValues(args: Readonly<Record<string, unknown>>, path: string): readonly unknown[] {
  let values: readonly unknown[] = [args]
  for (const part of path.split('.')) {
    values = values.flatMap((value) => {
      const next: unknown = isObject(value) && Object.hasOwn(value, part) ? value[part] : null
      return Array.isArray(next) ? flatten(next) : [next ?? null]
    })
  }
  return values
}

function flatten(list: readonly unknown[]): readonly unknown[] {
  return list.flatMap((item) => (Array.isArray(item) ? flatten(item) : [item]))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
