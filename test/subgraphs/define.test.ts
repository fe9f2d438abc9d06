/** A subgraph as such: who is answered, what is counted, what leaves when something fails. */
import { describe, expect, test } from 'vitest'
import { refusal } from '../../lib/errors.ts'
import { hashOperation } from '../../lib/statement.ts'
import type { SubgraphContext } from '../../subgraphs/context.ts'
import { defineSubgraph, recordReference, referenceItself, type SubgraphDefinition } from '../../subgraphs/define.ts'
import { emptySource } from '../../subgraphs/sources/empty.ts'
import type { EntitySource, RecordOf } from '../../subgraphs/sources/entity-source.ts'
import { ask, codes, data, rulesWith, subgraphDeps, withShared } from '../support/subgraphs.ts'

const sdl = withShared(/* GraphQL */ `
  type Query {
    hello: String!
    when(at: DateTime, day: Date, sum: Decimal): String!
    fails: String
    refuses: String
    nothing: String!
    badTime: DateTime
    shelf: [Book!]!
  }
  type Mutation {
    add(title: String!): Book!
  }
  type Book @key(fields: "id") @key(fields: "shelf { row } spine") @key(fields: "isbn") {
    id: ID!
    isbn: String
    title: String!
    spine: Int
    shelf: Shelf
    pages: Int! @external
    thickness: Int! @requires(fields: "pages paper { grams }")
    paper: Paper @external
  }
  type Shelf {
    row: Int!
  }
  type Paper @shareable {
    grams: Int!
    colour: String
  }
  type Author @key(fields: "id", resolvable: false) {
    id: ID!
  }
`)

const books: Readonly<Record<string, RecordOf>> = {
  b1: { id: 'b1', version: 1, title: 'Persuasion', isbn: '9780141439686' },
  b2: { id: 'b2', version: 1, title: 'Emma', isbn: '9780141439587' },
}

function librarySource(asked: string[][] = []): EntitySource {
  return {
    ...emptySource,
    getMany(_, ids) {
      asked.push([...ids])
      return Promise.resolve(ids.map((id) => books[id] ?? null))
    },
    listMany(_, field, keys) {
      asked.push([field, ...keys])
      return Promise.resolve(keys.map((key) => Object.values(books).filter((book) => book[field] === key)))
    },
  }
}

let seen: unknown
const resolvers = {
  Query: {
    hello: () => 'hello',
    when: (_: unknown, args: unknown) => JSON.stringify(args),
    fails: () => {
      throw new Error('connect ECONNREFUSED db-internal.corp:5432 user=svc password=hunter2')
    },
    refuses: () => {
      throw refusal('NOT_FOUND', 'There is no such book.', { id: 'b9' })
    },
    nothing: () => null,
    badTime: () => 'yesterday',
    shelf: () => Object.values(books),
  },
  Mutation: { add: (_: unknown, { title }: { title: string }) => ({ id: 'b3', version: 1, title }) },
  Book: {
    thickness: (book: { pages: number; paper: { grams: number } }) => book.pages * book.paper.grams,
    title: (book: { title?: string }) => {
      seen = book
      return book.title ?? 'untitled'
    },
  },
}

function library(more: Partial<SubgraphDefinition<object>> = {}, deps = subgraphDeps()) {
  const definition = { name: 'library', sdl, resolvers, entities: { Book: recordReference('Book') }, services: {} }
  return defineSubgraph({ ...definition, source: librarySource(), ...more }, deps)
}

const entitiesQuery = 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Book { id title } } }'
const asEntities = (...representations: unknown[]) => ({ variables: { r: representations } })

describe('who is answered', () => {
  test('the gateway, for exactly this operation', async () => {
    expect(await data(ask(library(), '{ hello }'))).toEqual({ hello: 'hello' })
  })

  test('row 20: not a statement made for another subgraph', async () => {
    expect(await codes(ask(library(), '{ hello }', { statement: { audience: 'crm' } }))).toEqual(['UNAUTHENTICATED'])
  })

  test('row 20: not a statement made for another operation', async () => {
    const statement = { operationHash: hashOperation('{ nothing }') }
    const answer = await ask(library(), '{ hello }', { statement })
    expect(answer.data).toBeUndefined()
    expect(answer.errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED')
  })

  test('row 20: `_service` and `_entities` are no exception', async () => {
    for (const query of ['{ _service { sdl } }', '{ _entities(representations: []) { __typename } }']) {
      expect(await codes(ask(library(), query, { statement: { audience: 'crm' } }))).toEqual(['UNAUTHENTICATED'])
      expect(await codes(ask(library(), query))).toEqual([])
    }
  })

  test('not under a policy revision that is not known', async () => {
    expect(await codes(ask(library(), '{ hello }', { statement: { policyRevision: 'older' } }))).toEqual([
      'POLICY_DENIED',
    ])
  })

  test('introspection is the gateway’s business', async () => {
    expect(await codes(ask(library(), '{ __schema { types { name } } }'))).toEqual(['SYSTEM_UNAVAILABLE'])
  })
})

describe('what is counted', () => {
  const resolved = async (query: string, options = {}) =>
    (await ask(library(), query, options)).extensions?.mandate?.resolved

  test('every field, by coordinate, default resolvers included', async () => {
    expect(await resolved('{ hello again: hello shelf { id title } }')).toEqual({
      'Query.hello': 2,
      'Query.shelf': 1,
      'Book.id': 2,
      'Book.title': 2,
    })
  })

  test('fields of entities, but not federation’s own', async () => {
    const representation = { __typename: 'Book', id: 'b1' }
    expect(await resolved(entitiesQuery, asEntities(representation))).toEqual({ 'Book.id': 1, 'Book.title': 1 })
  })

  test('nothing for a field that failed', async () => {
    expect(await resolved('{ fails hello }')).toEqual({ 'Query.hello': 1 })
  })

  test('each fetch for itself', async () => {
    const subgraph = library()
    await ask(subgraph, '{ hello }')
    expect((await ask(subgraph, '{ hello }')).extensions?.mandate?.resolved).toEqual({ 'Query.hello': 1 })
  })
})

describe('row 21: representations', () => {
  test('are resolved by key, in one batch', async () => {
    const asked: string[][] = []
    const query = entitiesQuery
    const answer = data(
      ask(
        library({ source: librarySource(asked) }),
        query,
        asEntities(
          { __typename: 'Book', id: 'b2' },
          { __typename: 'Book', id: 'b9' },
          { __typename: 'Book', id: 'b1' },
        ),
      ),
    )
    expect(await answer).toEqual({
      _entities: [
        { __typename: 'Book', id: 'b2', title: 'Emma' },
        null,
        { __typename: 'Book', id: 'b1', title: 'Persuasion' },
      ],
    })
    expect(asked).toEqual([['b2', 'b9', 'b1']])
  })

  test('are resolved by another key of the contract, in one batch for each key', async () => {
    const asked: string[][] = []
    const answer = data(
      ask(
        library({ source: librarySource(asked) }),
        entitiesQuery,
        asEntities(
          { __typename: 'Book', isbn: '9780141439587' },
          { __typename: 'Book', id: 'b1', isbn: 'of another book' },
          { __typename: 'Book', isbn: '0000000000000' },
          { __typename: 'Book', id: null, isbn: '9780141439686' },
        ),
      ),
    )
    expect(await answer).toEqual({
      _entities: [
        { __typename: 'Book', id: 'b2', title: 'Emma' },
        { __typename: 'Book', id: 'b1', title: 'Persuasion' },
        null,
        { __typename: 'Book', id: 'b1', title: 'Persuasion' },
      ],
    })
    expect(asked).toEqual([['isbn', '9780141439587', '0000000000000', '9780141439686'], ['b1']])
  })

  test('a key of several fields names no record by itself', async () => {
    const asked: string[][] = []
    const subgraph = library({ source: librarySource(asked) })
    const representation = { __typename: 'Book', shelf: { row: 1 }, spine: 2 }
    expect(await data(ask(subgraph, entitiesQuery, asEntities(representation)))).toEqual({ _entities: [null] })
    expect(asked).toEqual([])
  })

  test('a forged field never becomes a value', async () => {
    const subgraph = library({ entities: { Book: referenceItself } })
    const forged = { __typename: 'Book', id: 'b1', title: 'Forged', secret: true, spine: { $ne: 1 } }
    const answer = await data(ask(subgraph, entitiesQuery, asEntities(forged)))
    expect(answer).toEqual({ _entities: [{ __typename: 'Book', id: 'b1', title: 'untitled' }] })
    expect(seen).toEqual({ __typename: 'Book', id: 'b1', spine: null })
  })

  test('what `@requires` names is taken, inside too, and nothing beside it', async () => {
    const subgraph = library({ entities: { Book: referenceItself } })
    const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Book { thickness title } } }'
    const said = { __typename: 'Book', id: 'b1', pages: 300, paper: { grams: 2, colour: 'red' } }
    expect(await data(ask(subgraph, query, asEntities(said)))).toEqual({
      _entities: [{ thickness: 600, title: 'untitled' }],
    })
    expect(seen).toMatchObject({ pages: 300, paper: { grams: 2 } })
    expect(seen).not.toHaveProperty('paper.colour')
  })

  test.each([
    ['an unknown type', { __typename: 'Toaster', id: 'b1' }],
    ['a type that is no entity', { __typename: 'Shelf', row: 1 }],
    ['a type that is resolved elsewhere', { __typename: 'Author', id: 'a1' }],
    ['a type of the prototype', { __typename: '__proto__', id: 'b1' }],
    ['no type', { id: 'b1' }],
    ['no key', { __typename: 'Book', title: 'Emma' }],
    ['half a key', { __typename: 'Book', shelf: { row: 1 } }],
    ['an object as a key', { __typename: 'Book', id: { $gt: '' } }],
    ['a list as a key', { __typename: 'Book', id: ['b1'] }],
    ['an empty key', { __typename: 'Book', id: '' }],
    ['no object', 'Book:b1'],
    ['null inside', { __typename: 'Book', id: null }],
  ])('refuses %s', async (_, representation) => {
    expect(await codes(ask(library(), entitiesQuery, asEntities(representation)))).toEqual(['INVALID_INPUT'])
  })

  test('a bad one does not harm its neighbours', async () => {
    const answer = await ask(
      library(),
      entitiesQuery,
      asEntities({ __typename: 'Toaster' }, { __typename: 'Book', id: 'b1' }),
    )
    expect(answer.errors?.map(({ path }) => path)).toEqual([['_entities', 0]])
    expect(answer.data?.['_entities']).toMatchObject([null, { title: 'Persuasion' }])
  })

  test('more than ten thousand are refused', async () => {
    const many = Array.from({ length: 10_001 }, () => ({ __typename: 'Book', id: 'b1' }))
    expect(await codes(ask(library(), entitiesQuery, asEntities(...many)))).toEqual(['INVALID_INPUT'])
  })
})

describe('row 36: what leaves when something fails', () => {
  test('a failing resolver is a failing system, its words stay in the log', async () => {
    const deps = subgraphDeps()
    const answer = await ask(library({}, deps), '{ fails hello }')
    expect(answer.data).toEqual({ fails: null, hello: 'hello' })
    expect(answer.errors).toMatchObject([{ path: ['fails'], extensions: { code: 'SYSTEM_UNAVAILABLE' } }])
    expect(JSON.stringify(answer)).not.toMatch(/ECONNREFUSED|db-internal|hunter2|at .*\.ts/)
    expect(deps.logged).toHaveLength(1)
    expect(deps.logged[0]?.fields).toMatchObject({ requestId: 'request-of-the-test', path: ['fails'] })
    expect((deps.logged[0]?.fields['err'] as Error).message).toContain('ECONNREFUSED')
  })

  test('a refusal keeps its code, message and details', async () => {
    const answer = await ask(library(), '{ refuses }')
    expect(answer.errors).toMatchObject([
      { message: 'There is no such book.', path: ['refuses'], extensions: { code: 'NOT_FOUND', id: 'b9' } },
    ])
  })

  test('a missing value of a field that must have one is the system’s failure', async () => {
    expect(await codes(ask(library(), '{ nothing }'))).toEqual(['SYSTEM_UNAVAILABLE'])
  })

  test('a value that is not of its type is the system’s failure', async () => {
    expect(await codes(ask(library(), '{ badTime }'))).toEqual(['SYSTEM_UNAVAILABLE'])
  })

  test('an unknown field names nothing', async () => {
    const answer = await ask(library(), '{ helo }')
    expect(JSON.stringify(answer)).not.toContain('hello')
    expect(answer.errors).toMatchObject([{ extensions: { code: 'SYSTEM_UNAVAILABLE' } }])
  })

  test('broken syntax is refused', async () => {
    expect(await codes(ask(library(), '{ hello'))).toEqual(['SYSTEM_UNAVAILABLE'])
  })

  test('nobody waits: cancelled, and no cry in the log', async () => {
    const deps = subgraphDeps()
    const signal = AbortSignal.abort(new Error('gone'))
    expect(await codes(ask(library({}, deps), '{ fails }', { signal }))).toEqual(['CANCELLED'])
    expect(deps.logged).toEqual([])
  })
})

describe('scalars', () => {
  const when = (args: string) => ask(library(), `{ when(${args}) }`)
  const whenWith = (name: string, type: string, value: unknown) =>
    ask(library(), `query ($v: ${type}) { when(${name}: $v) }`, { variables: { v: value } })

  test.each([
    ['at: "2026-03-01T10:30:00+01:00"', { at: '2026-03-01T09:30:00.000Z' }],
    ['at: "2026-03-01T09:30:00.5Z"', { at: '2026-03-01T09:30:00.500Z' }],
    ['day: "2024-02-29"', { day: '2024-02-29' }],
    ['sum: "-1249.90"', { sum: '-1249.90' }],
  ])('reads %s', async (args, expected) => {
    expect(JSON.parse(String((await data(when(args)))['when']))).toEqual(expected)
  })

  test.each([
    ['at', 'DateTime', '2026-03-01'],
    ['at', 'DateTime', '2026-02-31T09:30:00Z'],
    ['at', 'DateTime', '2026-03-01T09:30:00'],
    ['at', 'DateTime', 1_700_000_000],
    ['day', 'Date', '2026-02-29'],
    ['day', 'Date', '01.03.2026'],
    ['sum', 'Decimal', '1,5'],
    ['sum', 'Decimal', '1e3'],
    ['sum', 'Decimal', 1.5],
    ['sum', 'Decimal', ''],
    ['sum', 'Decimal', '1234567890123456789'],
  ])('refuses %s: %s %s, as a literal and as a variable', async (name, type, value) => {
    expect(await codes(when(`${name}: ${JSON.stringify(value)}`))).toEqual(['INVALID_INPUT'])
    expect(await codes(whenWith(name, type, value))).toEqual(['INVALID_INPUT'])
  })
})

describe('definitions that do not fit their contract are refused at once', () => {
  const problem = (more: Partial<SubgraphDefinition<object>>) => () => library(more)

  test('an entity without a reference resolver', () => {
    expect(problem({ entities: {} })).toThrow('the entity Book has no reference resolver')
  })
  test('a reference resolver for no entity', () => {
    const entities = { Book: referenceItself, Author: referenceItself }
    expect(problem({ entities })).toThrow('Author is not an entity of the contract')
  })
  test('a resolver for no field', () => {
    expect(problem({ resolvers: { Query: { helo: () => 'x' } } })).toThrow('the contract has no field Query.helo')
    expect(problem({ resolvers: { Qery: { hello: () => 'x' } } })).toThrow('the contract has no field Qery.hello')
  })
})

test('the context is frozen knowledge of one fetch: caller, time and signal', async () => {
  let context: SubgraphContext | undefined
  const spying = {
    ...resolvers,
    Query: {
      ...resolvers.Query,
      hello: (...given: unknown[]) => {
        context = given[2] as SubgraphContext
        return 'hello'
      },
    },
  }
  const { signal } = new AbortController()
  await ask(library({ resolvers: spying }), '{ hello }', { signal })
  expect(context).toMatchObject({ caller: { id: 'agent:support-agent' }, now: new Date('2026-10-31T12:00:00Z') })
  expect(context?.signal).toBe(signal)
  expect(Object.isFrozen(context?.caller)).toBe(true)
})

test('a second mutation sees what the first one did, and rules hold for both', async () => {
  const deps = subgraphDeps(rulesWith({ 'Book.title': null }))
  const answer = await ask(library({}, deps), 'mutation { a: add(title: "A") { id } b: add(title: "B") { title } }')
  expect(answer.errors).toMatchObject([{ path: ['b', 'title'], extensions: { code: 'POLICY_DENIED' } }])
})
