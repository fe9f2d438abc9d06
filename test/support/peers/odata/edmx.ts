/** The peer's `$metadata`, as CSDL XML of either version. */
import type { PeerSet } from './sets.ts'
import type { Version } from './wire.ts'

/** Writes the document. */
export function writeEdmx(version: Version, sets: readonly PeerSet[]): string {
  const [edmxSpace, edmSpace] =
    version === 'v4'
      ? ['http://docs.oasis-open.org/odata/ns/edmx', 'http://docs.oasis-open.org/odata/ns/edm']
      : ['http://schemas.microsoft.com/ado/2007/06/edmx', 'http://schemas.microsoft.com/ado/2008/09/edm']
  const types = sets.map(({ type, key, properties }) =>
    [
      `<EntityType Name="${type}">`,
      `<Key><PropertyRef Name="${key.name}"/></Key>`,
      ...[...properties.values()].map(({ name, type: edm, nullable }) => {
        const declared = version === 'v2' && edm === 'Edm.Date' ? 'Edm.DateTime' : edm
        return `<Property Name="${name}" Type="${declared}" Nullable="${nullable}"/>`
      }),
      '</EntityType>',
    ].join(''),
  )
  const entitySets = sets.map(({ name, type }) => `<EntitySet Name="${name}" EntityType="Peer.${type}"/>`)
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<edmx:Edmx Version="${version === 'v4' ? '4.0' : '1.0'}" xmlns:edmx="${edmxSpace}"><edmx:DataServices>`,
    `<Schema Namespace="Peer" xmlns="${edmSpace}">`,
    ...types,
    `<EntityContainer Name="Container">${entitySets.join('')}</EntityContainer>`,
    '</Schema></edmx:DataServices></edmx:Edmx>',
  ].join('\n')
}
