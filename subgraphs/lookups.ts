/** Root queries that most systems have: a record by its id, and a list page by page. */
import type { FieldResolver } from './context.ts'
import { readFilter, readSort } from './listing.ts'
import type { Sort } from './sources/entity-source.ts'

/** The arguments of a root list. */
export interface ListArgs {
  readonly first: number
  readonly after?: string | null
  readonly filter?: Readonly<Record<string, unknown>> | null
  readonly sort?: { readonly field: string; readonly direction: Sort['direction'] } | null
}

/** What a list can be filtered and sorted by: names of the contract, each with the record's field. */
export interface Listing {
  readonly filter: Readonly<Record<string, string>>
  readonly sort: Readonly<Record<string, string>>
  /** The order of a list that is not sorted by its caller. */
  readonly otherwise: Sort
}

/** Resolves `incident(id:)`. */
export function byId(entity: string): FieldResolver<unknown, { readonly id: string }> {
  return (_, { id }, { records }) => records.load(entity, id)
}

/** Resolves `configurationItemByName(name:)`; the field's column folds upper and lower case. */
export function byName(entity: string): FieldResolver<unknown, { readonly name: string }> {
  return (_, { name }, { records }) => records.find(entity, { name: { eq: name } })
}

/** Resolves `productByGtin(gtin:)`: the argument has the name of the field. */
export function byField<Field extends string>(
  entity: string,
  field: Field,
): FieldResolver<unknown, Readonly<Record<Field, string>>> {
  return (_, args, { records }) => records.find(entity, { [field]: { eq: args[field] } })
}

/** Resolves `incidents(first:, after:, filter:, sort:)`. */
export function pages(entity: string, listing: Listing): FieldResolver<unknown, ListArgs> {
  return (_, { first, after, filter, sort }, { records }) =>
    records.page(entity, {
      first,
      after,
      filter: readFilter(filter, listing.filter),
      sort: readSort(sort, listing.sort, listing.otherwise),
    })
}
