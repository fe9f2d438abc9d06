/** Questions as paths of a service: a collection with its query options, an entity by its key. */
import type { MappedEntity, NativeProperty, Value } from '../mapping/mapped-entity.ts'
import { pathOf } from './expression.ts'
import { literal, typeOf, type ODataVersion } from './literal.ts'
import type { EntityOptions } from './options.ts'

/** Query options by name, in the order in which they are written; empty ones are left out. */
export type QueryOptions = Readonly<Record<string, string | number | null>>

/** `Invoices?$filter=…&$top=…`, encoded. */
export function collectionPath(collection: string, options: QueryOptions): string {
  const query = Object.entries(options)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
  return query.length === 0 ? collection : `${collection}?${query.join('&')}`
}

/** `Invoices('17')`, or with names where the key has several parts. */
export function entityPath(version: ODataVersion, entity: MappedEntity, key: readonly Value[]): string {
  const { parts } = entity.key
  const literals = parts.map((part, index) =>
    encodeURIComponent(literal(version, typeOf(version, part), key[index] ?? null)),
  )
  const [only] = literals
  const inside =
    literals.length === 1 ? only : parts.map((part, index) => `${pathOf(part)}=${literals[index] ?? ''}`).join(',')
  return `${entity.collection}(${inside ?? ''})`
}

/** `$select` and `$expand` for what is mapped, and nothing more: data that no field shows is never fetched. */
export function selectionOf(
  version: ODataVersion,
  entity: MappedEntity,
  { expand }: EntityOptions,
): { readonly $select: string; readonly $expand: string } {
  const paths = [...new Set(propertiesOf(entity).map((property) => property.path.join('/')))]
  const expanded = expand.filter((navigation) => paths.some((path) => path.startsWith(`${navigation}/`)))
  const inside = (navigation: string) => paths.filter((path) => path.startsWith(`${navigation}/`))
  if (version === 'v2') return { $select: paths.join(','), $expand: expanded.join(',') }
  const own = paths.filter((path) => !expanded.some((navigation) => path.startsWith(`${navigation}/`)))
  const parts = expanded.map(
    (navigation) =>
      `${navigation}($select=${inside(navigation)
        .map((path) => path.slice(navigation.length + 1))
        .join(',')})`,
  )
  return { $select: own.join(','), $expand: parts.join(',') }
}

/** Every native property that a record of the entity is made of, or that says whether it is one. */
export function propertiesOf(entity: MappedEntity): readonly NativeProperty[] {
  const { key, fields, version, where } = entity
  return [
    ...key.parts,
    ...fields.values(),
    ...('field' in version ? [version.field] : []),
    ...where.map(({ property }) => property),
  ]
}
