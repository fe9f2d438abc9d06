/** Attacks on the rules themselves (`attacks.md`, rows 18 to 39): other paths, other arguments, other names, other callers. */
import { getOperationAST, parse, printSchema, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { describeOperation } from '../../gateway/operation.ts'
import { decide, type Decision } from '../../gateway/policy/decide.ts'
import { visibleSchema } from '../../gateway/policy/visible-schema.ts'
import type { Coordinate } from '../../lib/labels.ts'
import { authorityOf, evaluate } from '../../policies/engine/evaluate.ts'
import { leafRule, type Answer } from '../../policies/engine/rule.ts'
import { subgraphRules } from '../../policies/engine/subgraph-rules.ts'
import { all, any, argumentAtMost, callerMay, everyone, nobody, ownRecord } from '../../policies/vocabulary.ts'
import { contractIndex } from '../../schema/contract.ts'
import {
  apiSchema,
  bankSdl,
  callerWith,
  goodBank,
  goodShop,
  operationOf,
  revisionOf,
  shopSdl,
  wednesday,
  type PoliciesInput,
} from '../support/policies.ts'

const read = callerMay('crm:read')
const reader = callerWith(['crm:read'])

function decided(
  text: string,
  tables: PoliciesInput = {},
  caller = reader,
  variables: Record<string, unknown> = {},
): Promise<Decision> {
  return decide(operationOf(text, { variables }), caller, revisionOf(tables), wednesday)
}

async function deniedBy(text: string, tables: PoliciesInput = {}, caller = reader): Promise<readonly Coordinate[]> {
  const decision = await decided(text, tables, caller)
  return decision.outcome === 'deny'
    ? [...decision.denied.map(({ coordinate }) => coordinate), ...decision.undisclosed]
    : []
}

describe('18: another path to the type', () => {
  test.each([
    '{ customer(id: "1") { email } }',
    '{ order(id: "1") { customer { email } } }',
    '{ orders { customer { orders { customer { email } } } } }',
    '{ search(text: "x") { ... on Customer { email } } }',
    '{ node(id: "1") { ... on Customer { email } } }',
    '{ search(text: "x") { ... on Order { customer { email } } } }',
  ])('%s', async (text) => {
    expect(await deniedBy(text)).toEqual(['Customer.email'])
  })
})

describe('22: an alias with other arguments', () => {
  const pay = all(callerMay('crm:write'), argumentAtMost('input.amount', 100))
  const tables = { shop: { ...goodShop, Mutation: { ...goodShop.Mutation, pay } } }
  const writer = callerWith(['crm:read', 'crm:write'])
  const small = 'ok: pay(input: { id: "1", amount: "5" }) { id }'
  const large = 'evil: pay(input: { id: "2", amount: "5000" }) { id }'

  test.each([
    ['first', `mutation { ${small} ${large} }`],
    ['last', `mutation { ${large} ${small} }`],
    ['in a fragment', `mutation { ${small} ...more } fragment more on Mutation { ${large} }`],
  ])('the large one %s', async (_title, text) => {
    const decision = await decided(text, tables, writer)
    expect(decision).toMatchObject({ outcome: 'deny', denied: [{ coordinate: 'Mutation.pay', path: 'evil' }] })
  })

  test('by variables', async () => {
    const text = 'mutation($a: PayInput!, $b: PayInput!) { ok: pay(input: $a) { id } evil: pay(input: $b) { id } }'
    const amounts = (a: string, b: string) => ({ a: { id: '1', amount: a }, b: { id: '2', amount: b } })
    expect((await decided(text, tables, writer, amounts('5', '5000'))).outcome).toBe('deny')
    expect((await decided(text, tables, writer, amounts('5', '6'))).outcome).toBe('allow')
  })

  test('the same arguments in another order are one question', async () => {
    const text =
      'mutation { a: pay(input: { id: "1", amount: "500" }) { id } b: pay(input: { amount: "500", id: "1" }) { id } }'
    const decision = await decided(text, tables, writer)
    expect(decision.outcome === 'deny' && decision.denied).toHaveLength(1)
  })

  test('arguments that only look alike are two', async () => {
    const text =
      'mutation { a: pay(input: { id: "1", amount: "5", to: "x" }) { id } b: pay(input: { id: "1", amount: "50000", to: "x" }) { id } }'
    expect((await decided(text, tables, writer)).outcome).toBe('deny')
  })
})

describe('23: fragments and type conditions give the verdict of the field itself', () => {
  test.each([
    'query { customer(id: "1") { ...a } } fragment a on Customer { ...b } fragment b on Customer { email }',
    '{ customer(id: "1") { ... { email } } }',
    '{ customer(id: "1") { ... on Node { ... on Customer { email } } } }',
    '{ search(text: "x") { ... on Node { ... on Customer { email } } } }',
    '{ customer(id: "1") { harmless: email } }',
    'query($yes: Boolean = true) { customer(id: "1") { email @include(if: $yes) } }',
  ])('%s', async (text) => {
    expect(await deniedBy(text)).toEqual(['Customer.email'])
  })

  test('what is skipped is not asked for', async () => {
    expect(await deniedBy('{ customer(id: "1") { name email @skip(if: true) } }')).toEqual([])
  })
})

describe('24: interfaces', () => {
  test('a rule on the interface holds on every implementer, by every path', async () => {
    const tables = { shop: { ...goodShop, Node: { id: callerMay('crm:contact') } } }
    expect(await deniedBy('{ order(id: "1") { id } }', tables)).toContain('Order.id')
    expect(await deniedBy('{ node(id: "1") { ... on Order { id } } }', tables)).toContain('Order.id')
    expect(await deniedBy('{ node(id: "1") { id } }', tables)).toEqual(
      expect.arrayContaining(['Node.id', 'Order.id', 'Customer.id']),
    )
  })

  test('a rule on one implementer closes the field of the interface', async () => {
    const tables = { shop: { ...goodShop, Order: { '*': read, id: callerMay('crm:contact') } } }
    expect(await deniedBy('{ node(id: "1") { id } }', tables)).toEqual(expect.arrayContaining(['Node.id', 'Order.id']))
  })

  test('even where the caller does not know of that implementer', async () => {
    const tables = { shop: { ...goodShop, Order: { '*': nobody } } }
    const schema = visibleSchema(apiSchema, authorityOf(reader), revisionOf(tables))
    expect(printSchema(schema)).not.toContain('Order')
    expect(await deniedBy('{ node(id: "1") { id } }', tables)).toContain('Node.id')
  })
})

describe('25: what a field is made from', () => {
  const tables = { shop: { ...goodShop, Customer: { '*': read, creditScore: callerMay('finance:bank:read') } } }

  test('@requires', async () => {
    const caller = callerWith(['crm:read', 'finance:read'])
    expect(await deniedBy('{ customer(id: "1") { riskBand } }', tables, caller)).toEqual(['Customer.riskBand'])
  })

  test('a key', async () => {
    const closed = { shop: { ...goodShop, Customer: { '*': read, id: callerMay('crm:contact') } } }
    const caller = callerWith(['crm:read', 'finance:bank:read'])
    expect(await deniedBy('{ customer(id: "1") { iban } }', closed, caller)).toEqual(['Customer.iban'])
  })

  test('@provides and @fromContext, through several steps', async () => {
    const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@provides", "@external", "@requires", "@context", "@fromContext"])`
    const index = contractIndex([
      {
        name: 'a',
        file: 'a',
        sdl: `${link} type Query { t: T } type T @key(fields: "id") @context(name: "t") { id: ID! secret: String u: U }
          type U @key(fields: "id") { id: ID! greeting(s: String @fromContext(field: "$t { secret }")): String shout: String @requires(fields: "greeting") }`,
      },
      {
        name: 'b',
        file: 'b',
        sdl: `${link} type Query { last: T @provides(fields: "secret") } type T @key(fields: "id") { id: ID! secret: String @external }`,
      },
    ])
    const open = callerMay('crm:read')
    const revision = revisionOf({
      index,
      tables: {
        a: { Query: { t: open }, T: { '*': open, secret: callerMay('finance:bank:read') }, U: { '*': open } },
        b: { Query: { last: open } },
      },
    })
    for (const coordinate of ['Query.last', 'U.greeting', 'U.shout'] as const) {
      const decision = await decide({ fields: [{ coordinate, args: {}, path: ['x'] }] }, reader, revision, wednesday)
      expect(decision).toMatchObject({
        outcome: 'deny',
        denied: [{ coordinate, missingScopes: [{ scope: 'finance:bank:read' }] }],
      })
    }
  })
})

describe('26: directives under other names', () => {
  test('a renamed @requires, @key and @external bind as before', async () => {
    const renamed = bankSdl
      .replace(
        'import: ["@key", "@external", "@requires"',
        'import: [{ name: "@key", as: "@k" }, { name: "@external", as: "@x" }, { name: "@requires", as: "@r" }',
      )
      .replaceAll('@key(', '@k(')
      .replace('@external ', '@x ')
      .replace('Int @external', 'Int @x')
      .replace('@requires(fields', '@r(fields')
    const index = contractIndex([
      { name: 'shop', sdl: shopSdl, file: 'shop' },
      { name: 'bank', sdl: renamed, file: 'bank' },
    ])
    const shop = { ...goodShop, Customer: { '*': read, creditScore: callerMay('finance:bank:read') } }
    const caller = callerWith(['crm:read', 'finance:read'])
    expect(await deniedBy('{ customer(id: "1") { riskBand } }', { shop, index }, caller)).toEqual(['Customer.riskBand'])
  })

  test('a label that is bound to nothing does not load', () => {
    const unbound = shopSdl.replace('@link(url: "https://mandate.dev/spec/v1.0", import: ["@label", "@effect"])', '')
    expect(() => contractIndex([{ name: 'shop', sdl: unbound, file: 'schema/shop.graphql' }])).toThrow(
      'is not bound to https://mandate.dev/spec',
    )
  })
})

describe("27: '*' and the field's rule hold together", () => {
  test.each([
    ['the star denies', { '*': callerMay('crm:write'), name: everyone }],
    ['the field denies', { '*': everyone, name: callerMay('crm:write') }],
  ])('%s', async (_title, rules) => {
    expect(await deniedBy('{ customer(id: "1") { name } }', { shop: { ...goodShop, Customer: rules } })).toContain(
      'Customer.name',
    )
  })
})

describe('28: one verdict never serves another', () => {
  const shop = { ...goodShop, Order: { '*': read, total: ownRecord('ownerId') } }

  test('two records', async () => {
    const rule = subgraphRules(revisionOf({ shop })).ruleFor('Order.total')
    const context = { caller: reader, now: wednesday }
    const outcomes = await Promise.all(
      ['agent:tester', 'agent:other', 'agent:tester'].map(
        async (ownerId) => (await rule?.decide({ ownerId }, {}, context))?.outcome,
      ),
    )
    expect(outcomes).toEqual(['allow', 'deny', 'allow'])
    expect(rule?.settled(reader)).toBeNull()
  })

  test('two callers, a thousand times, in both orders', async () => {
    const revision = revisionOf()
    const operation = operationOf('{ customer(id: "1") { name email } }')
    const privileged = callerWith(['crm:read', 'crm:contact'])
    for (let round = 0; round < 500; round += 1) {
      const [first, second] = round % 2 === 0 ? [privileged, reader] : [reader, privileged]
      const [a, b] = await Promise.all([
        decide(operation, first, revision, wednesday),
        decide(operation, second, revision, wednesday),
      ])
      expect(a.outcome).toBe(first === privileged ? 'allow' : 'deny')
      expect(b.outcome).toBe(second === privileged ? 'allow' : 'deny')
    }
  })

  test('two callers of one authority, where the rule asks who it is', async () => {
    const rules = subgraphRules(revisionOf({ shop }))
    const context = (id: string) => ({ caller: callerWith(['crm:read'], { id: id as never }), now: wednesday })
    const decideFor = async (id: string) =>
      (await rules.ruleFor('Order.total')?.decide({ ownerId: 'agent:a' }, {}, context(id)))?.outcome
    expect([await decideFor('agent:a'), await decideFor('agent:b')]).toEqual(['allow', 'deny'])
  })

  test('two revisions', async () => {
    const operation = operationOf('{ customer(id: "1") { name } }')
    const closed = { shop: { ...goodShop, Customer: { '*': callerMay('crm:write') } } }
    expect((await decide(operation, reader, revisionOf(), wednesday)).outcome).toBe('allow')
    expect((await decide(operation, reader, revisionOf(closed), wednesday)).outcome).toBe('deny')
    expect((await decide(operation, reader, revisionOf(), wednesday)).outcome).toBe('allow')
  })
})

describe('31: a document with several operations', () => {
  test('only the chosen one is decided', async () => {
    const text = 'query a { customer(id: "1") { email } } query b { customer(id: "1") { name } }'
    const document = parse(text)
    const choose = (name: string) => {
      const operation = getOperationAST(document, name)
      if (!operation) throw new Error('no such operation')
      return describeOperation({ schema: apiSchema, document, operation, text, name, variables: {}, maxFields: 100 })
    }
    expect((await decide(choose('a'), reader, revisionOf(), wednesday)).outcome).toBe('deny')
    expect((await decide(choose('b'), reader, revisionOf(), wednesday)).outcome).toBe('allow')
  })
})

describe('34, 35: what the schema says', () => {
  const tables = { bank: { Customer: { ...goodBank.Customer, iban: nobody } } }
  const schema = visibleSchema(apiSchema, authorityOf(reader), revisionOf(tables))

  test('34: introspection tells of no coordinate that the caller may never use', () => {
    expect(printSchema(schema)).not.toContain('iban')
  })

  test('35: no message about a near miss names it', () => {
    const messages = ['ibann', 'iba', 'Iban', 'iban'].flatMap((name) =>
      validate(schema, parse(`{ customer(id: "1") { ${name} } }`)).map(({ message }) =>
        message.replaceAll(`"${name}"`, ''),
      ),
    )
    expect(messages).toHaveLength(4)
    expect(messages.join()).not.toContain('iban')
  })
})

describe('39: rules that fail', () => {
  const failing = (check: () => Answer | Promise<Answer>) =>
    leafRule({ word: 'failing', title: 'failing', inputs: ['purpose'], read: [], check })

  test.each<[string, () => Answer | Promise<Answer>]>([
    [
      'throw',
      () => {
        throw new Error('redis is away')
      },
    ],
    ['reject', () => Promise.reject(new Error('postgres is away'))],
    ['never answer', () => new Promise<Answer>(() => undefined)],
    ['answer nonsense', () => 'yes' as unknown as Answer],
  ])('those that %s deny, and say nothing of the cause', async (_title, check) => {
    const shop = { ...goodShop, Customer: { '*': read, email: failing(check) } }
    const decision = await decided('{ customer(id: "1") { email } }', { shop })
    expect(decision).toMatchObject({ outcome: 'deny', denied: [{ coordinate: 'Customer.email' }] })
    expect(JSON.stringify(decision)).not.toMatch(/redis|postgres|away|yes/u)
  })

  test('beside a rule that allows, only the failing one is lost', async () => {
    const rule = any(
      failing(() => {
        throw new Error('x')
      }),
      read,
    )
    const verdict = await evaluate(rule, { record: 'elsewhere', args: {}, context: { caller: reader, now: wednesday } })
    expect(verdict.outcome).toBe('allow')
  })
})
