/**
 * Reads what we need of a service's `$metadata` (CSDL XML, OData 4.01 and 3.0): entity sets, their types, and the types'
 * properties. Elements and their attributes are all that CSDL says these things with, so no more of XML is read: no DTD, no
 * entities but the five of XML itself.
 */

/** The properties of each entity set, with their types. */
export interface ServiceMetadata {
  readonly entitySets: ReadonlyMap<string, ReadonlyMap<string, string>>
}

const markup =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<(?<close>\/?)(?<name>[\w.:-]+)(?<attributes>(?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(?<empty>\/?)>/g

const attribute = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

interface EntityType {
  readonly base: string | null
  readonly properties: Map<string, string>
}

/** @returns null for a text that is not CSDL XML. */
export function readMetadata(edmx: string): ServiceMetadata | null {
  // A document type could define entities that grow without end; CSDL has none.
  if (/<!DOCTYPE/i.test(edmx) || !/<(?:\w+:)?Edmx[\s>]/.test(edmx)) return null
  const types = new Map<string, EntityType>()
  const sets = new Map<string, string>()
  let namespace = ''
  let current: EntityType | null = null
  for (const { groups = {} } of edmx.matchAll(markup)) {
    const name = groups['name']?.replace(/^.*:/, '')
    if (name === undefined) continue
    const closes = groups['close'] === '/'
    if (name === 'EntityType' && closes) current = null
    if (closes) continue
    const given = attributesOf(groups['attributes'] ?? '')
    if (name === 'Schema') namespace = given.get('Namespace') ?? ''
    if (name === 'EntityType') {
      current = { base: given.get('BaseType') ?? null, properties: new Map() }
      types.set(`${namespace}.${given.get('Name') ?? ''}`, current)
      if (groups['empty'] === '/') current = null
    }
    if (name === 'Property') current?.properties.set(given.get('Name') ?? '', given.get('Type') ?? '')
    if (name === 'EntitySet') sets.set(given.get('Name') ?? '', given.get('EntityType') ?? '')
  }
  return { entitySets: new Map([...sets].map(([set, type]) => [set, propertiesOf(types, type)])) }
}

/** The properties of a type and of what it is based on. */
function propertiesOf(types: ReadonlyMap<string, EntityType>, name: string, depth = 0): ReadonlyMap<string, string> {
  const type = types.get(name)
  if (!type || depth > 20) return new Map()
  const inherited = type.base === null ? [] : propertiesOf(types, type.base, depth + 1)
  return new Map([...inherited, ...type.properties])
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(attribute)].map(([, name = '', double, single]) => [name, unescape(double ?? single ?? '')]),
  )
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function unescape(text: string): string {
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => entities[name] ?? '')
}
