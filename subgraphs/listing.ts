/** Turns the filters and sorts of a contract into those of the source port. */
import { refusal } from '../lib/errors.ts'
import type { Comparison, Filter, Sort } from './sources/entity-source.ts'

type Given = Readonly<Record<string, unknown>>

/** The most values that one condition may list. */
const maxValues = 200

/**
 * Reads a filter input. `fields` says which record field each of its conditions is about: a list means one of, an object is a
 * comparison (`TextFilter` and its like), anything else must be equal.
 */
export function readFilter(input: Given | null | undefined, fields: Readonly<Record<string, string>>): Filter {
  const filter: Record<string, Comparison> = {}
  for (const [condition, value] of Object.entries(input ?? {})) {
    const field = fields[condition]
    if (field === undefined) throw new Error(`The filter has no field for its condition ${condition}.`)
    if (value === null || value === undefined) continue
    filter[field] = { ...filter[field], ...comparison(`filter.${condition}`, value) }
  }
  return filter
}

function comparison(argument: string, value: unknown): Comparison {
  if (Array.isArray(value)) return { in: bounded(argument, value) }
  if (typeof value !== 'object') return { eq: value }
  const given = Object.entries(value as Given).filter(([, part]) => part !== null && part !== undefined)
  for (const [operator, part] of given) if (Array.isArray(part)) bounded(`${argument}.${operator}`, part)
  return Object.fromEntries(given)
}

function bounded(argument: string, values: readonly unknown[]): readonly unknown[] {
  if (values.length <= maxValues) return values
  throw refusal('INVALID_INPUT', `The argument \`${argument}\` can list at most ${maxValues} values.`, { argument })
}

/** Reads a sort input; `fields` says which record field each value of its enum is. Without an input the list's own order. */
export function readSort(
  input: { readonly field: string; readonly direction: Sort['direction'] } | null | undefined,
  fields: Readonly<Record<string, string>>,
  otherwise: Sort,
): readonly Sort[] {
  if (!input) return [otherwise]
  const field = fields[input.field]
  if (field === undefined) throw new Error(`The sort has no field for ${input.field}.`)
  return [{ field, direction: input.direction }]
}
