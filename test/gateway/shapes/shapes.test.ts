import fc from 'fast-check'
import { getOperationAST, parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { describeOperation } from '../../../gateway/operation.ts'
import { parametrise } from '../../../gateway/shapes/parametrise.ts'
import { literalPrefix, readShape } from '../../../gateway/shapes/read-shape.ts'
import { createShapeStore } from '../../../gateway/shapes/shape-store.ts'
import { smallSchema } from '../../support/operations.ts'

const keyOf = (text: string) => readShape(text)?.key
const valuesOf = (text: string) => readShape(text)?.values

describe('two texts have one shape', () => {
  test.each([
    ['{ account(id: "1") { id } }', '{ account(id: "2") { id } }'],
    ['query A { tags }', 'query B { tags }'],
    ['{ account(id: "1") { id } }', '{account(id:"9"){id}} # a comment'],
    ['query A { accounts(first: 3) { totalCount } }', 'query B { accounts(first: 4) { totalCount } }'],
  ])('%s and %s', (a, b) => {
    expect(keyOf(a)).toBeDefined()
    expect(keyOf(a)).toBe(keyOf(b))
  })
})

describe('two texts have different shapes when they differ in', () => {
  test.each([
    ['the kind of a literal', '{ search(text: "A") { __typename } }', '{ search(text: A) { __typename } }'],
    ['a field', '{ account(id: "1") { id } }', '{ account(id: "1") { name } }'],
    ['an alias', '{ a: account(id: "1") { id } }', '{ b: account(id: "1") { id } }'],
    ['an argument', '{ a(x: 1) }', '{ a(y: 1) }'],
    ['a directive’s value', 'query A { tags @include(if: true) }', 'query A { tags @include(if: false) }'],
    ['a default value', 'query A($a: Int = 1) { a(x: $a) }', 'query A($a: Int = 2) { a(x: $a) }'],
    ['a default that looks like a name', 'query A($a: S = "B") { a(x: $a) }', 'query A($a: S = B) { a(x: $a) }'],
    ['null', '{ a(x: null, y: 1) }', '{ a(x: 1, y: 1) }'],
    ['the length of a list', '{ a(x: [1]) }', '{ a(x: [1, 2]) }'],
    ['the kind of operation', 'query A { a(x: 1) }', 'mutation A { a(x: 1) }'],
    ['a type in a definition', 'query A($a: Int) { a(x: $a) }', 'query A($a: ID) { a(x: $a) }'],
  ])('%s', (_what, a, b) => {
    expect(keyOf(a)).toBeDefined()
    expect(keyOf(a)).not.toBe(keyOf(b))
  })
})

describe('the values', () => {
  test('in order, of each kind, at any depth', () => {
    const text =
      '{ a(i: 1, f: 1.5, s: "x", b: true, e: OPEN, o: { k: "y", l: [RED, GREEN, { m: 2 }] }, v: $v, n: null) { c(z: """q""") } }'
    expect(valuesOf(text)).toEqual([1, 1.5, 'x', true, 'OPEN', 'y', 'RED', 'GREEN', 2, 'q'])
  })
  test('names of arguments after a list or an object are no values', () => {
    expect(valuesOf('{ a(l: [A], m: B, o: { k: C }, n: 1) }')).toEqual(['A', 'B', 'C', 1])
  })
})

describe('no shape', () => {
  test.each([
    ['several operations', 'query a { tags } query b { tags }'],
    ['nothing to leave out', '{ tags }'],
    ['a number that JSON would change', '{ account(id: 12345678901234567890) { id } }'],
    ['a variable with our own name', `query A($${literalPrefix}0: Int) { a(x: $${literalPrefix}0, y: 1) }`],
    ['no GraphQL', '{ a(x: "'],
  ])('%s', (_what, text) => {
    expect(readShape(text)).toBeNull()
  })
})

/** What the pipeline sees of a document: its roots, coerced arguments included. */
function described(text: string, variables: Record<string, unknown>) {
  const document = parse(text)
  if (validate(smallSchema, document).length > 0) return null
  const operation = getOperationAST(document)!
  return describeOperation({ schema: smallSchema, document, operation, text, variables, maxFields: 1_000 }).roots
}

function rewritten(text: string): { text: string; variables: Record<string, unknown> } | null {
  const shape = readShape(text)!
  const store = createShapeStore()
  store.learn(shape, parse(text), smallSchema)
  const incoming = { method: 'POST', headers: {}, rawHeaders: [], url: '/graphql', search: '', body: { query: text } }
  const body = store.rewrite(incoming, shape)?.body as { query: string; variables: Record<string, unknown> } | undefined
  return body ? { text: body.query, variables: body.variables } : null
}

test('a rewritten request means exactly what was sent (property)', () => {
  const id = fc.oneof(fc.string(), fc.integer({ min: 0 }).map(String)).map((value) => JSON.stringify(value))
  const field = fc.oneof(
    id.map((value) => `account(id: ${value}) { id parent { name } }`),
    fc.nat(1000).map((first) => `accounts(first: ${first}) { nodes { contacts(first: 2) { email } } totalCount }`),
    id.map((value) => `party(id: ${value}) { ... on Contact { email } name }`),
    id.map((value) => `search(text: ${value}) { ...Hit }`),
    fc.nat(1000).map((id_) => `account(id: ${id_}) { name @include(if: true) }`),
  )
  const document = fc.array(field, { minLength: 1, maxLength: 4 }).map((fields) => {
    const aliased = fields.map((text, n) => `f${n}: ${text}`).join(' ')
    return `query Q { ${aliased} } ${aliased.includes('...Hit') ? 'fragment Hit on Account { contacts(first: 7) { id } }' : ''}`
  })
  fc.assert(
    fc.property(document, (text) => {
      const sent = described(text, {})
      const ours = rewritten(text)
      expect(sent).not.toBeNull()
      expect(ours).not.toBeNull()
      expect(described(ours!.text, ours!.variables)).toEqual(sent)
    }),
  )
})

test('two fields that merge only because their literals are equal keep their text', () => {
  const text = '{ account(id: "1") { id } account(id: "1") { name } }'
  expect(rewritten(text)).toBeNull()
})

test('a literal without a type, or one too many, is not parametrised', () => {
  expect(parametrise(parse('{ account(id: "1", nope: 2) { id } }'), smallSchema, 2)).toBeNull()
  expect(parametrise(parse('{ account(id: "1") { id } }'), smallSchema, 2)).toBeNull()
})

test('an operation name that does not fit is left to be refused in the caller’s words', () => {
  const shape = readShape('query A { account(id: "1") { id } }')!
  const store = createShapeStore()
  store.learn(shape, parse('query A { account(id: "1") { id } }'), smallSchema)
  const incoming = { method: 'POST', headers: {}, rawHeaders: [], url: '/graphql', search: '' }
  expect(store.rewrite({ ...incoming, body: { query: '', operationName: 'B' } }, shape)).toBeNull()
  expect(store.rewrite({ ...incoming, body: { query: '', operationName: 'A' } }, shape)).not.toBeNull()
  expect(store.rewrite({ ...incoming, method: 'GET', body: undefined }, shape)).toBeNull()
  expect(store.rewrite({ ...incoming, body: { query: '', variables: 'x' } }, shape)).toBeNull()
})
