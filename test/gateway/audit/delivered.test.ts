/** What an answer carries, counted by coordinate. */
import { expect, test } from 'vitest'
import { countDelivered } from '../../../gateway/audit/delivered.ts'
import type { Operation, OperationNode } from '../../../gateway/operation.ts'
import { describeText } from '../../support/operations.ts'

const counts = (text: string, data: Record<string, unknown>) => countDelivered(data, describeText(text))

test('values that are there count, null and missing ones do not', () => {
  const data = { account: { id: 'a', name: null, parent: null } }
  expect(counts('{ account(id: "a") { id name parent { id } contacts { id } } }', data)).toEqual({
    'Query.account': 1,
    'Account.id': 1,
  })
})

test('a list counts its items, and everything in them', () => {
  const contacts = [{ email: 'a@x' }, null, { email: null }, { email: 'b@x' }]
  expect(counts('{ account(id: "a") { contacts { email } } }', { account: { contacts } })).toEqual({
    'Query.account': 1,
    'Account.contacts': 3,
    'Contact.email': 2,
  })
  expect(counts('{ tags }', { tags: ['a', 'b'] })).toEqual({ 'Query.tags': 2 })
})

test('an empty list delivers nothing', () => {
  expect(counts('{ tags }', { tags: [] })).toEqual({})
})

test('aliases count for their field, also ones called like members of every object', () => {
  const text = '{ a: account(id: "a") { toString: name constructor: id } b: account(id: "b") { name } }'
  const data = JSON.parse('{"a":{"toString":"x","constructor":"y"},"b":{"name":"z"}}') as Record<string, unknown>
  expect(counts(text, data)).toEqual({ 'Query.account': 2, 'Account.name': 2, 'Account.id': 1 })
  expect(counts('{ account(id: "a") { toString: name } }', { account: {} })).toEqual({ 'Query.account': 1 })
})

test('under an interface the runtime type counts beside the interface, where the answer names it', () => {
  const text = '{ party(id: "p") { __typename name } }'
  expect(counts(text, { party: { __typename: 'Contact', name: 'n' } })).toEqual({
    'Query.party': 1,
    'Party.name': 1,
    'Contact.name': 1,
  })
})

test('where the answer does not name it, every type that it can be counts', () => {
  expect(counts('{ party(id: "p") { name } }', { party: { name: 'n' } })).toEqual({
    'Query.party': 1,
    'Party.name': 1,
    'Contact.name': 1,
    'Account.name': 1,
  })
})

test('fragments on types count for those types only', () => {
  const text = '{ search(text: "x") { __typename ... on Account { name } ... on Contact { name email } } }'
  const search = [
    { __typename: 'Account', name: 'a' },
    { __typename: 'Contact', name: 'c', email: 'e' },
  ]
  expect(counts(text, { search })).toEqual({
    'Query.search': 2,
    'Account.name': 1,
    'Contact.name': 1,
    'Contact.email': 1,
  })
})

test('a caller that calls another field `__typename` cannot hide what it read', () => {
  const told = {
    responseKey: 'name',
    fieldName: 'name',
    coordinates: ['Party.name', 'Account.name', 'Contact.name'] as const,
  }
  const hidden = { ...told, responseKey: '__typename' }
  const node = (from: object, children: readonly OperationNode[] = []) =>
    ({
      parentType: 'Party',
      onTypes: null,
      args: {},
      path: [],
      depth: 2,
      returnType: 'String',
      returnsList: false,
      children,
      ...from,
    }) as unknown as OperationNode
  const root = node({ responseKey: 'party', fieldName: 'party', coordinates: ['Query.party'] }, [
    node(told),
    node(hidden),
  ])
  const operation = { roots: [root] } as unknown as Operation
  expect(countDelivered({ party: { name: 'n', __typename: 'Contact' } }, operation)).toMatchObject({
    'Account.name': 2,
  })
})

test('a thousand rows of ten fields are counted in a few milliseconds', () => {
  const names = Array.from({ length: 10 }, (_, index) => `f${index}: name`)
  const operation = describeText(`{ accounts { nodes { ${names.join(' ')} } } }`)
  const row = Object.fromEntries(names.map((_, index) => [`f${index}`, 'value']))
  const data = { accounts: { nodes: Array.from({ length: 1000 }, () => ({ ...row })) } }
  countDelivered(data, operation)
  const runs = Array.from({ length: 20 }, () => {
    const started = performance.now()
    countDelivered(data, operation)
    return performance.now() - started
  })
  const perThousand = Math.min(...runs) / 10
  expect(countDelivered(data, operation)['Account.name']).toBe(10_000)
  expect(perThousand).toBeLessThan(1)
})
