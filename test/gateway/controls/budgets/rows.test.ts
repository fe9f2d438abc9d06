/** Rows and entities: counted as the answer has them, never more than was reserved where pages are bounded. */
import fc from 'fast-check'
import { buildSchema, getOperationAST, parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { boundRows, deliveredRows } from '../../../../gateway/controls/budgets/rows.ts'
import { describeOperation } from '../../../../gateway/operation.ts'
import { contractIndex } from '../../../../schema/contract.ts'

const types = `
  type Query { person(id: ID!): Person people(first: Int! = 10): PersonConnection! ownEmail: String @label(sensitivity: PERSONAL) }
  type PersonConnection { nodes: [Person!]! edges: [PersonEdge!]! total: Int! }
  type PersonEdge { cursor: String! node: Person! }
  type Person {
    id: ID!
    title: String
    email: String @label(sensitivity: PERSONAL)
    name: Name @label(sensitivity: PERSONAL)
    address: Address
    boss: Person @label(sensitivity: PERSONAL)
    team(first: Int! = 5): [Person!]!
  }
  type Name { given: String family: String }
  type Address { city: String phone: String @label(sensitivity: RESTRICTED) }`
const link = `extend schema @link(url: "https://mandate.dev/spec/v1.0", import: ["@label", "@effect"])`
const index = contractIndex([{ name: 'hr', file: 'hr.graphql', shared: link, sdl: `${link}\n${types}` }])
const schema = buildSchema(
  `directive @label(sensitivity: String) repeatable on FIELD_DEFINITION ${types.replaceAll(/sensitivity: (\w+)/g, 'sensitivity: "$1"')}`,
)

function rootsOf(text: string) {
  const document = parse(text)
  expect(validate(schema, document)).toEqual([])
  const operation = getOperationAST(document)!
  return describeOperation({ schema, document, operation, text, variables: {}, maxFields: 500 }).roots
}
const delivered = (text: string, data: object) => {
  const { sensitiveRows, entities, unnamed, objects } = deliveredRows(
    data as Record<string, unknown>,
    rootsOf(text),
    index,
  )
  return { rows: sensitiveRows, entities: entities.length, unnamed, objects }
}
const bound = (text: string) => {
  const { sensitiveRows, unnamed } = boundRows(rootsOf(text), index)
  return { rows: sensitiveRows, entities: unnamed }
}

describe('a sensitive row', () => {
  test('is a record with a sensitive value that is not null', () => {
    const text = '{ people(first: 3) { nodes { id email } } }'
    const nodes = [
      { id: '1', email: 'a' },
      { id: '2', email: null },
      { id: '3', email: 'c' },
    ]
    expect(delivered(text, { people: { nodes } })).toEqual({ rows: 2, entities: 3, unnamed: 0, objects: 4 })
    expect(bound(text)).toEqual({ rows: 3, entities: 3 })
  })
  test('is one row, whether the value is in the record or in parts of it', () => {
    const text = '{ person(id: 1) { id email name { given } address { city phone } } }'
    const person = { id: '1', email: 'a', name: { given: 'A' }, address: { city: 'B', phone: 'c' } }
    expect(delivered(text, { person })).toMatchObject({ rows: 1, entities: 1 })
    expect(delivered(text, { person: { ...person, email: null, name: null } })).toMatchObject({ rows: 1 })
    expect(
      delivered(text, { person: { ...person, email: null, name: null, address: { city: 'B', phone: null } } }),
    ).toMatchObject({ rows: 0 })
    expect(bound(text)).toEqual({ rows: 1, entities: 1 })
  })
  test('is a record that is reached by a sensitive field', () => {
    const text = '{ person(id: 1) { id boss { id title } } }'
    expect(delivered(text, { person: { id: '1', boss: { id: '2', title: 't' } } })).toMatchObject({
      rows: 1,
      entities: 2,
    })
    expect(delivered(text, { person: { id: '1', boss: null } })).toMatchObject({ rows: 0, entities: 1 })
    expect(bound(text)).toEqual({ rows: 1, entities: 2 })
  })
  test('is not a record without sensitive values', () => {
    const text = '{ people { nodes { id title } total } }'
    expect(delivered(text, { people: { nodes: [{ id: '1', title: 'x' }], total: 1 } })).toMatchObject({ rows: 0 })
    expect(bound(text).rows).toBe(0)
  })
  test('is also a value that belongs to no record', () => {
    expect(delivered('{ ownEmail }', { ownEmail: 'a' })).toMatchObject({ rows: 1 })
    expect(delivered('{ ownEmail }', { ownEmail: null })).toMatchObject({ rows: 0 })
    expect(bound('{ ownEmail }')).toEqual({ rows: 1, entities: 0 })
  })
})

describe('entities', () => {
  test('are told apart by type and id, under whatever alias', () => {
    const text = '{ a: person(id: 1) { key: id } b: person(id: 1) { id } c: person(id: 2) { id: title key: id } }'
    const data = { a: { key: '1' }, b: { id: '1' }, c: { id: '1', key: '2' } }
    expect(delivered(text, data)).toMatchObject({ entities: 2, unnamed: 0 })
  })
  test('without their id count one by one', () => {
    const text = '{ people { nodes { title } } }'
    expect(delivered(text, { people: { nodes: [{ title: 'a' }, { title: 'a' }] } })).toMatchObject({
      entities: 0,
      unnamed: 2,
    })
  })
})

test('what is delivered is never more than what was reserved', () => {
  const leaf = fc.constantFrom('a', null)
  const selections = fc.subarray(
    [
      'id',
      'title',
      'email',
      'name { given family }',
      'address { city phone }',
      'boss { id email }',
      'team(first: 3) { id email }',
    ],
    { minLength: 1 },
  )
  const person = (depth: number): fc.Arbitrary<object> =>
    fc.record({
      id: fc.constantFrom('1', '2', '3'),
      title: leaf,
      email: leaf,
      name: fc.option(fc.record({ given: leaf, family: leaf })),
      address: fc.option(fc.record({ city: leaf, phone: leaf })),
      boss: depth > 0 ? fc.option(person(depth - 1)) : fc.constant(null),
      team: depth > 0 ? fc.array(person(depth - 1), { maxLength: 3 }) : fc.constant([]),
    })
  fc.assert(
    fc.property(selections, fc.array(person(1), { maxLength: 4 }), (selected, nodes) => {
      const text = `{ people(first: 4) { nodes { ${selected.join(' ')} } edges { cursor } } }`
      const most = bound(text)
      const found = delivered(text, { people: { nodes, edges: nodes.map(() => ({ cursor: 'c' })) } })
      expect(found.rows).toBeLessThanOrEqual(most.rows)
      expect(found.entities + found.unnamed).toBeLessThanOrEqual(most.entities)
    }),
  )
})
