/** Two gateways on one PostgreSQL and one Redis: what one learns the other knows, what one counts the other has counted. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ServerDatabase, serverDatabase } from '../support/e2e-database.ts'
import { mixedOperation, startLoad } from '../support/load.ts'
import { noise } from '../support/noise.ts'
import { type GatewayProcess, freePort, post, startGateway } from '../support/process.ts'
import { type RedisServer, startRedisServer } from '../support/redis-server.ts'

const costPerMinute = 3_000
const readAccount = 'query ReadAccount { account(id: "acc-0001") { name } }'

let database: ServerDatabase
let redis: RedisServer
let first: GatewayProcess
let second: GatewayProcess
beforeAll(async () => {
  const [port, redisPort] = [await freePort(), await freePort()]
  // An empty one: whichever gateway comes first makes the demo company, once for both.
  database = await serverDatabase('none')
  redis = await startRedisServer(redisPort)
  const issuer = `http://localhost:${port}`
  const env = { DATABASE_URL: database.url, REDIS_URL: `redis://127.0.0.1:${redisPort}` }
  const limits = `limits: { costPerMinute: ${costPerMinute} }`
  first = await startGateway({ env, port, settings: limits })
  // The second trusts the first's issuer, as both would trust the company's: one token is good for both.
  second = await startGateway({
    env,
    folder: first.folder,
    settings: `${limits}
identity:
  developmentIssuer: false
  audience: ${issuer}/graphql
  issuers: [{ issuer: '${issuer}', jwksUri: '${issuer}/.well-known/jwks.json', algorithms: [ES256] }]
`,
  })
})
afterAll(async () => {
  await second.stop()
  await first[Symbol.asyncDispose]()
  await redis.kill()
  await database[Symbol.asyncDispose]()
})

const ask = (gateway: GatewayProcess, token: string, query: string, variables: object = {}) =>
  post(`${gateway.url}/graphql`, { query, variables }, { authorization: `Bearer ${token}` })
const codeOf = async (gateway: GatewayProcess, token: string) =>
  ((await ask(gateway, token, readAccount)).body.errors?.[0]?.extensions['code'] ?? 'OK') as string

test('one token is good at both', async () => {
  const token = await first.token('it-ops-agent')
  expect(await Promise.all([codeOf(first, token), codeOf(second, token)])).toEqual(['OK', 'OK'])
})

test('an identity revoked at one is refused at the other within a second', async () => {
  const token = await first.token('sales-agent')
  expect(await codeOf(second, token)).toBe('OK')
  const revoke = 'mutation Revoke($input: RevokeInput!) { revoke(input: $input) { revocation { revokedBy } } }'
  const input = { idempotencyKey: crypto.randomUUID(), principal: 'agent:sales-agent', reason: 'It misbehaves.' }
  const answer = await ask(first, await first.token('omar.haddad'), revoke, { input })
  expect(answer.body).toEqual({ data: { revoke: { revocation: { revokedBy: 'person:omar.haddad' } } } })
  const startedMs = performance.now()
  await vi.waitFor(async () => expect(await codeOf(second, token)).toBe('IDENTITY_REVOKED'), {
    timeout: 10_000 * noise(),
    interval: 10,
  })
  expect(performance.now() - startedMs).toBeLessThan(1_000 * noise())
  expect(await codeOf(first, token)).toBe('IDENTITY_REVOKED')
})

test('an agent suspended at one is refused at the other, and its old token for good', async () => {
  const token = await first.token('order-agent')
  expect(await codeOf(second, token)).toBe('OK')
  const security = await first.token('omar.haddad')
  const agent = { agentId: 'agent:order-agent' }
  const suspend = 'mutation Suspend($input: SuspendAgentInput!) { suspendAgent(input: $input) { agent { version } } }'
  const stop = { ...agent, idempotencyKey: crypto.randomUUID(), expectedVersion: 1, reason: 'It misbehaves.' }
  expect((await ask(first, security, suspend, { input: stop })).body.errors).toBeUndefined()
  await vi.waitFor(async () => expect(await codeOf(second, token)).toBe('AGENT_NOT_ACTIVE'), { timeout: 10_000 })
  const resume = 'mutation Resume($input: ResumeAgentInput!) { resumeAgent(input: $input) { agent { version } } }'
  const again = { ...agent, idempotencyKey: crypto.randomUUID(), expectedVersion: 2 }
  expect((await ask(second, security, resume, { input: again })).body.errors).toBeUndefined()
  await vi.waitFor(async () => expect(await codeOf(first, token)).toBe('IDENTITY_REVOKED'), { timeout: 10_000 })
})

test('a principal has one allowance for both', async () => {
  const token = await first.token('finance-agent')
  // 100 accounts and, for each, 10 invoices and the connection around them.
  const dear = 'query Dear { accounts(first: 40) { nodes { name invoices(first: 10) { number } } } }'
  let answered = 0
  let code: unknown = null
  for (let turn = 0; code === null && turn < 50; turn += 1) {
    const answer = await ask(turn % 2 === 0 ? first : second, token, dear)
    code = answer.body.errors?.[0]?.extensions['code'] ?? null
    if (code === null) answered += 1
  }
  expect(code).toBe('RATE_LIMITED')
  // One of about 441 units: six of them fit into the allowance, and would fit twice if each gateway counted alone.
  expect(answered).toBeGreaterThanOrEqual(3)
  expect(answered).toBeLessThanOrEqual(7)
  for (const gateway of [first, second]) {
    const { status, body, headers } = await ask(gateway, token, dear)
    expect({ status, code: body.errors?.[0]?.extensions['code'] }).toEqual({ status: 429, code: 'RATE_LIMITED' })
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  }
})

test('the ledger is one chain with both writing', async () => {
  const token = await first.token('support-agent')
  const loads = [first, second].map(({ url }) => startLoad({ url, token, callers: 4, operation: mixedOperation }))
  await Promise.all(loads.map((load) => load.reached(60)))
  await Promise.all(loads.map((load) => load.stop()))
  const { code, stdout } = await first.mandate('audit', 'verify', '--json')
  expect({ code, result: JSON.parse(stdout) as object }).toMatchObject({
    code: 0,
    result: { ok: true, break: null, openIntents: [] },
  })
  const trail = await second.mandate('audit', 'trail', 'support-agent', '--limit', '1000', '--json')
  const recorded = new Set(
    (JSON.parse(trail.stdout) as { records: { requestId: string }[] }).records.map(({ requestId }) => requestId),
  )
  for (const load of loads) for (const { requestId } of load.answered.values()) expect(recorded).toContain(requestId)
})
