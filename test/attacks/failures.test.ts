/** Rows 36 and 39: parts fail, and the door stays shut; what they say when they fail stays inside. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Cache } from '../../storage/cache.ts'
import { type BreakableDatabase, createBreakableDatabase, everything } from '../support/breakable-database.ts'
import { countFetches, expectAnswered, expectNothingLeaks, proofOf } from '../support/proof.ts'
import { repository } from '../support/process.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { until } from '../support/until.ts'

const name = '{ account(id: "acc-0001") { name } }'
const act = (key: string) =>
  `mutation { createActivity(input: { idempotencyKey: "${key}", type: CALL, subject: "${key}" }) { replayed } }`
const readiness = async (stack: Stack) => {
  const { statusCode, body } = await stack.app.server.inject({ url: '/health/ready' })
  return { status: statusCode, parts: (JSON.parse(body) as { parts: Record<string, string> }).parts, text: body }
}

describe('the database and the cache', () => {
  let line: BreakableDatabase
  let away = false
  let stack: Stack
  beforeAll(async () => {
    line = createBreakableDatabase()
    stack = await startStack({
      wrapDatabase: line.wrap,
      wrapCache: (cache) => breakable(cache, () => away),
      settings: (config) => ({ ...config, timeouts: { ...config.timeouts, ledgerMs: 500 } }),
    })
  })
  afterAll(() => stack[Symbol.asyncDispose]())
  beforeEach(async () => {
    line.fail(null)
    await until(async () => (await readiness(stack)).status === 200)
  })

  test('row 36: a system whose database is away is named, and nothing else: no host, no user, no stack', async () => {
    line.fail((statement) => statement.includes('"crm".'))
    const answer = await stack.graphql('support-agent', `{ account(id: "acc-0001") { name } me { id } }`)
    expect([answer.status, answer.codes]).toEqual([200, ['SYSTEM_UNAVAILABLE']])
    expect(answer.errors[0]?.message).toBe('The system `crm` failed to answer.')
    expect(answer.data).toEqual({ account: null, me: { id: 'agent:support-agent' } })
    expect((await proofOf(stack, answer)).outcome).toBe('answered-with-errors')
    // Who runs the gateway finds the cause under the request's id.
    const logged = stack.logged.filter((line) => line.includes(answer.requestId)).join('')
    expect(logged).toContain('ECONNREFUSED')
  })

  test('row 39: the database is away: nothing is done, nothing is told, readiness is red, and it comes back', async () => {
    line.fail(everything)
    for (const [query, code] of [
      [act('r39-a'), 'FLOW_UNAVAILABLE'],
      [name, 'LEDGER_UNAVAILABLE'],
    ] as const) {
      const startedMs = performance.now()
      const answer = await stack.graphql('support-agent', query)
      expect([answer.status, answer.codes, answer.data], answer.text).toEqual([503, [code], undefined])
      expect(performance.now() - startedMs).toBeLessThan(3_000)
      expectNothingLeaks(answer)
    }
    const red = await readiness(stack)
    expect(red).toMatchObject({ status: 503, parts: { database: 'not ready', ledger: 'not ready', policies: 'ready' } })
    expectNothingLeaks({ text: red.text, headers: {} })
    line.fail(null)
    await until(async () => (await readiness(stack)).status === 200)
    await expectAnswered(stack, await stack.graphql('support-agent', name))
    const rows = stack.database.kysely.selectFrom('crm.activities').select('id').where('subject', '=', 'r39-a')
    expect(await rows.execute()).toEqual([])
  })

  test('row 39: the shared limits are away: reads go on under the gateway’s own, mutations are refused', async () => {
    away = true
    await expectAnswered(stack, await stack.graphql('support-agent', name))
    const [refused, fetches] = await countFetches(stack, () => stack.graphql('support-agent', act('r39-b')))
    expect([refused.status, refused.codes, fetches]).toEqual([503, ['LIMITS_UNAVAILABLE'], {}])
    expect((await proofOf(stack, refused)).outcome).toBe('refused')
    expect(await readiness(stack)).toMatchObject({ status: 503, parts: { cache: 'not ready', database: 'ready' } })
    away = false
    expect((await stack.graphql('support-agent', act('r39-b'))).data).toEqual({ createActivity: { replayed: false } })
    expect((await readiness(stack)).status).toBe(200)
  })
})

/** A cache whose commands fail while `isAway` says so. */
function breakable(cache: Cache, isAway: () => boolean): Cache {
  const guarded =
    <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) =>
    (...args: Args) =>
      isAway() ? Promise.reject(new Error('connect ECONNREFUSED redis.corp:6379')) : call(...args)
  return {
    ...cache,
    ping: guarded((timeoutMs?: number) => cache.ping(timeoutMs)),
    rateLimiter: (...args) => {
      const limiter = cache.rateLimiter(...args)
      return { take: guarded(limiter.take.bind(limiter)), giveBack: guarded(limiter.giveBack.bind(limiter)) }
    },
  }
}

describe('the policies', () => {
  let folder: string
  let file: string
  let stack: Stack
  let original: string
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mandate-policies-'))
    await cp(path.join(repository, 'policies'), path.join(folder, 'policies'), { recursive: true })
    file = path.join(folder, 'policies', 'crm.ts')
    original = await readFile(file, 'utf8')
    await writeFile(file, withRules(original, failingRules))
    stack = await startStack({
      policiesFolder: path.join(folder, 'policies'),
      settings: (config) => ({ ...config, policies: { ...config.policies, watch: true } }),
    })
  })
  afterAll(async () => {
    await stack[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const failingRules = `
    website: recordWhere('a rule that throws', ['website'], ({ website }) => { throw new Error('secret: ' + website) }),
    phone: recordWhere('a rule that never answers', ['phone'], ({ phone }) => new Promise(() => phone)),
    industry: recordWhere('a rule that answers no yes', ['industry'], ({ industry }) => industry as never),
    currency: recordWhere('a rule that throws at once', ['currency'], () => { throw new Error('secret') }),`
  const withRules = (text: string, rules: string) =>
    text.replace("    annualRevenue: any(write, ownRecord('ownerId')),", (line) => `${line}${rules}`)
  const revisions = async (outcome: string) => {
    const { body } = await stack.app.server.inject({ url: '/metrics' })
    return Number(new RegExp(`mandate_policy_revisions_total\\{outcome="${outcome}"\\} (\\d+)`).exec(body)?.[1] ?? 0)
  }

  test.each([
    ['website', 'RECORD_DENIED', 'answered-with-errors'],
    ['phone', 'RECORD_DENIED', 'answered-with-errors'],
    ['industry', 'RECORD_DENIED', 'answered-with-errors'],
    // It does not look at the record, so it fails in the gateway, before anything is fetched.
    ['currency', 'POLICY_DENIED', 'refused'],
  ])('row 39: a rule that fails denies (`%s`)', async (field, code, expected) => {
    const startedMs = performance.now()
    const answer = await stack.graphql('support-agent', `{ account(id: "acc-0001") { name ${field} } }`)
    expect(performance.now() - startedMs).toBeLessThan(3_000)
    expect(answer.codes).toEqual([code])
    expect(answer.text).not.toContain('secret')
    const { outcome, record } = await proofOf(stack, answer)
    expect([outcome, record.denied]).toEqual([expected, [`Account.${field}`]])
  })

  test('row 39: a broken edit is refused loudly and the old rules stay; a good one holds from the next request on', async () => {
    const before = (await proofOf(stack, await stack.graphql('support-agent', name))).record.policyRevision
    await writeFile(file, original.replace('account: ', 'acount: ').replace("'*': read,", "'*': undefined,"))
    await until(async () => (await revisions('refused')) === 1)
    const kept = await proofOf(stack, await stack.graphql('support-agent', name))
    expect([kept.outcome, kept.record.policyRevision]).toEqual(['answered', before])
    const complaint = stack.logged.find((line) => line.includes('are refused'))
    expect(complaint).toContain('policies/crm.ts')

    await writeFile(file, withRules(original, '\n    name: contact,'))
    await until(async () => (await revisions('compiled')) === 2)
    const denied = await stack.graphql('finance-agent', name)
    expect(denied.codes).toEqual(['POLICY_DENIED'])
    const { record } = await proofOf(stack, denied)
    expect(record.denied).toEqual(['Account.name'])
    expect(record.policyRevision).not.toBe(before)
  })
})
