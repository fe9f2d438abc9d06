/** Paths of an OData service: what is selected, expanded and addressed, with keys of one part and of several. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { MappedEntity } from '../../../subgraphs/sources/mapping/mapped-entity.ts'
import { prepareMapping } from '../../../subgraphs/sources/mapping/prepare-mapping.ts'
import { readConnector } from '../../../subgraphs/sources/mapping/read-connector.ts'
import { odataEntityOptions } from '../../../subgraphs/sources/odata/options.ts'
import { collectionPath, entityPath, selectionOf } from '../../../subgraphs/sources/odata/question.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'mandate-question-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const yaml = `
kind: odata
url: https://erp.example/odata
allow: [erp.example]
entities:
  Item:
    collection: OrderItems
    key: { fields: [PurchaseOrder, { path: Item, kind: int }], format: '{PurchaseOrder}-{Item}' }
    version: { etag: true }
    where: [{ path: CompanyCode, eq: '1010' }]
    fields:
      createdAt: CreatedAt
      updatedAt: CreatedAt
      description: Text
      city: to_Plant.Address.City
      plantName: to_Plant.Name
      street: Delivery.Street
    options: { expand: [to_Plant, to_Unused] }
  Order:
    collection: Orders
    key: { fields: [{ path: Id, native: Edm.Guid }], format: '{key}' }
    fields: { createdAt: CreatedAt, updatedAt: CreatedAt }
`
writeFileSync(path.join(folder, 'erp.yaml'), yaml)
const { entities } = prepareMapping(
  readConnector({ folder, name: 'erp', env: {} }),
  {
    Item: {
      table: 'x',
      ids: { sequence: 'x', format: String },
      fields: { description: 'text', city: 'text', plantName: 'text', street: 'text' },
    },
    Order: { table: 'y', ids: { sequence: 'y', format: String }, fields: {} },
  },
  (_, options) => odataEntityOptions.parse(options),
)
function entity(name: string): MappedEntity {
  const found = entities.get(name)
  if (!found) throw new Error(`There is no ${name}.`)
  return found
}
const options = odataEntityOptions.parse({ expand: ['to_Plant', 'to_Unused'] })

describe('what is fetched', () => {
  test('only what is mapped, and what says whether a record is one; expanded where the path goes on', () => {
    expect(selectionOf('v4', entity('Item'), options)).toEqual({
      $select: 'PurchaseOrder,Item,CreatedAt,Text,Delivery/Street,CompanyCode',
      $expand: 'to_Plant($select=Address/City,Name)',
    })
    expect(selectionOf('v2', entity('Item'), options)).toEqual({
      $select: 'PurchaseOrder,Item,CreatedAt,Text,to_Plant/Address/City,to_Plant/Name,Delivery/Street,CompanyCode',
      $expand: 'to_Plant',
    })
  })

  test('options are encoded, and empty ones left out', () => {
    expect(collectionPath('Items', { $filter: "Text eq 'a&b#c'", $orderby: '', $top: 3, $skip: null })).toBe(
      "Items?$filter=Text%20eq%20'a%26b%23c'&$top=3",
    )
    expect(collectionPath('Items', {})).toBe('Items')
  })
})

describe('an entity is addressed', () => {
  test('by names where its key has several parts', () => {
    expect(entityPath('v4', entity('Item'), ["45/0'1", 10])).toBe("OrderItems(PurchaseOrder='45%2F0''1',Item=10)")
  })

  test('by its literal alone where it has one', () => {
    const id = '0f8fad5b-d9cb-469f-a165-70867728950e'
    expect(entityPath('v4', entity('Order'), [id])).toBe(`Orders(${id})`)
    expect(entityPath('v2', entity('Order'), [id])).toBe(`Orders(guid'${id}')`)
    expect(() => entityPath('v4', entity('Order'), ["x') or ('1' eq '1"])).toThrow('has not the form')
  })
})
