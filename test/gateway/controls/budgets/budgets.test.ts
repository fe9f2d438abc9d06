/** Budgets through the whole gateway: refusals that say what to do, reads and acts settled to what they were, breaches acted upon. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBudgets } from '../../../../gateway/controls/budgets/budgets.ts'
import type { DecidedExchange } from '../../../../gateway/controls/decided.ts'
import type { BudgetStore } from '../../../../storage/stores/budgets.ts'
import { databaseKinds } from '../../../support/databases.ts'
import { codeOf, describeText } from '../../../support/operations.ts'
import { type Stack, type StackAnswer, startStack } from '../../../support/stack.ts'
import { policiesWithRoles } from '../../../support/two-stacks.ts'

const contacts = (first: number) => `{ account(id: "acc-0001") { id contacts(first: ${first}) { id email } } }`
const accounts = (first: number) => `{ accounts(first: ${first}) { nodes { id } } }`
const pay = `mutation ($input: CreatePaymentInput!) { createPayment(input: $input) { replayed payment { id } } }`
const note = (key: string) =>
  `mutation { createActivity(input: { idempotencyKey: "${key}", type: CALL, subject: "budget" }) { replayed } }`

interface Line {
  readonly subject: string
  readonly measure: string
  readonly period: string
  readonly limit: number | string
  readonly remaining: number | string
  readonly resetsAt: string
}
function budgetOf({ text }: StackAnswer): readonly Line[] {
  return (JSON.parse(text) as { extensions?: { budget?: Line[] } }).extensions?.budget ?? []
}
const remaining = (answer: StackAnswer, measure: string) =>
  budgetOf(answer).find((line) => line.measure === measure)?.remaining

for (const kind of databaseKinds()) {
  describe(`budgets on ${kind}`, () => {
    let policies: Awaited<ReturnType<typeof policiesWithRoles>>
    let stack: Stack
    beforeAll(async () => {
      policies = await policiesWithRoles({
        'support-agent': {
          budgets: [{ measure: 'sensitive-rows', per: 'month', limit: 20 }],
          taskBudgets: [{ measure: 'cost', per: 'month', limit: 30 }],
        },
        'it-ops-agent': { budgets: [{ measure: 'cost', per: 'month', limit: 3 }] },
        'account-manager': { budgets: [{ measure: 'distinct-entities', per: 'month', limit: 12 }] },
        'finance-agent': { budgets: [{ measure: 'money', per: 'month', limit: 10, currency: 'EUR' }] },
        'sales-agent': { budgets: [{ measure: 'mutations', per: 'month', limit: 1, onBreach: 'quarantine' }] },
        'security-engineer': { budgets: [{ measure: 'mutations', per: 'month', limit: 1 }] },
      })
      stack = await startStack({ database: kind, policiesFolder: policies.folder })
    })
    afterAll(async () => {
      await stack[Symbol.asyncDispose]()
      await policies[Symbol.asyncDispose]()
    })

    test('what does not fit is refused with what is left and when it starts again', async () => {
      for (let turn = 0; turn < 3; turn += 1)
        expect((await stack.graphql('it-ops-agent', '{ me { id } }')).codes).toEqual([])
      const answer = await stack.graphql('it-ops-agent', '{ me { id } }')
      expect(answer.status).toBe(429)
      expect(answer.codes).toEqual(['BUDGET_EXCEEDED'])
      expect(answer.errors[0]?.extensions).toMatchObject({
        subject: 'agent:it-ops-agent',
        measure: 'cost',
        period: 'month',
        limit: 3,
        used: 3,
        requested: 1,
      })
      const { resetsAt } = answer.errors[0]!.extensions
      expect(new Date(resetsAt).toISOString()).toMatch(/-01T00:00:00.000Z$/)
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      expect(budgetOf(answer)).toEqual([
        { subject: 'agent:it-ops-agent', measure: 'cost', period: 'month', limit: 3, remaining: 0, resetsAt },
      ])
    })

    test('whoever has no budget is told of none, and costs no query', async () => {
      stack.clearQueries()
      const answer = await stack.graphql('lena.fischer', '{ me { id } }')
      expect(answer.text).not.toContain('budget')
      expect(stack.queries.filter((text) => text.includes('budget'))).toEqual([])
    })

    test('a read reserves its page and is settled to what left', async () => {
      const first = await stack.graphql('support-agent', contacts(15), {}, { headers: { 'mandate-task': 'rows' } })
      const rows = (first.data?.['account'].contacts as { email: string | null }[]).filter(({ email }) => email)
      expect(rows.length).toBeGreaterThan(0)
      expect(remaining(first, 'sensitive-rows')).toBe(20 - rows.length)
      const second = await stack.graphql('support-agent', contacts(21), {}, { headers: { 'mandate-task': 'rows-2' } })
      expect(second.codes).toEqual(['BUDGET_EXCEEDED'])
      expect(remaining(second, 'sensitive-rows')).toBe(20 - rows.length)
      const third = await stack.graphql('support-agent', '{ account(id: "acc-0001") { id name } }')
      expect(remaining(third, 'sensitive-rows')).toBe(20 - rows.length)
    })

    test('each task has its own, and work without a task is one', async () => {
      const ask = (task: string | null) =>
        stack.graphql('support-agent', accounts(20), {}, task === null ? {} : { headers: { 'mandate-task': task } })
      // 20 accounts and their connection; the second one does not fit beside the first.
      expect((await ask('t-1')).codes).toEqual([])
      expect((await ask('t-1')).errors[0]?.extensions).toMatchObject({
        code: 'BUDGET_EXCEEDED',
        subject: 'agent:support-agent task:t-1',
        used: 21,
      })
      expect((await ask('t-2')).codes).toEqual([])
      await ask(null)
      expect((await ask(null)).codes).toEqual(['BUDGET_EXCEEDED'])
    })

    test('an entity counts once; without its id each counts', async () => {
      const manager = 'maria.keller'
      expect(remaining(await stack.graphql(manager, accounts(5)), 'distinct-entities')).toBe(7)
      expect(remaining(await stack.graphql(manager, accounts(5)), 'distinct-entities')).toBe(7)
      expect(remaining(await stack.graphql(manager, accounts(6)), 'distinct-entities')).toBe(6)
      const unnamed = await stack.graphql(manager, '{ accounts(first: 4) { nodes { name } } }')
      expect(remaining(unnamed, 'distinct-entities')).toBe(2)
      expect((await stack.graphql(manager, accounts(3))).codes).toEqual(['BUDGET_EXCEEDED'])
    })

    test('money counts when it moves: not when the system refuses, not twice, and in no other currency', async () => {
      const open = stack.database.kysely.selectFrom('finance.invoices').selectAll().where('status', '=', 'APPROVED')
      const [invoice] = await open
        .where('direction', '=', 'PURCHASE')
        .where('currency', '=', 'EUR')
        .orderBy('id')
        .execute()
      const inputOf = (key: string, changes: object = {}) => ({
        idempotencyKey: key,
        invoiceId: invoice!.id,
        expectedVersion: invoice!.version,
        amount: '4.10',
        currency: 'EUR',
        executionDate: '2099-01-05',
        ...changes,
      })
      const send = (input: object, query = pay) => stack.graphql('finance-agent', query, { input })
      const missing = await send(inputOf('b-0', { invoiceId: 'INV-2099-00001' }))
      expect([missing.codes, remaining(missing, 'money')]).toEqual([['NOT_FOUND'], '10'])
      const paid = await send(inputOf('b-1'))
      expect([paid.codes, remaining(paid, 'money')]).toEqual([[], '5.9'])
      const repeated = await send(inputOf('b-1'))
      expect([repeated.data?.['createPayment'].replayed, remaining(repeated, 'money')]).toEqual([true, '5.9'])
      const tooMuch = await send(inputOf('b-2', { amount: '5.91' }))
      expect(tooMuch.errors[0]?.extensions).toMatchObject({
        currency: 'EUR',
        limit: '10',
        used: '4.1',
        requested: '5.91',
      })
      const otherCurrency = await send(inputOf('b-3', { amount: '0.01', currency: 'USD' }))
      expect(otherCurrency.errors[0]?.extensions).toMatchObject({
        code: 'BUDGET_EXCEEDED',
        currency: 'USD',
        limit: '0',
      })
      // What flows back makes no room.
      const back = await send(inputOf('b-4', { amount: '-5.91' }))
      expect(back.codes).not.toEqual([])
      expect(remaining(await stack.graphql('finance-agent', '{ me { id } }'), 'money')).toBe('5.9')
      const twice = `mutation ($input: CreatePaymentInput!) { a: createPayment(input: $input) { replayed } b: createPayment(input: $input) { replayed } }`
      expect((await send(inputOf('b-5', { amount: '3' }), twice)).codes).toEqual(['BUDGET_EXCEEDED'])
    })

    test('a dry run foretells what a real one meets, and takes nothing', async () => {
      const dry = async (query: string) => {
        const response = await stack.app.server.inject({
          method: 'POST',
          url: '/graphql',
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${await stack.app.mint!('maria.keller')}`,
          },
          payload: JSON.stringify({ query, extensions: { dryRun: true } }),
        })
        return (JSON.parse(response.body) as { extensions: { dryRun: { verdict: string; budget: object[] } } })
          .extensions.dryRun
      }
      expect(await dry(accounts(2))).toMatchObject({
        verdict: 'run',
        budget: [{ measure: 'distinct-entities', used: 10, requested: 2, remaining: 0, fits: true }],
      })
      expect(await dry(accounts(3))).toMatchObject({ verdict: 'refuse', budget: [{ remaining: 2, fits: false }] })
      expect((await stack.graphql('maria.keller', accounts(2))).codes).toEqual([])
    })

    test('a breach that quarantines shuts the agent out, once, and the ledger says why', async () => {
      expect((await stack.graphql('sales-agent', note('q-1'))).codes).toEqual([])
      const breaches = await Promise.all(['q-2', 'q-3', 'q-4'].map((key) => stack.graphql('sales-agent', note(key))))
      expect(new Set(breaches.flatMap(({ codes }) => codes))).toContain('BUDGET_EXCEEDED')
      expect((await stack.graphql('sales-agent', '{ me { id } }')).codes).toEqual(['AGENT_NOT_ACTIVE'])
      const { items } = await stack.ledger.trail('service:mandate', { limit: 10 })
      const events = items.filter(({ operation }) => operation.name === 'budget.quarantined')
      expect(events).toHaveLength(1)
      expect(events[0]?.args).toMatchObject({ agent: 'agent:sales-agent', measure: 'mutations', period: 'month' })
    })

    test('the brakes never fail for a budget', async () => {
      const revoke = (key: string) =>
        `mutation { revoke(input: { idempotencyKey: "${key}", tokenId: "t", reason: "r" }) { replayed } }`
      for (const key of ['r-1', 'r-2', 'r-3'])
        expect((await stack.graphql('omar.haddad', revoke(key))).codes).toEqual([])
    })
  })
}

describe('where the counters are out of reach', () => {
  const away = () => Promise.reject(new Error('away'))
  const store = { take: away, look: away, settle: away } as unknown as BudgetStore
  const logged: string[] = []
  const budgets = createBudgets({
    store,
    agents: { rolesOf: () => [], limitsOf: () => [{ measure: 'cost', per: 'day', limit: 5 }] },
    onBreach: away,
    world: { now: () => new Date() },
    log: { error: (_details: unknown, message?: string) => void logged.push(message ?? '') } as never,
  })
  const exchange = {
    requestId: 'r',
    caller: { id: 'agent:a', kind: 'agent', roles: [], actors: [], onBehalfOf: null, task: null },
    revision: { roles: new Map(), money: new Map(), index: { fields: new Map() } },
    operation: describeText('{ account(id: "1") { name } }'),
    cost: 1,
    wishes: { dryRun: false },
    extensions: new Map(),
  } as unknown as DecidedExchange

  test('nothing that draws on a budget is done', async () => {
    expect(await codeOf(() => budgets.reserve(exchange))).toBe('BUDGETS_UNAVAILABLE')
    expect(await codeOf(() => budgets.preview(exchange))).toBe('BUDGETS_UNAVAILABLE')
  })
  test('settling does not fail the answer', async () => {
    await budgets.settle(exchange, { data: null })
    expect(logged).toEqual(['the budgets of a request could not be settled'])
  })
})
