/**
 * Attacks by doing too much of what is allowed, row 52: bulk reads and floods of small acts within scope. They end at the budgets
 * that people set for this one agent, whatever page, alias, token or delegation they come by.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseKinds } from '../support/databases.ts'
import { countFetches, expectRefused } from '../support/proof.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { until } from '../support/until.ts'
import { actOnWorkforce } from '../support/workforce.ts'

const log = 'mutation Log($input: CreateActivityInput!) { createActivity(input: $input) { replayed } }'
const activity = (key: string) => ({
  idempotencyKey: key,
  type: 'TASK',
  subject: 'A call',
  priority: 'LOW',
  whatId: 'case-0002',
})
const page = (first: number, after: string | null = null) => ({
  query:
    'query Page($first: Int!, $after: String) { accounts(first: $first, after: $after) { nodes { id } pageInfo { endCursor } } }',
  variables: { first, after },
})

for (const kind of databaseKinds()) {
  describe(`on ${kind}`, () => {
    let stack: Stack
    beforeAll(async () => {
      stack = await startStack({ database: kind })
    })
    afterAll(() => stack[Symbol.asyncDispose]())

    /** A limit of one agent, set by a person; the gateway knows of it when this resolves. */
    async function limit(name: string, measure: string, most: number, more: object = {}): Promise<void> {
      const input = { agentId: `agent:${name}`, measure, per: 'MONTH', limit: most, ...more }
      expect((await actOnWorkforce(stack, 'omar.haddad', 'setAgentBudget', input)).codes).toEqual([])
      const known = async () =>
        JSON.stringify((await stack.graphql(name, '{ me { id } }')).extensions).includes(`${most},`)
      await until(known)
    }

    test('row 52: a bulk read within scope ends at the budget of entities, page by page and all at once', async () => {
      await limit('it-ops-agent', 'DISTINCT_ENTITIES', 12)
      const ask = (first: number, after: string | null = null) => {
        const { query, variables } = page(first, after)
        return stack.graphql('it-ops-agent', query, variables)
      }
      const whole = await ask(100)
      await expectRefused(stack, whole, 'BUDGET_EXCEEDED', 429)
      expect(whole.errors[0]?.extensions).toMatchObject({ subject: 'agent:it-ops-agent', measure: 'distinct-entities' })

      const first = await ask(10)
      expect(first.codes).toEqual([])
      const { endCursor } = first.data?.['accounts'].pageInfo as { endCursor: string }
      const [second, fetches] = await countFetches(stack, () => ask(10, endCursor))
      await expectRefused(stack, second, 'BUDGET_EXCEEDED', 429)
      expect(fetches).toEqual({})
      const aliased = 'query { a: accounts(first: 5) { nodes { id } } b: accounts(first: 5) { nodes { id } } }'
      expect((await stack.graphql('it-ops-agent', aliased)).codes).toEqual(['BUDGET_EXCEEDED'])
    })

    test('row 52: many small acts end at the budget of mutations, by aliases, new tokens and delegation alike', async () => {
      await limit('support-agent', 'MUTATIONS', 5)
      for (const n of [1, 2, 3]) {
        expect((await stack.graphql('support-agent', log, { input: activity(`small-${n}`) })).codes).toEqual([])
      }
      // Three in one document do not fit into two, and none of them is done.
      const three = `mutation Three($a: CreateActivityInput!, $b: CreateActivityInput!, $c: CreateActivityInput!) {
        a: createActivity(input: $a) { replayed } b: createActivity(input: $b) { replayed } c: createActivity(input: $c) { replayed }
      }`
      const inputs = { a: activity('small-4'), b: activity('small-5'), c: activity('small-6') }
      const [refused, fetches] = await countFetches(stack, () => stack.graphql('support-agent', three, inputs))
      await expectRefused(stack, refused, 'BUDGET_EXCEEDED', 429)
      expect(fetches).toEqual({})
      for (const n of [4, 5]) {
        const token = (await stack.app.mint?.('support-agent')) ?? ''
        expect((await stack.graphql(null, log, { input: activity(`small-${n}`) }, { token })).codes).toEqual([])
      }
      const token = (await stack.app.mint?.('support-agent')) ?? ''
      const last = await stack.graphql(null, log, { input: activity('small-6') }, { token })
      await expectRefused(stack, last, 'BUDGET_EXCEEDED', 429)
      expect(last.errors[0]?.extensions).toMatchObject({ limit: 5, used: 5, requested: 1 })
      expect(new Date(last.errors[0]?.extensions['resetsAt'] as string).getTime()).toBeGreaterThan(Date.now())
    })

    test('row 52: a breach of a limit that quarantines shuts the agent out until a person lets it in', async () => {
      await limit('sales-agent', 'MUTATIONS', 1, { quarantines: true })
      const note = (key: string) =>
        stack.graphql('sales-agent', log, { input: { ...activity(key), whatId: 'acc-0001' } })
      expect((await note('one')).codes).toEqual([])
      expect((await note('two')).codes).toEqual(['BUDGET_EXCEEDED'])
      const shut = await stack.graphql('sales-agent', '{ me { id } }')
      await expectRefused(stack, shut, 'AGENT_NOT_ACTIVE', 401)
      const read = await stack.graphql('omar.haddad', '{ agent(id: "agent:sales-agent") { status version } }')
      expect(read.data?.['agent']).toMatchObject({ status: 'QUARANTINED' })
    })
  })
}
