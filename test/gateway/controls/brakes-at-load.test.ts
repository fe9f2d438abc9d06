/** What must hold whatever the load: a budget is spent exactly, and a stop is obeyed by every gateway, while hundreds of requests run. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseKinds } from '../../support/databases.ts'
import { noise } from '../../support/noise.ts'
import { type TwoStacks, policiesWithRoles, startTwoStacks } from '../../support/two-stacks.ts'
import { until } from '../../support/until.ts'

const me = '{ me { id } }'
const engage = `mutation ($input: EngageStopInput!) { engageStop(input: $input) { stop { id version engagedAt } } }`
const figures = `query ($id: ID!) { stops(ids: [$id]) { nodes {
  engagedAt reports { lastBeganAt } timeToStop { gateways obeying obeyedAfterMs lastBeganAfterMs }
} } }`

for (const kind of databaseKinds()) {
  describe(`two gateways on ${kind}`, () => {
    let policies: Awaited<ReturnType<typeof policiesWithRoles>>
    let stacks: TwoStacks
    beforeAll(async () => {
      policies = await policiesWithRoles({
        'support-agent': { budgets: [{ measure: 'cost', per: 'month', limit: 100 }] },
        'sales-agent': { sharedBudgets: [{ measure: 'cost', per: 'month', limit: 40 }] },
      })
      stacks = await startTwoStacks(kind, { policiesFolder: policies.folder })
    })
    afterAll(async () => {
      await stacks[Symbol.asyncDispose]()
      await policies[Symbol.asyncDispose]()
    })

    test('a thousand requests at once spend a budget of a hundred exactly', { timeout: 120_000 }, async () => {
      const both = [stacks.first, stacks.second]
      await Promise.all(both.map((stack) => stack.graphql('it-ops-agent', me)))
      const answers = await Promise.all(
        Array.from({ length: 1_000 }, (_, turn) => both[turn % 2]!.graphql('support-agent', me)),
      )
      const codes = Map.groupBy(answers, ({ codes: [code = 'answered'] }) => code)
      expect([...codes].map(([code, of]) => [code, of.length]).toSorted()).toEqual([
        ['BUDGET_EXCEEDED', 900],
        ['answered', 100],
      ])
      const { rows } = await countersOf(stacks)
      expect(rows).toEqual([{ counter: 'agent:support-agent cost month', used: '100' }])
    })

    test('all holders of a role share what is shared, whichever gateway they ask', async () => {
      const both = [stacks.first, stacks.second]
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, turn) => both[turn % 2]!.graphql('sales-agent', me)),
      )
      expect(answers.filter(({ codes }) => codes.length === 0)).toHaveLength(40)
    })

    test('a stop under load is obeyed by both, and how long it took is told', { timeout: 120_000 }, async () => {
      const both = [stacks.first, stacks.second]
      const begun: { at: number; done: number; code: string | null }[] = []
      let loading = true
      const load = both.flatMap((stack) =>
        Array.from({ length: 16 }, async () => {
          while (loading) {
            const at = Date.now()
            const { codes } = await stack.graphql('finance-agent', me)
            begun.push({ at, done: Date.now(), code: codes[0] ?? null })
          }
        }),
      )
      try {
        await until(() => begun.length > 100)
        const input = {
          idempotencyKey: 'at-load',
          scope: 'ROLE',
          target: 'finance-agent',
          mode: 'BLOCK_NEW',
          reason: 'A drill',
        }
        const { data } = await stacks.first.graphql('omar.haddad', engage, { input })
        const { id, engagedAt } = data!['engageStop'].stop
        const read = async () =>
          (await stacks.second.graphql('nina.vogt', figures, { id })).data!['stops'].nodes[0].timeToStop
        await until(async () => (await read()).obeying === 2)
        const stop = (await read()) as { obeyedAfterMs: number; lastBeganAfterMs: number | null }
        // From here on nothing begins on either of them.
        const seen = begun.length
        await until(() => begun.length > seen + 100)
        const since = Date.parse(engagedAt)
        const obeyedAt = since + stop.obeyedAfterMs
        const late = begun.filter(({ at, code }) => at > obeyedAt && code === null)
        const last = Math.max(0, ...begun.filter(({ code }) => code === null).map(({ at }) => at - since))
        process.stdout.write(
          `time to stop on ${kind}: both obeyed after ${stop.obeyedAfterMs} ms, the last operation in scope began after ` +
            `${stop.lastBeganAfterMs ?? 0} ms (${last} ms as its caller saw it), of ${begun.length} at ${load.length} callers\n`,
        )
        expect(late).toEqual([])
        expect(stop).toMatchObject({ gateways: 2, obeying: 2 })
        expect(stop.lastBeganAfterMs ?? 0).toBeLessThanOrEqual(stop.obeyedAfterMs)
        expect(stop.obeyedAfterMs).toBeLessThan(1_000 * noise())
        expect(new Set(begun.slice(seen + 64).map(({ code }) => code))).toEqual(new Set(['STOPPED']))
      } finally {
        loading = false
        await Promise.all(load)
      }
    })
  })
}

async function countersOf({ database }: TwoStacks) {
  const rows = await database.kysely
    .selectFrom('mandate.budget_counters')
    .select(['counter', 'used'])
    .where('counter', 'like', 'agent:%')
    .execute()
  return { rows }
}
