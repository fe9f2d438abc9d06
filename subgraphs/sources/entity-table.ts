/**
 * How an entity lies in a PostgreSQL table: which field is which kind of column, and how its ids are made. Declared beside
 * the system that owns the entity; `postgres.ts` reads it.
 */
import { sql, type RawBuilder } from 'kysely'

/**
 * What a column holds. `folded` is text compared and sorted without regard to upper and lower case. A `?` says that it may
 * be null. Timestamps and dates are text in records (RFC 3339 in UTC, `YYYY-MM-DD`), decimals too.
 */
type PlainKind = 'text' | 'folded' | 'int' | 'decimal' | 'boolean' | 'date' | 'timestamp' | 'json'
type ColumnKind = PlainKind | `${PlainKind}?`

/** How new ids are made: the next number of a sequence, in a readable form. */
export interface IdSeries {
  /** A qualified sequence, `crm.account_ids`. */
  readonly sequence: string
  readonly format: (number: number, now: Date) => string
}

/** An entity's declaration. `id`, `version`, `createdAt` and `updatedAt` are there without being named. */
export interface EntityDeclaration {
  /** A qualified table, `crm.accounts`. Columns are the fields' names in snake case. */
  readonly table: string
  readonly ids: IdSeries
  readonly fields: Readonly<Record<string, ColumnKind>>
}

/** A field of a table, ready for use in statements. */
export interface EntityColumn {
  readonly field: string
  readonly kind: PlainKind
  readonly nullable: boolean
  /** The column, of the alias `t`. */
  readonly ref: RawBuilder<unknown>
  /** The column without an alias, for `insert` and `update`. */
  readonly name: RawBuilder<unknown>
  /** What to compare and sort by: the column, folded where its kind says so. */
  readonly comparable: RawBuilder<unknown>
}

/** An entity's table, ready for use in statements. */
export interface EntityTable {
  readonly entity: string
  readonly name: string
  readonly table: RawBuilder<unknown>
  readonly ids: IdSeries
  /** Every column under its field's name. */
  readonly selection: RawBuilder<unknown>
  readonly timestamps: readonly string[]
  readonly columns: readonly EntityColumn[]
  /** The column of a field. @throws when the entity has no such field: a mistake of the system's code, not of a caller. */
  column(field: string): EntityColumn
}

/** Ids like `acc-0001`: a prefix and at least `digits` digits. */
export function numbered(sequence: string, prefix: string, digits: number): IdSeries {
  return { sequence, format: (number) => prefix + String(number).padStart(digits, '0') }
}

/** Ids like `INV-2026-00001`: as {@link numbered}, with the year of their making. */
export function numberedByYear(sequence: string, prefix: string, digits: number): IdSeries {
  return {
    sequence,
    format: (number, now) => `${prefix}${now.getUTCFullYear()}-${String(number).padStart(digits, '0')}`,
  }
}

const common = { id: 'text', version: 'int', createdAt: 'timestamp', updatedAt: 'timestamp' } as const

/** Makes a declared entity ready for use in statements. */
export function prepareTable(entity: string, declaration: EntityDeclaration): EntityTable {
  const kinds: Readonly<Record<string, ColumnKind>> = { ...common, ...declaration.fields }
  const columns = new Map(Object.entries(kinds).map(([field, kind]) => [field, prepareColumn(field, kind)]))
  const all = [...columns.values()]
  return {
    entity,
    name: declaration.table,
    table: sql.table(declaration.table),
    ids: declaration.ids,
    selection: sql.join(all.map(({ field, ref }) => sql`${ref} as ${sql.id(field)}`)),
    timestamps: all.filter(({ kind }) => kind === 'timestamp').map(({ field }) => field),
    columns: all,
    column(field) {
      const column = columns.get(field)
      if (!column) throw new Error(`The entity ${entity} has no field ${field} in ${declaration.table}.`)
      return column
    },
  }
}

function prepareColumn(field: string, declared: ColumnKind): EntityColumn {
  const nullable = declared.endsWith('?')
  const kind = (nullable ? declared.slice(0, -1) : declared) as PlainKind
  const name = sql.id(columnName(field))
  const ref = sql`t.${name}`
  return { field, kind, nullable, ref, name, comparable: kind === 'folded' ? sql`lower(${ref})` : ref }
}

/** `billingCity` → `billing_city`. */
function columnName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** `billing_city` → `billingCity`. */
export function fieldName(column: string): string {
  return column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
