import { describe, expect, test } from 'vitest'
import { codeOf, describeText } from '../support/operations.ts'

const coordinates = (text: string, variables = {}) => describeText(text, variables).coordinates

describe('describeOperation', () => {
  test('names every coordinate once, in order of first use', () => {
    expect(coordinates('{ account(id: "1") { id name } again: account(id: "2") { name } }')).toEqual([
      'Query.account',
      'Account.id',
      'Account.name',
    ])
  })

  test('coerces arguments, variables and defaults', () => {
    const operation = describeText('mutation ($amount: Int!) { pay(input: { amount: $amount }) { id } }', { amount: 7 })
    expect(operation.kind).toBe('mutation')
    expect(operation.roots[0]?.args).toEqual({ input: { amount: 7, note: 'none' } })
  })

  test('keeps two aliases of one field apart, each with its own arguments', () => {
    const { fields } = describeText('{ a: account(id: "1") { id } b: account(id: "2") { id } }')
    expect(fields.filter((field) => field.coordinate === 'Query.account').map((field) => field.args['id'])).toEqual([
      '1',
      '2',
    ])
  })

  test('merges what is selected twice under one response key', () => {
    const { roots } = describeText('{ account(id: "1") { id } account(id: "1") { name } }')
    expect(roots).toHaveLength(1)
    expect(roots[0]?.children.map((child) => child.fieldName)).toEqual(['id', 'name'])
  })

  test('expands named and inline fragments, nested ones too', () => {
    const text =
      'query { account(id: "1") { ...A } } fragment A on Account { name ...B } fragment B on Account { parent { id } }'
    expect(coordinates(text)).toContain('Account.parent')
  })

  test('an interface field counts for the interface and for every type that can stand there', () => {
    expect(coordinates('{ party(id: "1") { name } }')).toEqual([
      'Query.party',
      'Party.name',
      'Account.name',
      'Contact.name',
    ])
  })

  test('a type condition narrows the runtime types', () => {
    expect(coordinates('{ party(id: "1") { ... on Contact { name } } }')).toEqual(['Query.party', 'Contact.name'])
    expect(coordinates('{ search(text: "x") { ... on Party { name } } }')).toContain('Account.name')
    expect(coordinates('{ search(text: "x") { ... on Account { ... on Party { name } } } }')).toEqual([
      'Query.search',
      'Party.name',
      'Account.name',
    ])
  })

  test('obeys @skip and @include with variables', () => {
    const text =
      'query ($no: Boolean!) { account(id: "1") { id name @include(if: $no) ... @skip(if: true) { parent { id } } } }'
    expect(coordinates(text, { no: false })).toEqual(['Query.account', 'Account.id'])
  })

  test('describes only the chosen operation of a document', () => {
    const text = 'query a { account(id: "1") { id } } mutation b { pay(input: { amount: 1 }) { id } }'
    expect(describeText(text, {}, { operationName: 'b' }).coordinates).toEqual(['Mutation.pay', 'Payment.id'])
  })

  test.each([
    ['{ __typename }', 'introspection'],
    ['{ __schema { queryType { name } } }', 'introspection'],
    ['{ tags }', 'data'],
    ['{ tags __typename }', 'data'],
    ['{ tags __type(name: "Account") { name } }', 'mixed'],
  ])('%s asks for %s', (text, asks) => {
    expect(describeText(text).asks).toBe(asks)
  })

  test('a variable that does not fit is BAD_USER_INPUT', async () => {
    expect(await codeOf(() => describeText('query ($id: ID!) { account(id: $id) { id } }', {}))).toBe('BAD_USER_INPUT')
  })

  test('expansion stops at the limit (row 6: doubling fragments)', async () => {
    const doubling = Array.from(
      { length: 22 },
      (_, n) => `fragment F${n} on Account { a${n}: parent { ...F${n + 1} } b${n}: parent { ...F${n + 1} } }`,
    )
    const text = `{ account(id: "1") { ...F0 } } ${doubling.join(' ')} fragment F22 on Account { id }`
    expect(await codeOf(() => describeText(text))).toBe('OPERATION_TOO_LARGE')
  })

  test('the same fragment spread at the same place again costs nothing', () => {
    const spreads = Array.from({ length: 22 }, (_, n) => `fragment F${n} on Account { ...F${n + 1} ...F${n + 1} }`)
    const text = `{ account(id: "1") { ...F0 } } ${spreads.join(' ')} fragment F22 on Account { id }`
    expect(describeText(text).coordinates).toEqual(['Query.account', 'Account.id'])
  })
})
