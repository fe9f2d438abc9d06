/** The database or Redis goes away while the gateway runs: nothing is changed, nothing hangs, readiness says so, and it comes back by itself. */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type BreakableProxy, openProxy } from '../support/breakable-proxy.ts'
import { type ServerDatabase, serverDatabase } from '../support/e2e-database.ts'
import { noise } from '../support/noise.ts'
import { type GatewayProcess, type GraphQLAnswer, freePort, startGateway } from '../support/process.ts'
import { type RedisServer, startRedisServer } from '../support/redis-server.ts'

const openCase = 'mutation OpenCase($input: CreateCaseInput!) { createCase(input: $input) { case { id } replayed } }'
const readAccount = 'query ReadAccount { account(id: "acc-0001") { name } }'

function newCase() {
  const idempotencyKey = crypto.randomUUID()
  return { input: { idempotencyKey, accountId: 'acc-0001', subject: idempotencyKey, origin: 'WEB', reason: 'HOW_TO' } }
}

const codesOf = ({ body }: GraphQLAnswer) => (body.errors ?? []).map((error) => error.extensions['code'] as string)

async function timed<T>(work: Promise<T>): Promise<{ readonly ms: number; readonly value: T }> {
  const startedMs = performance.now()
  return { value: await work, ms: performance.now() - startedMs }
}

async function readiness({ url }: GatewayProcess) {
  const response = await fetch(`${url}/health/ready`)
  return { status: response.status, ...((await response.json()) as { parts: Record<string, string> }) }
}

/** Waits, without touching the gateway, until it says that it is well. */
async function recovered(gateway: GatewayProcess): Promise<void> {
  await vi.waitFor(async () => expect((await readiness(gateway)).status).toBe(200), {
    timeout: 15_000 * noise(),
    interval: 100,
  })
}

/** What stands first in the way when the database is gone, as far as the request came. */
const unavailable: readonly (string | undefined)[] = [
  'IDENTITY_UNAVAILABLE',
  'STOPS_UNAVAILABLE',
  'FLOW_UNAVAILABLE',
  'BUDGETS_UNAVAILABLE',
  'LEDGER_UNAVAILABLE',
]

/** A refusal that stands for something that is not back yet: the same act may be sent again. */
const passing: ReadonlySet<string> = new Set(['LIMITS_UNAVAILABLE', 'LEDGER_UNAVAILABLE', 'SYSTEM_UNAVAILABLE'])

/**
 * Sends an act as its refusals say, again and with the same key, until it is accepted. Readiness is the gateway's own: a system in a
 * process of its own finds its way back by itself, a moment earlier or later.
 */
async function actUntilAccepted(gateway: GatewayProcess, act: ReturnType<typeof newCase>): Promise<GraphQLAnswer> {
  return await vi.waitUntil(
    async () => {
      const answer = await gateway.graphql('support-agent', openCase, act)
      const codes = codesOf(answer)
      if (codes.length === 0) return answer
      for (const code of codes) expect(passing).toContain(code)
      return null
    },
    { timeout: 15_000 * noise(), interval: 100 },
  )
}

/** How many cases have this subject: 0 when a refused mutation did nothing. */
async function countOf(gateway: GatewayProcess, subject: string): Promise<number> {
  const { body } = await gateway.graphql(
    'support-agent',
    'query Count($id: ID!, $subject: String!) { account(id: $id) { cases(first: 100) { subject } } again: cases(filter: { subject: { eq: $subject } }) { totalCount } }',
    { id: 'acc-0001', subject },
  )
  return body.data?.['again'].totalCount as number
}

let database: ServerDatabase
let proxy: BreakableProxy
let redisPort: number
let redis: RedisServer
let gateway: GatewayProcess
beforeAll(async () => {
  database = await serverDatabase()
  proxy = await openProxy(database.url, 5432)
  redisPort = await freePort()
  redis = await startRedisServer(redisPort)
  gateway = await startGateway({ env: { DATABASE_URL: proxy.url, REDIS_URL: `redis://127.0.0.1:${redisPort}` } })
  await gateway.graphql('support-agent', readAccount)
})
afterEach(() => proxy.restore())
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await redis.kill()
  await proxy[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

describe('when PostgreSQL goes away', () => {
  describe.each([
    ['it has stopped', () => proxy.cut()],
    [
      'it no longer answers',
      () => {
        proxy.stall()
        return Promise.resolve()
      },
    ],
  ])('%s', (_title, takeAway) => {
    test('mutations and reads are refused in time, readiness is red, and all comes back', async () => {
      await takeAway()
      const act = newCase()
      const answers = await Promise.all([
        ...Array.from({ length: 5 }, () => timed(gateway.graphql('support-agent', openCase, act))),
        ...Array.from({ length: 5 }, () => timed(gateway.graphql('support-agent', readAccount))),
      ])
      for (const { value, ms } of answers) {
        expect(value.status).toBe(503)
        expect(unavailable).toContain(codesOf(value)[0])
        expect(value.body.data ?? null).toBeNull()
        expect(value.body.errors?.[0]?.extensions['next']).toMatch(/retry/iu)
        // One wait for the ledger before the act, or one for the fetch (10 s) and one for the outcome (3 s), and a little more.
        expect(ms).toBeLessThan(10_000 + 3_000 + 2_000 * noise())
      }
      const { ms, value } = await timed(readiness(gateway))
      expect(value).toMatchObject({ status: 503, parts: { database: 'not ready' } })
      expect(ms).toBeLessThan(1_500 * noise())
      expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200)

      await proxy.restore()
      await recovered(gateway)
      expect(await countOf(gateway, act.input.subject)).toBe(0)
      const repeated = await actUntilAccepted(gateway, act)
      expect(repeated.body).toMatchObject({ data: { createCase: { replayed: false } } })
      expect(await countOf(gateway, act.input.subject)).toBe(1)
    })
  })

  test('the refused requests are not in the way of the chain', async () => {
    const { code, stdout } = await gateway.mandate('audit', 'verify')
    expect({ code, whole: stdout.includes('is whole') }).toEqual({ code: 0, whole: true })
  })

  test('the log tells of it without the password or the statement', () => {
    expect(gateway.output()).toContain('The ledger could not be written.')
    expect(gateway.output()).not.toContain('postgres://')
    expect(gateway.output()).not.toMatch(/insert into mandate/iu)
  })
})

describe('when Redis goes away', () => {
  test('mutations are refused at once, reads go on, readiness is red, and all comes back', async () => {
    expect((await gateway.graphql('support-agent', openCase, newCase())).status).toBe(200)
    await redis.kill()
    const act = newCase()
    const refused = await timed(gateway.graphql('support-agent', openCase, act))
    expect({ status: refused.value.status, codes: codesOf(refused.value) }).toEqual({
      status: 503,
      codes: ['LIMITS_UNAVAILABLE'],
    })
    expect(refused.ms).toBeLessThan(2_000 * noise())
    const read = await timed(gateway.graphql('support-agent', readAccount))
    expect(read.value.body).toMatchObject({ data: { account: { name: 'Nordwind Logistics GmbH' } } })
    expect(read.ms).toBeLessThan(2_000 * noise())
    expect(await readiness(gateway)).toMatchObject({ status: 503, parts: { cache: 'not ready', database: 'ready' } })
    expect(await countOf(gateway, act.input.subject)).toBe(0)

    redis = await startRedisServer(redisPort)
    await recovered(gateway)
    // Not replayed: none of those that were refused did anything.
    expect((await actUntilAccepted(gateway, act)).body).toMatchObject({ data: { createCase: { replayed: false } } })
  })
})
