/** What the OData peer serves: entity sets over the tables of a test database, in names, keys and codes of their own. */
import type { EntityDeclaration } from '../../../../subgraphs/sources/entity-table.ts'
import type { EdmType } from '../../../../subgraphs/sources/odata/literal.ts'

export interface PeerProperty {
  readonly name: string
  readonly column: string
  readonly type: EdmType
  readonly nullable: boolean
  /** The prefix that the table's value has and the service's has not. */
  readonly prefix: string
  /** The service's code of each value of the table. */
  readonly codes: Readonly<Record<string, string>> | null
}

export interface PeerLink {
  readonly name: string
  /** The property that holds the key of what is linked. */
  readonly property: string
  readonly set: string
}

export interface PeerSet {
  readonly name: string
  readonly type: string
  readonly table: string
  readonly key: PeerProperty
  readonly properties: ReadonlyMap<string, PeerProperty>
  readonly links: ReadonlyMap<string, PeerLink>
  readonly nextId: { readonly sequence: string; readonly format: (number: number, now: Date) => string }
}

export interface PeerSetOptions {
  readonly declaration: EntityDeclaration
  readonly set: string

  readonly prefixes?: Readonly<Record<string, string>>
  readonly codes?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly links?: Readonly<Record<string, { readonly field: string; readonly set: string }>>
}

const types: Readonly<Record<string, EdmType>> = {
  text: 'Edm.String',
  folded: 'Edm.String',
  int: 'Edm.Int32',
  decimal: 'Edm.Decimal',
  boolean: 'Edm.Boolean',
  date: 'Edm.Date',
  timestamp: 'Edm.DateTimeOffset',
  json: 'Edm.String',
}

/** Makes an entity set from a table: properties are the fields in Pascal case, the key is `<Type>Id`. */
export function peerSet(type: string, options: PeerSetOptions): PeerSet {
  const { declaration, prefixes = {}, codes = {}, links = {} } = options
  const kinds = { id: 'text', version: 'int', createdAt: 'timestamp', updatedAt: 'timestamp', ...declaration.fields }
  const properties = Object.entries(kinds).map(([field, kind]): PeerProperty => {
    const nullable = kind.endsWith('?')
    return {
      name: field === 'id' ? `${type}Id` : pascal(field),
      column: field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      type: types[nullable ? kind.slice(0, -1) : kind] ?? 'Edm.String',
      nullable,
      prefix: prefixes[field] ?? '',
      codes: codes[field] ?? null,
    }
  })
  const [key] = properties
  if (!key) throw new Error(`The entity set ${options.set} has no key.`)
  return {
    name: options.set,
    type,
    table: declaration.table,
    key,
    properties: new Map(properties.map((property) => [property.name, property])),
    links: new Map(
      Object.entries(links).map(([name, { field, set }]) => [name, { name, property: pascal(field), set }]),
    ),
    nextId: declaration.ids,
  }
}

/** A value of the table as the service has it. */
export function toService({ prefix, codes }: PeerProperty, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (codes) return codes[textOf(value)] ?? value
  return prefix === '' ? value : textOf(value).slice(prefix.length)
}

/** A value of the service as the table has it. */
export function toTable({ prefix, codes }: PeerProperty, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (codes) return Object.entries(codes).find(([, code]) => code === value)?.[0] ?? `unknown code ${textOf(value)}`
  return prefix === '' ? value : `${prefix}${textOf(value)}`
}

function pascal(field: string): string {
  return field.charAt(0).toUpperCase() + field.slice(1)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
