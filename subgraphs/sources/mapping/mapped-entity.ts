/**
 * An entity as a connector maps it, ready for use: what each field of the record is called in the system, of which type it is
 * there, and how its values turn into each other. Made by `prepare-mapping.ts` from a connector file; read by drivers.
 */
import type { Comparison } from '../entity-source.ts'

/** A value in the form of records: decimals, days and times as text (`2026-03-01T09:30:00.000Z`), never a floating number for money. */
export type Value = string | number | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>

export type FieldKind = 'text' | 'folded' | 'int' | 'decimal' | 'boolean' | 'date' | 'timestamp' | 'json'

/** One native property: where it is in the system's record, and of which type. */
export interface NativeProperty {
  /** The way to the value, `['address', 'city']`; joined by the driver as its protocol does. */
  readonly path: readonly string[]
  readonly kind: FieldKind
  /** The type's name in the words of the protocol (`Edm.Decimal`, `glide_date_time`, `number`); null: what is usual for the kind. */
  readonly native: string | null
  /** Decimals of a decimal; null: as they come. */
  readonly scale: number | null
  readonly nullable: boolean
}

/** A field of the record. */
export interface MappedField extends NativeProperty {
  /** The record's field, `supplierId`. */
  readonly name: string
  /** Whether a change may set it. */
  readonly writable: boolean
  /** Turns a native value in canonical form into the record's: enums and id templates. @throws for a value that the mapping does not know. */
  readonly toRecord: (value: Value) => Value
  /** The other direction: the native values that stand for a value, the one to write first; none when nothing can be equal to it. */
  readonly toNative: (value: Value) => readonly Value[]
  /** The comparisons that the connector file allows; the driver's own limits come on top. */
  readonly comparisons: ReadonlySet<ComparisonKind>
  readonly sortable: boolean
}

export type ComparisonKind = 'eq' | 'in' | 'contains' | 'gte' | 'lte' | 'gt' | 'lt'

/** The parts of a record's key, and the id made of them. */
export interface MappedKey {
  /** Who gives a new record its key: the system, or we do with a UUID. */
  readonly assigned: 'system' | 'uuid'
  readonly parts: readonly MappedField[]
  /** The id of a record with these native key values, in the order of `parts`. */
  readonly format: (values: readonly Value[]) => string
  /** The key values in an id; null for an id that this entity cannot have. */
  readonly parse: (id: string) => readonly Value[] | null
}

/** Where the version of a record comes from. `etag` and `hash` are made into a number that stays the same while the record does. */
export type MappedVersion =
  | { readonly from: 'field'; readonly field: MappedField }
  | { readonly from: 'hash'; readonly field: MappedField }
  | { readonly from: 'etag' }
  | { readonly from: 'none' }

/** A condition of the mapping itself, on a native property: only the company code of this house, say. */
export interface DefaultFilter {
  readonly property: NativeProperty
  readonly comparison: Comparison
}

export interface MappedEntity {
  /** The entity's name in the contract. */
  readonly name: string
  readonly collection: string
  readonly key: MappedKey
  readonly version: MappedVersion
  /** Fields with a native property, by name; `id` and `version` are not among them. */
  readonly fields: ReadonlyMap<string, MappedField>
  /** Fields that are always the same. */
  readonly constants: ReadonlyMap<string, Value>
  /** Fields without a native property: always null. */
  readonly unmapped: readonly string[]
  readonly where: readonly DefaultFilter[]
  readonly paging: { readonly size: number; readonly style: 'keyset' | 'offset' }
  /** How many records may be read to filter or sort here what the system cannot; null: none. */
  readonly clientSideRows: number | null
  readonly mutations: { readonly create: boolean; readonly update: boolean }
  /** A text property that takes a mark of ours on creation, by which a lost answer can be found again. */
  readonly correlation: NativeProperty | null
  /** Values that every new record gets, by native path. */
  readonly defaults: readonly { readonly property: NativeProperty; readonly value: Value }[]
  /** What the driver's own schema read from `options` of the entity. */
  readonly options: unknown
}
