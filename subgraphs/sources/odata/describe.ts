/** Holds a mapping against the service's own description, `$metadata`: which properties are not mapped, and which do not fit. */
import type { NativeDescription } from '../driver.ts'
import type { MappedEntity } from '../mapping/mapped-entity.ts'
import { typeOf, type EdmType, type ODataVersion } from './literal.ts'
import { readMetadata } from './metadata.ts'
import { propertiesOf } from './question.ts'

/** What `connector test` says of one entity set. */
export function describeEntity(version: ODataVersion, entity: MappedEntity, edmx: string): NativeDescription {
  const metadata = readMetadata(edmx)
  if (!metadata)
    return { properties: null, problems: ['The service answers `$metadata` with something that is not EDMX.'] }
  const properties = metadata.entitySets.get(entity.collection)
  if (!properties) {
    const known = [...metadata.entitySets.keys()].join(', ')
    return {
      properties: null,
      problems: [`There is no entity set \`${entity.collection}\`; the service has ${known}.`],
    }
  }
  const problems = propertiesOf(entity).flatMap((property) => {
    // What lies behind a complex or a navigation property has a type of its own, which is not followed.
    if (property.path.length > 1) return []
    const name = property.path[0] ?? ''
    const declared = properties.get(name)
    if (declared === undefined) return [`The entity set \`${entity.collection}\` has no property \`${name}\`.`]
    const type = typeOf(version, property)
    return fits(type, declared) ? [] : [`The property \`${name}\` is mapped as \`${type}\` and is \`${declared}\`.`]
  })
  return { properties: [...properties.keys()], problems: [...new Set(problems)] }
}

/** Types that are written and read alike. */
const alike: readonly (readonly EdmType[])[] = [
  ['Edm.Byte', 'Edm.Int16', 'Edm.Int32'],
  ['Edm.Date', 'Edm.DateTime'],
]

function fits(type: EdmType, declared: string): boolean {
  return type === declared || alike.some((group) => group.includes(type) && group.some((each) => each === declared))
}
