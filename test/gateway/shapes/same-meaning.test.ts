/**
 * Random documents over a schema with every kind of input: what was sent and what is run instead mean the same, also when the
 * shape was learned from another document, laid out differently, with other values.
 */
import fc from 'fast-check'
import { type DocumentNode, buildSchema, getOperationAST, parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { describeOperation } from '../../../gateway/operation.ts'
import { readShape } from '../../../gateway/shapes/read-shape.ts'
import { createShapeStore } from '../../../gateway/shapes/shape-store.ts'

const schema = buildSchema(/* GraphQL */ `
  directive @tag(
    note: String
    in: In
    list: [E!]
  ) repeatable on FIELD | QUERY | MUTATION | FRAGMENT_SPREAD | INLINE_FRAGMENT | FRAGMENT_DEFINITION | VARIABLE_DEFINITION
  scalar Any
  enum E {
    OPEN
    CLOSED
    on
    query
    fragment
    mutation
    type
    input
  }
  input In {
    i: Int = 3
    f: Float
    s: String
    b: Boolean
    id: ID
    e: E = OPEN
    es: [E!]
    is: [[Int]]
    in: In
    ins: [In!]
    any: Any
    query: String
    on: E
  }
  type Query implements Node {
    f(
      i: Int
      f: Float
      s: String
      b: Boolean
      id: ID
      e: E
      es: [E]
      is: [[Int]]
      ids: [ID!]
      in: In
      ins: [In]
      any: Any
      fragment: Int
      on: E
      true: Boolean
    ): Query!
    query(on: E, query: String): Query!
    node(id: ID!): Node!
    either(i: Int! = 1): Either!
    leaf(i: Int, s: String): Int
    fragment(e: E): Int
    on: Int
    true: Int
  }
  type Mutation {
    f(i: Int, in: In, e: E): Query!
    on: Int
  }
  interface Node {
    leaf(i: Int, s: String): Int
    f(
      i: Int
      f: Float
      s: String
      b: Boolean
      id: ID
      e: E
      es: [E]
      is: [[Int]]
      ids: [ID!]
      in: In
      ins: [In]
      any: Any
      fragment: Int
      on: E
      true: Boolean
    ): Query!
  }
  type Other implements Node {
    leaf(i: Int, s: String): Int
    f(
      i: Int
      f: Float
      s: String
      b: Boolean
      id: ID
      e: E
      es: [E]
      is: [[Int]]
      ids: [ID!]
      in: In
      ins: [In]
      any: Any
      fragment: Int
      on: E
      true: Boolean
    ): Query!
    other(b: Boolean): Int
  }
  union Either = Query | Other
`)

/** A value's type, and the name of a variable that has it: every operation defines these. */
const variables = { Int: '$i', Float: '$fl', String: '$s', Boolean: '$b', ID: '$id', E: '$e', In: '$in', Any: '$any' }
const header =
  '($i: Int = 4, $fl: Float, $s: String = "x", $b: Boolean = true, $id: ID, $e: E = on, $in: In = {i: 1, e: query} , $any: Any @tag(note: "v"))'
type Leaf = keyof typeof variables

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('', '"', '\\', '#', '}', ') {', 'OPEN', '%s', '$i', '\n  a\n    b', 'null'),
)
const string = fc.oneof(
  text.map((value) => JSON.stringify(value)),
  text.map(
    (value) =>
      `"""${value
        .replaceAll('"', "'")
        .replaceAll('\\', '/')
        .replaceAll(/\p{Cc}/gu, '\n')}"""`,
  ),
  fc.constantFrom(String.raw`"\u0041\u{1F600}"`, String.raw`"\u000A"`, '""""""', String.raw`"""a \""" b"""`),
)
const int = fc.oneof(fc.integer({ min: -9, max: 99 }).map(String), fc.constantFrom('-0', '2147483647', '-2147483648'))
const float = fc.oneof(
  int,
  fc.constantFrom('1.0', '0.5', '-0.0', '1e3', '1E400', '1.25', '9007199254740993', '-1.5e-7', '0.1'),
)
const enumName = fc.constantFrom('OPEN', 'CLOSED', 'on', 'query', 'fragment', 'mutation', 'type', 'input')
const bool = fc.constantFrom('true', 'false')
const maybe = (leaf: Leaf, literal: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 6, arbitrary: literal }, { weight: 1, arbitrary: fc.constantFrom('null', variables[leaf]) })
const listOf = (item: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.array(item, { maxLength: 3 }).map((items) => `[${items.join(' ')}]`),
    item.filter((one) => !one.startsWith('$')),
  )

const any = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 2 },
    fc.oneof(string, int, float, bool, enumName, fc.constant('null')),
    fc.array(tie('any'), { maxLength: 2 }).map((items) => `[${items.join(', ')}]`),
    tie('any').map((value) => `{k: ${value}}`),
  ),
})).any

const leaves = {
  i: maybe('Int', int),
  f: maybe('Float', float),
  s: maybe('String', string),
  b: maybe('Boolean', bool),
  id: maybe('ID', fc.oneof(string, int, fc.constant('12345678901234567890'))),
  e: maybe('E', enumName),
  on: maybe('E', enumName),
}

const members = (from: Readonly<Record<string, fc.Arbitrary<string>>>, most: number) =>
  fc
    .uniqueArray(fc.oneof(...Object.entries(from).map(([name, value]) => value.map((v) => ({ name, v })))), {
      maxLength: most,
      selector: ({ name }) => name,
    })
    .map((list) => list.map(({ name, v }) => `${name}: ${v}`).join(' '))

const input: fc.Arbitrary<string> = fc.letrec<{ input: string }>((tie) => ({
  input: fc.oneof(
    { maxDepth: 2 },
    members(leaves, 4).map((inside) => `{${inside}}`),
    members(
      {
        ...leaves,
        query: leaves.s,
        es: listOf(enumName),
        is: listOf(listOf(maybe('Int', int))),
        in: tie('input'),
        ins: listOf(tie('input')),
        any,
      },
      4,
    ).map((inside) => `{${inside}}`),
  ),
})).input

const argumentsOfF = members(
  {
    ...leaves,
    es: listOf(leaves.e),
    is: listOf(listOf(maybe('Int', int))),
    ids: listOf(fc.oneof(string, int)),
    in: maybe('In', input),
    ins: listOf(maybe('In', input)),
    any: maybe('Any', any),
    fragment: leaves.i,
    true: leaves.b,
  },
  4,
).map((inside) => (inside ? `(${inside})` : ''))

const directive = fc.oneof(
  { weight: 5, arbitrary: fc.constant('') },
  {
    weight: 3,
    arbitrary: fc.oneof(
      bool.map((value) => ` @include(if: ${value})`),
      bool.map((value) => ` @skip(if: ${value})`),
      fc.constantFrom(' @include(if: $b)', ' @tag'),
      string.map((value) => ` @tag(note: ${value}) @tag`),
      input.filter((value) => !value.includes('$')).map((value) => ` @tag(in: ${value}, list: [OPEN on])`),
    ),
  },
)

/** Aliases differ, so that most documents are valid; some are left out, so that fields merge. */
const alias = fc.oneof(
  { weight: 6, arbitrary: fc.nat(60).map((n) => `a${n}: `) },
  { weight: 1, arbitrary: fc.constantFrom('', 'query: ', 'on: ', 'true: ', 'fragment: ', 'null: ') },
)

const selections = fc.letrec<{ query: string; node: string }>((tie) => {
  const leaf = fc.oneof(
    fc.tuple(leaves.i, string).map(([i, s]) => `leaf(i: ${i}, s: ${s})`),
    fc.constantFrom('leaf', '__typename'),
  )
  const queryField = fc.oneof(
    { maxDepth: 2 },
    fc.oneof(
      leaf,
      leaves.e.map((e) => `fragment(e: ${e})`),
      fc.constantFrom('on', 'true'),
    ),
    fc.tuple(argumentsOfF, directive, tie('query')).map(([args, dir, inside]) => `f${args}${dir} ${inside}`),
    fc.tuple(leaves.e, string, tie('query')).map(([e, s, inside]) => `query(on: ${e}, query: ${s}) ${inside}`),
    fc.tuple(string, directive, tie('node')).map(([id, dir, inside]) => `node(id: ${id})${dir} ${inside}`),
    fc.tuple(int, tie('query')).map(([i, inside]) => `either(i: ${i}) { ... on Query ${inside} __typename }`),
  )
  const aliased = (field: fc.Arbitrary<string>) => fc.tuple(alias, field).map((parts) => parts.join(''))
  return {
    query: fc
      .array(
        fc.oneof(
          { weight: 5, arbitrary: aliased(queryField) },
          { weight: 1, arbitrary: fc.tuple(directive, tie('query')).map(([d, q]) => `... on Query${d} ${q}`) },
          { weight: 1, arbitrary: fc.tuple(directive, tie('query')).map(([d, q]) => `...${d} ${q}`) },
          { weight: 1, arbitrary: directive.map((d) => `...Frag${d}`) },
        ),
        { minLength: 1, maxLength: 3 },
      )
      .map((list) => `{ ${list.join(' ')} }`),
    node: fc
      .tuple(aliased(leaf), tie('query'), bool)
      .map(([field, inside, b]) => `{ ${field} ... on Query ${inside} ... on Other { other(b: ${b}) } }`),
  }
})

const fragmentOf = (inside: string, dir: string) => `fragment Frag on Query${dir} ${inside}`
const name = fc.constantFrom('', ' A', ' query', ' fragment', ' on', ' mutation', ' true')
const document = fc
  .record({
    name,
    dir: fc.constantFrom('', ' @tag', ' @tag(note: "OPEN")'),
    body: selections.query,
    fragment: fc.tuple(argumentsOfF, string).map(([args, s]) => `{ fr: f${args} { leaf(s: ${s}) } }`),
    first: fc.boolean(),
    mutation: fc.boolean(),
    args: leaves.i,
  })
  .map(({ name: named, dir, body, fragment, first, mutation, args }) => {
    const used = body.includes('...Frag')
    const kept = Object.values(variables).filter((each) => new RegExp(`\\${each}\\b`).test(body + fragment + args))
    // Variables that nobody uses would make it invalid.
    const definitions = header
      .slice(1, -1)
      .split(/(?<!\{[^}]*)[ ,]+(?=\$)/)
      .filter((each) => kept.some((variable) => each.startsWith(`${variable}:`)))
    const defined = definitions.length > 0 ? `(${definitions.join(', ')})` : ''
    const root = mutation ? `{ f(i: ${args}) ${body} }` : body
    const operation = `${mutation ? 'mutation' : 'query'}${named}${defined}${dir} ${root}`
    if (!used) return operation
    return first ? `${fragmentOf(fragment, '')} ${operation}` : `${operation} ${fragmentOf(fragment, dir)}`
  })

/** The same tokens, with what GraphQL ignores between them. */
function laidOut(text_: string, noise: readonly string[]): string {
  const pieces = text_.match(/"""(?:\\"""|[^"]|"(?!""))*"""|"(?:\\.|[^"\\])*"|\.\.\.|[\w$@.+-]+|[^\s,]/gu) ?? []
  let turn = 0
  return pieces
    .flatMap((piece) => {
      const next = () => noise[turn++ % noise.length] ?? ' '
      return /^[$@]./.test(piece) ? [piece[0] ?? '', next(), piece.slice(1), next()] : [piece, next()]
    })
    .join('')
}
const noise = fc.array(fc.constantFrom(' ', ' ', ',', '\n', '#"{(\n', '# query A {\n', '\uFEFF', ' ,# \n,'), {
  minLength: 1,
  maxLength: 7,
})

/** The same document with other literals of the same kinds: what shares its shape. */
function otherValues(text_: string, seed: number): string {
  let turn = seed
  const pick = (from: readonly string[]) => from[turn++ % from.length] ?? ''
  return text_
    .replaceAll(/"""(?:\\"""|[^"]|"(?!""))*"""|"(?:\\.|[^"\\])*"/gu, () =>
      pick(['"z"', '"""\n y\n  x"""', '""', '"OPEN"']),
    )
    .replaceAll(/(?<=: )-?\d+(?![\d.e])/gi, () => pick(['7', '0', '-3', '12']))
    .replaceAll(/(?<=: )-?\d+\.\d+(?![\de])/gi, () => pick(['7.5', '0.25', '-3.125']))
    .replaceAll(/(?<=(?:[^f]|\bif): )(?:true|false)\b/g, () => pick(['true', 'false', 'false']))
    .replaceAll(/(?<=: )(?:OPEN|CLOSED)\b/g, () => pick(['CLOSED', 'on', 'query', 'OPEN']))
}

const given = { b: false, id: 'given', e: 'CLOSED', in: { s: 'given' }, any: { k: [1] } }

function valid(text_: string): DocumentNode | null {
  const parsed = parse(text_)
  return validate(schema, parsed).length === 0 ? parsed : null
}

/** What the pipeline sees, or the problem it has with a value. */
function meaning(text_: string, values: Readonly<Record<string, unknown>>) {
  const parsed = valid(text_)
  const operation = parsed && getOperationAST(parsed)
  if (!operation) return { invalid: true }
  const described = describeOperation({
    schema,
    document: parsed,
    operation,
    text: text_,
    variables: values,
    maxFields: 10_000,
  })
  return { kind: described.kind, roots: described.roots, fields: described.fields, asks: described.asks }
}

const incomingOf = (query: string) => ({
  method: 'POST',
  headers: {},
  rawHeaders: [],
  url: '/graphql',
  search: '',
  body: { query, variables: given },
})

/** Sends `sent` where `learned` has been before; null when it is sent on as it is. */
function rewrittenAfter(learned: string, sent: string) {
  const from = readShape(learned)
  const shape = readShape(sent)
  if (!from || !shape) return null
  const store = createShapeStore()
  store.learn(from, parse(learned), schema)
  const body = store.rewrite(incomingOf(sent), shape)?.body
  return body ? (body as { query: string; variables: Record<string, unknown> }) : null
}

function expectSameMeaning(learned: string, sent: string): boolean {
  const ours = rewrittenAfter(learned, sent)
  if (!ours) return false
  let run
  try {
    run = meaning(ours.query, ours.variables)
  } catch {
    // A literal that does not fit: the pipeline sends the request again as it is.
    return false
  }
  expect(run, `${learned}\n— and —\n${sent}\n— ran as —\n${ours.query}`).toEqual(meaning(sent, given))
  return true
}

describe('a rewritten request means what was sent (property)', () => {
  test('after itself, after its likes, in any layout', () => {
    let learned = 0
    let shared = 0
    fc.assert(
      fc.property(document, noise, noise, fc.nat(100), (plain, layout, otherLayout, seed) => {
        const sent = laidOut(plain, layout)
        expect(() => parse(sent)).not.toThrow()
        if (!valid(sent)) return
        if (expectSameMeaning(sent, sent)) learned += 1
        const like = laidOut(otherValues(plain, seed), otherLayout)
        if (!valid(like)) return
        if (expectSameMeaning(like, sent)) shared += 1
        expectSameMeaning(sent, like)
      }),
      { numRuns: Number(process.env['SHAPE_RUNS'] ?? 300) },
    )
    // The property would hold of nothing, too.
    expect(learned).toBeGreaterThan(30)
    expect(shared).toBeGreaterThan(5)
  }, 120_000)
})

describe('comments stand nowhere', () => {
  test.each([
    ['before the keyword', '#\nquery A { leaf(i: 1) }', 'query A { leaf(i: 1) }'],
    ['before the name', 'query #\n A { leaf(i: 1) }', 'query A { leaf(i: 1) }'],
    ['before a value', '{ fragment(e: #\n OPEN) }', '{ fragment(e: OPEN) }'],
    ['before a variable’s name', 'query A($e: E) { fragment(e: $ #\n e) }', 'query A($e: E) { fragment(e: $e) }'],
    ['before a directive’s name', '{ leaf(i: 1) @ #\n skip(if: true) }', '{ leaf(i: 1) @skip(if: true) }'],
  ])('%s', (_where, commented, plain) => {
    expect(readShape(commented)).not.toBeNull()
    expect(readShape(commented)).toEqual(readShape(plain))
  })

  test('a directive’s value never takes the place of an argument', () => {
    const text_ = (skip: boolean) => `{ leaf(i: 1) @ #\n skip(if: ${String(skip)}) f(b: #\n true) { on } }`
    expectSameMeaning(text_(true), text_(false))
    expect(readShape(text_(true))?.key).not.toBe(readShape(text_(false))?.key)
  })
})

test('a name is no literal for a scalar of a system: as a variable it would be a string', () => {
  expect(rewrittenAfter('{ f(any: OPEN) { on } }', '{ f(any: OPEN) { on } }')).toBeNull()
  expect(rewrittenAfter('{ f(e: OPEN) { on } }', '{ f(e: OPEN) { on } }')).not.toBeNull()
})

test('a long list of names is read in one pass', () => {
  const text_ = `{ f(es: [${'OPEN '.repeat(60_000)}]) { on } }`
  const start = performance.now()
  expect(readShape(text_)?.values).toHaveLength(60_000)
  expect(performance.now() - start).toBeLessThan(2_000)
})
