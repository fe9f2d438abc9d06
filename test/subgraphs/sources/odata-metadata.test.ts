/** `$metadata` of both versions, and what is never read of it. */
import { expect, test } from 'vitest'
import { readMetadata } from '../../../subgraphs/sources/odata/metadata.ts'

const schema = `
  <Schema Namespace="Base" xmlns="http://docs.oasis-open.org/odata/ns/edm">
    <EntityType Name="Thing"><Property Name='Id' Type='Edm.String'/></EntityType>
  </Schema>
  <Schema Namespace="Shop" xmlns="http://docs.oasis-open.org/odata/ns/edm">
    <!-- <EntitySet Name="Hidden" EntityType="Shop.Hidden"/> -->
    <EntityType Name="Invoice" BaseType="Base.Thing">
      <Property Name="Total" Type="Edm.Decimal" Precision="18"><Annotation Term="x" String="&lt;a&gt;"/></Property>
    </EntityType>
    <ComplexType Name="Address"><Property Name="City" Type="Edm.String"/></ComplexType>
    <EntityContainer Name="C"><EntitySet Name="Invoices" EntityType="Shop.Invoice"/></EntityContainer>
  </Schema>`

test('gives the properties of each entity set, inherited ones too', () => {
  const edmx = `<?xml version="1.0"?><edmx:Edmx Version="4.0"><edmx:DataServices>${schema}</edmx:DataServices></edmx:Edmx>`
  const { entitySets } = readMetadata(edmx) ?? {}
  expect([...(entitySets ?? [])]).toEqual([
    [
      'Invoices',
      new Map([
        ['Id', 'Edm.String'],
        ['Total', 'Edm.Decimal'],
      ]),
    ],
  ])
})

test.each(['', '{}', '<html></html>', `<!DOCTYPE x [<!ENTITY a "b">]><Edmx>${schema}</Edmx>`])(
  'takes nothing of %s',
  (text) => {
    expect(readMetadata(text)).toBeNull()
  },
)

test('a type that is based on itself ends', () => {
  const edmx =
    '<Edmx><Schema Namespace="S"><EntityType Name="A" BaseType="S.A"/><EntitySet Name="As" EntityType="S.A"/></Schema></Edmx>'
  expect(readMetadata(edmx)?.entitySets.get('As')).toEqual(new Map())
})
