/** Rows as a service of OData 4 or 2 writes them, and bodies as it reads them. */
import { toService, toTable, type PeerProperty, type PeerSet } from './sets.ts'

export type Version = 'v4' | 'v2'
export type Row = Readonly<Record<string, unknown>>

export class BadBody extends Error {
  readonly target: string
  constructor(target: string) {
    super(`The property ${target} cannot be read.`)
    this.target = target
  }
}

/** An entity of the answer; `select` null gives every property. */
export function writeEntity(
  version: Version,
  root: string,
  set: PeerSet,
  row: Row,
  select: ReadonlySet<string> | null,
) {
  const properties = [...set.properties.values()].filter(({ name }) => select?.has(name) ?? true)
  const values = properties.map((property) => [property.name, writeValue(version, property, row[property.column])])
  const etag = `W/"${String(row['version'])}"`
  const uri = `${root}${keyPath(set, row)}`
  return {
    ...(version === 'v4' ? { '@odata.etag': etag } : { __metadata: { uri, type: `Peer.${set.type}`, etag } }),
    ...(Object.fromEntries(values) as Row),
  }
}

/** `Invoices('INV-2026-00001')`. */
export function keyPath(set: PeerSet, row: Row): string {
  return `${set.name}('${encodeURIComponent(String(toService(set.key, row['id'])).replaceAll("'", "''"))}')`
}

function writeValue(version: Version, property: PeerProperty, value: unknown): unknown {
  const native = toService(property, value)
  if (native === null) return null
  if (property.type === 'Edm.DateTimeOffset') {
    const time = new Date(native as string | Date)
    return version === 'v4' ? time.toISOString() : `/Date(${time.getTime()}+0000)/`
  }
  if (property.type === 'Edm.Date' && version === 'v2') return `/Date(${Date.parse(`${native as string}T00:00:00Z`)})/`
  return native
}

/** The columns that a body sets; `links` resolves what it links the entity to, to a key of the table. */
export function readBody(
  version: Version,
  set: PeerSet,
  body: Row,
  links: (set: string, target: string) => string,
): ReadonlyMap<string, unknown> {
  const columns = new Map<string, unknown>()
  for (const [name, value] of Object.entries(body)) {
    const linkName = version === 'v4' ? /^(.+)@odata\.bind$/.exec(name)?.[1] : name
    const link = linkName === undefined ? undefined : set.links.get(linkName)
    if (link) {
      const target = version === 'v4' ? value : (value as { __metadata?: { uri?: unknown } }).__metadata?.uri
      const property = set.properties.get(link.property)
      if (typeof target !== 'string' || !property) throw new BadBody(name)
      columns.set(property.column, links(link.set, target))
      continue
    }
    const property = set.properties.get(name)
    if (!property) throw new BadBody(name)
    columns.set(property.column, toTable(property, readValue(version, property, value)))
  }
  return columns
}

function readValue(version: Version, { name, type, nullable }: PeerProperty, value: unknown): unknown {
  if (value === null) {
    if (nullable) return null
    throw new BadBody(name)
  }
  const fits = {
    'Edm.String': typeof value === 'string',
    'Edm.Int32': Number.isInteger(value),
    'Edm.Boolean': typeof value === 'boolean',
    'Edm.Decimal': typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value),
    'Edm.Date': typeof value === 'string' && (version === 'v2' || /^\d{4}-\d\d-\d\d$/.test(value)),
    'Edm.DateTimeOffset': typeof value === 'string',
  } as Readonly<Record<string, boolean>>
  if (!fits[type]) throw new BadBody(name)
  const ticks = typeof value === 'string' ? /^\/Date\((-?\d+)/.exec(value)?.[1] : undefined
  if (version === 'v4' || ticks === undefined) return value
  const time = new Date(Number(ticks)).toISOString()
  return type === 'Edm.Date' ? time.slice(0, 10) : time
}
