/** The names of a new system: what is made of the few that are given, and which are refused with what to do. */
import { expect, test } from 'vitest'
import { readNames } from '../../../cli/new-subgraph/names.ts'

test('one name is enough', () => {
  expect(readNames({ name: 'fleet' })).toMatchObject({ System: 'Fleet', Thing: 'Fleet', things: 'fleets' })
  expect(readNames({ name: 'vehicles' })).toMatchObject({ system: 'vehicles', Thing: 'Vehicle', things: 'vehicles' })
})

test('a dash is a new word in every case of writing', () => {
  expect(readNames({ name: 'field-service', entity: 'WorkOrder' })).toEqual({
    'system-name': 'field-service',
    system: 'fieldService',
    System: 'FieldService',
    'system words': 'field service',
    'System words': 'Field service',
    'a system words': 'a field service',
    schema: 'field_service',
    Thing: 'WorkOrder',
    thing: 'workOrder',
    Things: 'WorkOrders',
    things: 'workOrders',
    'thing words': 'work order',
    'a thing words': 'a work order',
    'A thing words': 'A work order',
    'things words': 'work orders',
    'Things words': 'Work orders',
    'thing-file': 'work-order',
    prefix: 'work-order-',
    table: 'work_orders',
    sequence: 'work_order_ids',
  })
})

test.each([
  ['Vehicle', undefined, 'vehicles'],
  ['Delivery', undefined, 'deliveries'],
  ['Survey', undefined, 'surveys'],
  ['Batch', undefined, 'batches'],
  ['Lens', undefined, 'lenses'],
  ['Analysis', 'Analyses', 'analyses'],
])('the plural of %s, given %s, is %s', (entity, plural, things) => {
  expect(readNames({ name: 'sample', entity, plural }).things).toBe(things)
})

test.each([
  ['status', 'Status'],
  ['process', 'Process'],
  ['analysis', 'Analysis'],
])('%s is not taken for a plural', (name, Thing) => {
  expect(readNames({ name })).toMatchObject({ Thing })
})

test('an article suits its word', () => {
  expect(readNames({ name: 'estate', entity: 'Asset' })).toMatchObject({
    'a system words': 'an estate',
    'A thing words': 'An asset',
  })
})

test.each([
  ['Fleet', {}, '`Fleet` is not a name for a subgraph'],
  ['field_service', {}, '`field_service` is not a name for a subgraph'],
  ['-fleet', {}, '`-fleet` is not a name for a subgraph'],
  ['../fleet', {}, '`../fleet` is not a name for a subgraph'],
  ['fleet2', {}, '`fleet2` is not a name for a subgraph'],
  ['f'.repeat(41), {}, 'up to 40 letters'],
  ['fleet', { entity: 'vehicle' }, '`vehicle` is not a name for a type'],
  ['fleet', { entity: 'EVCharger' }, '`EVCharger` is not a name for a type'],
  ['fleet', { entity: 'Vehicle', plural: 'many vehicles' }, '`--plural` sets it'],
  ['fleet', { entity: 'Sheep', plural: 'Sheep' }, '`Sheep` has the same singular and plural'],
  ['new', { entity: 'Thing' }, '`new` is a word of TypeScript'],
  ['read', { entity: 'Thing' }, '`read` is a word of TypeScript'],
  ['table', { entity: 'Thing' }, '`table` is a word of PostgreSQL'],
  ['mandate', { entity: 'Thing' }, '`mandate` is a word of PostgreSQL, or a schema that is taken'],
  ['fleet', { entity: 'Query' }, '`query` is a word of GraphQL'],
  ['fleet', { entity: 'Enum' }, '`enum` is a word of GraphQL'],
  ['fleet', { entity: 'PageInfo' }, '`pageinfo` is a word of GraphQL'],
] as const)('%s with %j is refused', (name, more, message) => {
  expect(() => readNames({ name, ...more })).toThrow(message)
})
