/**
 * Row 29: parsed documents, plans and decisions are kept for the next request. The same text from agents with other mandates,
 * interleaved a thousand times and in both orders, gives each what is its own, and a denied act never happens.
 */
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cacheKinds } from '../support/caches.ts'
import { databaseKinds } from '../support/databases.ts'
import { countFetches, proofOf } from '../support/proof.ts'
import { type Stack, type StackAnswer, type StackOptions, startStack } from '../support/stack.ts'

const batch = 25

const unlimited: NonNullable<StackOptions['settings']> = (config) => ({
  ...config,
  limits: { ...config.limits, costPerMinute: 10_000_000 },
})

for (const [index, database] of databaseKinds().entries()) {
  describe(`on ${database}`, () => {
    let stack: Stack
    beforeAll(async () => {
      const cache = cacheKinds()[index] ?? 'memory'
      stack = await startStack({ database, cache, ownGraph: true, env: { LOG_LEVEL: 'warn' }, settings: unlimited })
    })
    afterAll(() => stack[Symbol.asyncDispose]())

    /** Sends a text as each of these callers in turn, many at once. */
    async function interleave(callers: readonly string[], ask: (caller: string, turn: number) => Promise<StackAnswer>) {
      const answers: StackAnswer[] = []
      for (let from = 0; from < callers.length; from += batch) {
        const part = callers.slice(from, from + batch)
        answers.push(...(await Promise.all(part.map((caller, offset) => ask(caller, from + offset)))))
      }
      return answers.map((answer, turn) => ({ caller: callers[turn] ?? '', answer }))
    }

    /** Turns in an order that follows no pattern. */
    const mixed = (callers: readonly string[], turns: number, seed: number) =>
      fc.sample(fc.constantFrom(...callers), { numRuns: turns, seed })

    async function outcomes(principal: string, code: string): Promise<number> {
      const { rows } = await sql<{
        n: number
      }>`select count(*)::int as n from mandate.ledger where principal = ${principal}
        and kind = 'outcome' and body::json -> 'result' ->> 'codes' like ${`%${code}%`}`.execute(stack.database.kysely)
      return rows[0]?.n ?? 0
    }

    const people = '{ account(id: "acc-0001") { name contacts(first: 2) { id email } } }'
    const money = '{ payments(first: 2) { nodes { id amount } } }'

    test.each([
      ['the privileged first', 'support-agent', 'finance-agent', 1],
      ['the other first', 'finance-agent', 'support-agent', 2],
    ])('row 29: five hundred of a thousand reads of one text, %s', async (_order, first, second, seed) => {
      const text = `# ${first}\n${people}`
      const callers = [first, second, ...mixed([first, second], 498, seed)]
      const before = await outcomes('agent:finance-agent', 'POLICY_DENIED')
      const answers = await interleave(callers, (caller) => stack.graphql(caller, text))
      for (const { caller, answer } of answers) {
        if (caller === 'support-agent') {
          expect(answer.text).toMatch(/^\{"data":\{"account":\{"name":"Nordwind/)
          expect(answer.data?.['account'].contacts.map((contact: object) => Object.keys(contact))).toEqual([
            ['id', 'email'],
            ['id', 'email'],
          ])
        } else {
          expect([answer.status, answer.codes, answer.data]).toEqual([403, ['POLICY_DENIED'], undefined])
          expect(answer.text).not.toContain('@')
        }
      }
      const denied = callers.filter((caller) => caller === 'finance-agent').length
      expect(denied).toBeGreaterThan(200)
      expect((await outcomes('agent:finance-agent', 'POLICY_DENIED')) - before).toBe(denied)
    })

    test('row 29: a text that does not exist for one of them, as often and as mixed', async () => {
      const callers = mixed(['finance-agent', 'support-agent', 'jonas.weber'], 300, 3)
      for (const { caller, answer } of await interleave(callers, (each) => stack.graphql(each, money))) {
        const expected = caller === 'support-agent' ? [400, ['GRAPHQL_VALIDATION_FAILED']] : [200, []]
        expect([answer.status, answer.codes]).toEqual(expected)
        if (caller === 'support-agent') expect(answer.data).toBeUndefined()
        else expect(answer.data?.['payments'].nodes).toHaveLength(2)
      }
    })

    const acts = [
      {
        // An agent may ask for the right to open cases …
        what: 'may ask for',
        coordinate: 'Mutation.createCase',
        refused: [403, ['POLICY_DENIED']],
        text: `mutation ($key: String!) { createCase(input: { idempotencyKey: $key, subject: $key, accountId: "acc-0001",
          priority: LOW, origin: WEB, reason: FEEDBACK }) { replayed } }`,
        written: sql<{ key: string }>`select subject as key from crm.cases where subject like 'r29-createCase-%'`,
      },
      {
        // … while the right to make accounts is not for agents to ask for.
        what: 'must not know of',
        coordinate: 'Mutation.createAccount',
        refused: [400, ['GRAPHQL_VALIDATION_FAILED']],
        text: `mutation ($key: String!) { createAccount(input: { idempotencyKey: $key, name: $key, type: PROSPECT,
          industry: RETAIL, tier: SMALL, currency: "EUR", ownerId: "person:maria.keller" }) { replayed } }`,
        written: sql<{ key: string }>`select name as key from crm.accounts where name like 'r29-createAccount-%'`,
      },
    ]

    test.each(acts)('row 29: an act that one of them $what never happens for it', async (act) => {
      const [holder, other] = ['support-agent', 'finance-agent']
      const callers = [other, holder, holder, other, ...mixed([other, holder], 96, 4)]
      const key = (caller: string, turn: number) => `r29-${act.coordinate.split('.')[1] ?? ''}-${caller}-${turn}`
      const answers = await interleave(callers, (caller, turn) =>
        stack.graphql(caller, act.text, { key: key(caller, turn) }),
      )
      for (const { caller, answer } of answers) {
        expect([answer.status, answer.codes], answer.text).toEqual(caller === other ? act.refused : [200, []])
      }
      const { rows } = await act.written.execute(stack.database.kysely)
      const allowed = callers.flatMap((caller, turn) => (caller === other ? [] : [key(caller, turn)]))
      expect(rows.map((row) => row.key).sort()).toEqual(allowed.sort())
      const refusal = answers.find(({ caller }) => caller === other)?.answer as StackAnswer
      const { outcome, record, intents } = await proofOf(stack, refusal)
      expect([outcome, intents, record.result?.subgraphs, record.denied[0]]).toEqual(['refused', 0, [], act.coordinate])
    })

    test('row 29: a denied text is not fetched when an allowed one of the same words has just been', async () => {
      const text = `${people} # once`
      const [, allowed] = await countFetches(stack, () => stack.graphql('support-agent', text))
      const [, denied] = await countFetches(stack, () => stack.graphql('finance-agent', text))
      expect([allowed, denied]).toEqual([{ crm: 1 }, {}])
    })

    test('the ledger holds one chain after all this', async () => {
      expect((await stack.ledger.verify()).ok).toBe(true)
    })
  })
}
