/** The guard: no resolver acts before its rule has allowed, and each record is decided for itself. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { Caller } from '../../lib/caller.ts'
import type { SubgraphRule, SubgraphRules, Verdict } from '../../policies/engine/types.ts'
import { defineSubgraph, recordReference } from '../../subgraphs/define.ts'
import { emptySource } from '../../subgraphs/sources/empty.ts'
import type { EntitySource } from '../../subgraphs/sources/entity-source.ts'
import {
  always,
  ask,
  callerNamed,
  codes,
  data,
  denied,
  rulesWith,
  subgraphDeps,
  withShared,
} from '../support/subgraphs.ts'

const sdl = withShared(/* GraphQL */ `
  type Query {
    notes: [Note!]!
    note(id: ID!): Note
    echo(text: String!): String
    either: Either
  }
  type Mutation {
    erase(input: EraseInput!): String
    pay(amount: Int!): String
  }
  input EraseInput {
    id: ID!
  }
  union Either = Note | Tag
  type Tag {
    label: String
  }
  type Note @key(fields: "id") {
    id: ID!
    ownerId: String!
    body: String
    secret: String
  }
`)

const notes = [
  { id: 'n1', version: 1, ownerId: 'agent:a', body: 'first', secret: 's1' },
  { id: 'n2', version: 1, ownerId: 'agent:b', body: 'second', secret: 's2' },
]

const acts: string[] = []
let questions: string[] = []

const source: EntitySource = {
  ...emptySource,
  getMany(_, ids) {
    questions.push(ids.join())
    return Promise.resolve(ids.map((id) => notes.find((note) => note.id === id) ?? null))
  },
}

function notebook(rules: SubgraphRules) {
  const resolvers = {
    Query: {
      notes: () => notes,
      note: (_: unknown, { id }: { id: string }) => notes.find((note) => note.id === id),
      echo: (_: unknown, { text }: { text: string }) => text,
      either: () => ({ ...notes[0], __typename: 'Note' }),
    },
    Mutation: {
      erase: (_: unknown, { input }: { input: { id: string } }) => acted(`erase ${input.id}`),
      pay: (_: unknown, { amount }: { amount: number }) => acted(`pay ${amount}`),
    },
    Note: { secret: (note: { secret: string }) => acted(note.secret) },
  }
  const entities = { Note: recordReference('Note') }
  return defineSubgraph({ name: 'notebook', sdl, resolvers, entities, source, services: {} }, subgraphDeps(rules))
}

function acted(what: string): string {
  acts.push(what)
  return what
}

beforeEach(() => {
  acts.length = 0
  questions = []
})

const allow: Verdict = { outcome: 'allow' }

/** Allows the caller's own notes; the record comes from the argument at `idPath`, or is the parent. */
function own(idPath: string | null = null): SubgraphRule {
  return {
    needsRecord: true,
    target: idPath === null ? null : { type: 'Note', idPath },
    settled: () => null,
    decide: (record, _, { caller }) => Promise.resolve(record?.['ownerId'] === caller.id ? allow : denied),
  }
}

const as = (id: string, more: Partial<Caller> = {}) => ({ statement: { caller: callerNamed(id, more) } })

describe('a field without a rule is denied', () => {
  test.each([
    ['Query.echo', '{ echo(text: "x") }'],
    ['Query.notes', '{ notes { id } }'],
    ['Note.body', '{ note(id: "n1") { body } }'],
    ['Mutation.pay', 'mutation { pay(amount: 1) }'],
  ] as const)('%s', async (coordinate, query) => {
    expect(await codes(ask(notebook(rulesWith({ [coordinate]: null })), query))).toEqual(['POLICY_DENIED'])
    expect(acts).toEqual([])
  })

  test('and neither `_entities` nor a fragment nor a union is a way round', async () => {
    const subgraph = notebook(rulesWith({ 'Note.body': null }))
    for (const [query, variables] of [
      ['{ notes { ...F } } fragment F on Note { body }', {}],
      ['{ either { ... on Note { body } } }', {}],
      [
        'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Note { alias: body } } }',
        { r: [{ __typename: 'Note', id: 'n1' }] },
      ],
    ] as const) {
      const answer = await ask(subgraph, query, { variables })
      expect(new Set(answer.errors?.map((error) => error.extensions?.['code']))).toEqual(new Set(['POLICY_DENIED']))
      expect(JSON.stringify(answer.data)).not.toMatch(/first|second/)
    }
  })
})

describe('a caller’s rule is decided here again', () => {
  test('a caller without the scope gets nothing, though the gateway’s statement is good', async () => {
    const scoped: SubgraphRule = {
      needsRecord: false,
      target: null,
      settled: (caller) => (caller.scopes.includes('notes:read') ? allow : denied),
      decide: () => Promise.reject(new Error('settled verdicts are not asked for again')),
    }
    const subgraph = notebook(rulesWith({ 'Note.secret': scoped }))
    const answer = await ask(subgraph, '{ notes { id secret } }')
    expect(answer.errors?.map(({ extensions }) => [extensions?.['code'], extensions?.['missingScopes']])).toEqual([
      ['POLICY_DENIED', ['test:scope']],
      ['POLICY_DENIED', ['test:scope']],
    ])
    expect(acts).toEqual([])
    await data(ask(subgraph, '{ notes { secret } }', as('agent:a', { scopes: ['notes:read'] })))
    expect(acts).toEqual(['s1', 's2'])
  })

  test('a person’s decision that is missing stays missing', async () => {
    const asks = always({ outcome: 'ask', approvers: 'finance-controller', reason: 'large' })
    const answer = await ask(notebook(rulesWith({ 'Mutation.pay': asks })), 'mutation { pay(amount: 1) }')
    expect(answer.errors).toMatchObject([
      { extensions: { code: 'APPROVAL_REQUIRED', approvers: 'finance-controller' } },
    ])
    expect(acts).toEqual([])
  })

  test('a verdict that says nothing is a denial', async () => {
    const unsure = always({ outcome: 'needs-record', reason: 'still' })
    const answer = ask(notebook(rulesWith({ 'Mutation.pay': unsure })), 'mutation { pay(amount: 1) }')
    expect(await codes(answer)).toEqual(['RECORD_DENIED'])
    expect(acts).toEqual([])
  })
})

describe('row 22: a rule on arguments is decided for each selection', () => {
  let asked = 0
  const atMostTen: SubgraphRule = {
    needsRecord: false,
    target: null,
    settled: () => null,
    decide(_, args) {
      asked += 1
      return Promise.resolve(Number(args['amount'] ?? String(args['text']).length) <= 10 ? allow : denied)
    },
  }

  test('two aliases with other arguments have two verdicts', async () => {
    const subgraph = notebook(rulesWith({ 'Mutation.pay': atMostTen }))
    const answer = await ask(subgraph, 'mutation { ok: pay(amount: 10) evil: pay(amount: 11) }')
    expect(answer.data).toEqual({ ok: 'pay 10', evil: null })
    expect(answer.errors).toMatchObject([{ path: ['evil'], extensions: { code: 'POLICY_DENIED' } }])
    expect(acts).toEqual(['pay 10'])
  })

  test('variables count as what they are', async () => {
    const subgraph = notebook(rulesWith({ 'Mutation.pay': atMostTen }))
    const query = 'mutation ($n: Int!) { pay(amount: $n) }'
    expect(await codes(ask(subgraph, query, { variables: { n: 11 } }))).toEqual(['POLICY_DENIED'])
    expect(await codes(ask(subgraph, query, { variables: { n: 10 } }))).toEqual([])
  })

  test('one selection is decided once, whatever the number of rows', async () => {
    asked = 0
    await data(ask(notebook(rulesWith({ 'Note.body': atMostTen })), '{ notes { body } }'))
    expect(asked).toBe(1)
  })
})

describe('row 28: a rule on the record is decided for each record and caller', () => {
  const rules = rulesWith({ 'Note.secret': own() })
  const query = '{ notes { id secret } }'

  test('one note of two is the caller’s', async () => {
    const answer = await ask(notebook(rules), query, as('agent:a'))
    expect(answer.data).toEqual({
      notes: [
        { id: 'n1', secret: 's1' },
        { id: 'n2', secret: null },
      ],
    })
    expect(answer.errors).toMatchObject([{ path: ['notes', 1, 'secret'], extensions: { code: 'RECORD_DENIED' } }])
    expect(acts).toEqual(['s1'])
    expect(answer.extensions?.mandate?.resolved).toMatchObject({ 'Note.secret': 1, 'Note.id': 2 })
  })

  test('two callers at once have their own verdicts', async () => {
    const subgraph = notebook(rules)
    const [a, b] = await Promise.all([ask(subgraph, query, as('agent:a')), ask(subgraph, query, as('agent:b'))])
    expect(a.data?.['notes']).toMatchObject([{ secret: 's1' }, { secret: null }])
    expect(b.data?.['notes']).toMatchObject([{ secret: null }, { secret: 's2' }])
  })

  test('an entity from `_entities` is a record like any other', async () => {
    const variables = { r: ['n1', 'n2'].map((id) => ({ __typename: 'Note', id, ownerId: 'agent:a' })) }
    const entities = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Note { secret } } }'
    const answer = await ask(notebook(rules), entities, { ...as('agent:a'), variables })
    expect(answer.data).toEqual({ _entities: [{ secret: 's1' }, { secret: null }] })
  })
})

describe('a mutation with a record rule', () => {
  const subgraph = notebook(rulesWith({ 'Mutation.erase': own('input.id'), 'Query.note': own('id') }))
  const erase = (id: string) => ask(subgraph, `mutation { erase(input: { id: "${id}" }) }`, as('agent:a'))

  test('acts on the caller’s own record', async () => {
    expect(await data(erase('n1'))).toEqual({ erase: 'erase n1' })
  })

  test('loads the record before it acts, and does not act on another’s', async () => {
    expect(await codes(erase('n2'))).toEqual(['RECORD_DENIED'])
    expect(questions).toEqual(['n2'])
    expect(acts).toEqual([])
  })

  test('row 37: denied and missing records answer alike', async () => {
    const [other, missing] = await Promise.all([erase('n2'), erase('n9')])
    expect(JSON.stringify(other)).toBe(JSON.stringify(missing))
    const read = (id: string) => ask(subgraph, `{ note(id: "${id}") { id } }`, as('agent:a'))
    expect(JSON.stringify(await read('n2'))).toBe(JSON.stringify(await read('n9')))
  })

  test('a path that leads nowhere is a denial', async () => {
    for (const path of ['input.nothing', 'nothing.id', 'input.__proto__', 'input']) {
      const astray = notebook(rulesWith({ 'Mutation.erase': own(path) }))
      expect(await codes(ask(astray, 'mutation { erase(input: { id: "n1" }) }', as('agent:a')))).toEqual([
        'RECORD_DENIED',
      ])
    }
    expect(acts).toEqual([])
  })
})

test('a system that fails while a rule’s record is loaded is a failing system, not a denial', async () => {
  const broken = { ...source, getMany: () => Promise.reject(new Error('no route to db-internal')) }
  const resolvers = { Mutation: { erase: () => acted('erase') } }
  const subgraph = defineSubgraph(
    { name: 'notebook', sdl, resolvers, entities: { Note: recordReference('Note') }, source: broken, services: {} },
    subgraphDeps(rulesWith({ 'Mutation.erase': own('input.id') })),
  )
  const answer = await ask(subgraph, 'mutation { erase(input: { id: "n1" }) }')
  expect(answer.errors).toMatchObject([{ extensions: { code: 'SYSTEM_UNAVAILABLE' } }])
  expect(JSON.stringify(answer)).not.toContain('db-internal')
  expect(acts).toEqual([])
})
