/**
 * The order of a list over a system whose own treatment of missing values is not ours. Nulls come last in both directions, so a
 * list is read in segments: first the records that have a value, then those that have none. Within a segment a page goes on
 * after the last record's values, so that pages neither skip nor repeat records while others are added.
 */
import type { Sort } from '../entity-source.ts'
import type { Condition, DriverCapabilities, NativeOrder } from '../driver.ts'
import type { MappedEntity, NativeProperty, Value } from '../mapping/mapped-entity.ts'

interface SortKey {
  readonly property: NativeProperty
  readonly direction: 'ASC' | 'DESC'
  readonly nullable: boolean
}

/** A part of a list: its own conditions, and an order in which no value is missing. */
export interface Segment {
  readonly where: readonly Condition[]
  readonly orderBy: readonly NativeOrder[]
  readonly keys: readonly SortKey[]
}

export interface NativeSort {
  readonly keys: readonly SortKey[]
  readonly segments: readonly Segment[]
  /** Which list in which order; a cursor of one is none of another. */
  readonly name: string
}

/** More sort keys that may be null than any list of a contract has. */
const maxNullable = 3

/** The order of an entity's list; null when the system cannot sort so. */
export function nativeSort(entity: MappedEntity, sort: readonly Sort[], can: DriverCapabilities): NativeSort | null {
  const keys = sortKeys(entity, sort)
  if (!keys?.every(({ property }) => can.sort(property))) return null
  const split = keys.filter(({ nullable, property }) => nullable && !can.nullsLast && can.filter(property, 'null'))
  if (split.length > maxNullable) return null
  const segments = Array.from({ length: 2 ** split.length }, (_, mask): Segment => {
    // The first key is the slowest to change, as in any order by several keys.
    const missing = new Set(split.filter((_key, index) => (mask >> (split.length - 1 - index)) & 1))
    const left = keys.filter((key) => !missing.has(key))
    return {
      where: split.map((key) => ({ property: key.property, is: missing.has(key) ? 'null' : 'not-null' })),
      orderBy: left.map(({ property, direction }) => ({ property, direction })),
      keys: left,
    }
  })
  const parts = keys.map(({ property, direction }) => `${property.path.join('.')} ${direction}`)
  return { keys, segments, name: parts.join(', ') }
}

/** The keys of a sort, completed by those of the record. Fields that are always the same do not sort. */
function sortKeys(entity: MappedEntity, sort: readonly Sort[]): readonly SortKey[] | null {
  const keys: SortKey[] = []
  for (const { field, direction } of [...sort, { field: 'id', direction: 'ASC' as const }]) {
    if (field === 'id') {
      keys.push(...entity.key.parts.map((property) => ({ property, direction, nullable: false })))
      break
    }
    if (entity.constants.has(field) || entity.unmapped.includes(field)) continue
    const mapped = entity.fields.get(field)
    if (!mapped) throw new Error(`The entity ${entity.name} has no field ${field} to sort by.`)
    if (!mapped.sortable) return null
    keys.push({ property: mapped, direction, nullable: mapped.nullable })
  }
  return keys
}

/** Whether pages can go on by value: each key must be comparable, and conditions must join by OR. */
export function canSeek({ keys }: NativeSort, can: DriverCapabilities): boolean {
  const comparable = keys.every(
    ({ property, direction }) =>
      can.filter(property, direction === 'ASC' ? 'gt' : 'lt') && (keys.length === 1 || can.filter(property, 'eq')),
  )
  const nulls = keys.every(({ property, nullable }) => !nullable || can.filter(property, 'null'))
  return comparable && nulls && (keys.length === 1 || can.any)
}

/** The segment of a position: the one of its missing values. */
export function segmentOf({ keys, segments }: NativeSort, position: readonly Value[]): number {
  const at = segments.findIndex((segment) =>
    keys.every((key, index) => segment.keys.includes(key) || position[index] === null),
  )
  const exact = segments.findIndex((segment) =>
    keys.every((key, index) => segment.keys.includes(key) === (position[index] !== null)),
  )
  return exact === -1 ? Math.max(at, 0) : exact
}

/** Holds for the records of a segment after a position: (a beyond x) or (a = x and b beyond y) or … */
export function after(sort: NativeSort, segment: Segment, position: readonly Value[]): Condition {
  const values = new Map(sort.keys.map((key, index) => [key, position[index] ?? null]))
  const branches: Condition[] = segment.keys.flatMap((key, index): Condition[] => {
    const value = values.get(key) ?? null
    // Where the system puts nulls last itself, nothing is beyond a null.
    if (value === null) return []
    const beyond: Condition = { property: key.property, is: key.direction === 'ASC' ? 'gt' : 'lt', value }
    const orNull: Condition = { any: [beyond, { property: key.property, is: 'null' }] }
    const isSplit = segment.where.some((each) => 'property' in each && each.property === key.property)
    const ties = segment.keys.slice(0, index).map((earlier) => tie(earlier.property, values.get(earlier) ?? null))
    return [{ all: [...ties, key.nullable && !isSplit ? orNull : beyond] }]
  })
  return { any: branches }
}

function tie(property: NativeProperty, value: Value): Condition {
  return value === null ? { property, is: 'null' } : { property, is: 'eq', value }
}
