/** What an answer is made from stands under its own name, or nothing is asked: attacks by alias on `@requires` and `@key`. */
import { buildSchema } from 'graphql'
import { describe, expect, test } from 'vitest'
import { assertRequirementsClear } from '../../../gateway/federation/requirements.ts'
import { contractIndex } from '../../../schema/contract.ts'
import { codeOf } from '../../support/operations.ts'
import { operationOf } from '../../support/policies.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires"])`
const shop = `${link}
  type Query { bill(id: ID!): Bill party(id: ID!): Party }
  interface Party { id: ID! name: String! }
  type Customer implements Party @key(fields: "id") { id: ID! name: String! tier: String! motto: String }
  type Bill @key(fields: "id") { id: ID! note: String customer: Customer lines: [Line!]! some(first: Int! = 10): [Line!]! }
  type Line { quantity: String! price: String! note: String }
  type Plain { a: String b: String }
  extend type Query { plain: Plain }`
const bank = `${link}
  type Customer @key(fields: "id") {
    id: ID!
    tier: String! @external
    standing: String @requires(fields: "tier")
    advice: String @requires(fields: "standing")
  }
  type Bill @key(fields: "id") {
    id: ID!
    lines: [Line!]! @external
    some(first: Int! = 10): [Line!]! @external
    verdict: String @requires(fields: "lines { quantity price }")
    sample: String @requires(fields: "some(first: 3) { quantity }")
  }
  type Line { quantity: String! @external price: String! @external }`
const index = contractIndex([
  { name: 'shop', sdl: shop, file: 'schema/shop.graphql' },
  { name: 'bank', sdl: bank, file: 'schema/bank.graphql' },
])
const schema = buildSchema(`
  type Query { bill(id: ID!): Bill party(id: ID!): Party plain: Plain }
  interface Party { id: ID! name: String! }
  type Customer implements Party { id: ID! name: String! tier: String! motto: String standing: String advice: String }
  type Bill {
    id: ID! note: String customer: Customer lines: [Line!]! some(first: Int! = 10): [Line!]! verdict: String sample: String
  }
  type Line { quantity: String! price: String! note: String }
  type Plain { a: String b: String }`)

const outcome = (text: string) =>
  codeOf(() => {
    assertRequirementsClear(operationOf(text, { schema }), index)
  })
const bill = (selection: string) => outcome(`{ bill(id: "1") { ${selection} } }`)

describe('refused', () => {
  test.each([
    ['another field under a required name', 'customer { tier: motto standing }'],
    ['whatever the order', 'customer { standing tier: motto }'],
    ['by an inline fragment', 'customer { ... on Customer { tier: motto } standing }'],
    ['under the name of what a required field requires', 'customer { tier: motto advice }'],
    ['inside a required field', 'verdict lines { quantity: price }'],
    ['inside a required field, by another field of it', 'verdict lines { note price: quantity }'],
    ['a whole object under a required name', 'verdict lines: some(first: 1) { quantity }'],
    ['a required field with arguments of the caller', 'sample some(first: 1) { quantity }'],
    ['another field under the name of a key', 'id: note verdict'],
    ['the name of the type', '__typename: note verdict'],
  ])('%s: %s', async (_, selection) => {
    expect(await bill(selection)).toBe('ALIAS_CONFLICT')
  })

  test('by a fragment', async () => {
    const text = '{ bill(id: "1") { customer { standing ...Hidden } } } fragment Hidden on Customer { tier: motto }'
    expect(await outcome(text)).toBe('ALIAS_CONFLICT')
  })

  test('under an interface, by the types that it can be', async () => {
    const text = '{ party(id: "1") { ... on Customer { standing } ... on Customer { tier: motto } } }'
    expect(await outcome(text)).toBe('ALIAS_CONFLICT')
    expect(await outcome('{ party(id: "1") { id: name ... on Customer { standing } } }')).toBe('ALIAS_CONFLICT')
  })
})

describe('passes', () => {
  test.each([
    ['a required field under its own name', 'customer { tier standing }'],
    ['a required field under another name too', 'customer { t: tier tier standing }'],
    ['another field under a name that nothing needs here', 'customer { tier: motto }'],
    ['an alias that is the name of no field', 'customer { m: motto standing }'],
    ['an alias inside a required field that hides nothing', 'verdict lines { q: quantity note }'],
    ['a required name elsewhere in the operation', 'verdict customer { price: name }'],
    ['a field with arguments under an alias', 'sample first: some(first: 1) { quantity }'],
    ['a field with arguments that nothing needs here', 'some(first: 1) { quantity }'],
  ])('%s: %s', async (_, selection) => {
    expect(await bill(selection)).toBeNull()
  })

  test('a type without keys has no names to keep', async () => {
    expect(await outcome('{ plain { a: b b: a } }')).toBeNull()
  })
})

test('the refusal names the place and what stands there', () => {
  const run = () => {
    assertRequirementsClear(operationOf('{ bill(id: "1") { verdict lines { quantity: price } } }', { schema }), index)
  }
  expect(run).toThrow(
    '`bill.lines.quantity` stands under the name of `Line.quantity`, which another field of the operation is made from.',
  )
})
