/**
 * PostgreSQL and Redis as servers that stop, and as servers that no longer answer: what changes something is refused with a
 * clear code, nothing waits longer than its limit, readiness turns red, and all comes back by itself.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type BreakableProxy, openProxy } from '../support/breakable-proxy.ts'
import { noise } from '../support/noise.ts'
import { countFetches, expectNothingLeaks } from '../support/proof.ts'
import { type Stack, type StackOptions, startStack } from '../support/stack.ts'
import { until } from '../support/until.ts'

const act = (key: string) =>
  `mutation { createActivity(input: { idempotencyKey: "${key}", type: CALL, subject: "${key}" }) { replayed } }`
const name = '{ account(id: "acc-0001") { name } }'

const impatient: StackOptions['settings'] = (config) => ({
  ...config,
  timeouts: { ...config.timeouts, ledgerMs: 1_000, fetchMs: 1_000, requestMs: 5_000 },
})

const servers = [
  {
    server: 'PostgreSQL',
    variable: 'DATABASE_URL',
    port: 5432,
    part: 'database',
    options: { database: 'postgres' },
    // What the agent has read is looked up before the ledger is written.
    whileAway: { read: 503, act: ['FLOW_UNAVAILABLE'] },
  },
  {
    server: 'Redis',
    variable: 'REDIS_URL',
    port: 6379,
    part: 'cache',
    options: { cache: 'redis' },
    whileAway: { read: 200, act: ['LIMITS_UNAVAILABLE'] },
  },
] as const

for (const { server, variable, port, part, options, whileAway } of servers) {
  describe.skipIf(process.env[variable] === undefined)(server, () => {
    const address = process.env[variable] ?? ''
    let line: BreakableProxy
    let stack: Stack
    beforeAll(async () => {
      line = await openProxy(address, port)
      // The stack's helpers read the address when they open the database or the cache.
      process.env[variable] = line.url
      stack = await startStack({ ...options, settings: impatient })
    })
    afterAll(async () => {
      await line.restore()
      await stack[Symbol.asyncDispose]()
      await line[Symbol.asyncDispose]()
      process.env[variable] = address
    })
    const ready = () => stack.app.server.inject({ url: '/health/ready' })
    beforeEach(async () => {
      await line.restore()
      await until(async () => (await ready()).statusCode === 200, 15_000)
    })

    test.each([
      ['has stopped', 'cut'],
      ['no longer answers', 'stall'],
    ] as const)('%s', async (how, breakLine) => {
      const key = `${server} ${how}`
      expect((await stack.graphql('support-agent', name)).status).toBe(200)
      await Promise.resolve(line[breakLine]())
      const startedMs = performance.now()
      const [refused, fetches] = await countFetches(stack, () => stack.graphql('support-agent', act(key)))
      expect([refused.status, refused.codes, fetches], refused.text).toEqual([503, whileAway.act, {}])
      const read = await stack.graphql('support-agent', name)
      expect(read.status, read.text).toBe(whileAway.read)
      expect(performance.now() - startedMs).toBeLessThan(10_000 * noise())
      for (const answer of [refused, read]) expectNothingLeaks(answer)
      const red = await ready()
      expect([red.statusCode, red.json<{ parts: Record<string, string> }>().parts[part]]).toEqual([503, 'not ready'])

      await line.restore()
      await until(async () => (await ready()).statusCode === 200, 15_000)
      await until(async () => (await stack.graphql('support-agent', act(key))).status === 200, 15_000)
      const rows = stack.database.kysely.selectFrom('crm.activities').select('id').where('subject', '=', key)
      expect(await rows.execute()).toHaveLength(1)
      expect((await stack.ledger.verify()).ok).toBe(true)
    })
  })
}
