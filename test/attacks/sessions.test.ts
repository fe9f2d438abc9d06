/** Rows 43 to 45 and 49 over the whole stack: keys that go away, agents that are shut out, tokens by the dozen. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeJwt } from 'jose'
import { realWorld } from '../../lib/world.ts'
import { cacheKinds } from '../support/caches.ts'
import { databaseKinds } from '../support/databases.ts'
import { makeSigningKey } from '../support/identity.ts'
import { type OwnIssuer, startOwnIssuer } from '../support/own-issuer.ts'
import { countFetches, expectAnswered, expectRefused } from '../support/proof.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { until } from '../support/until.ts'

const me = '{ me { id } }'
const mintOf = (stack: Stack) => stack.app.mint as NonNullable<typeof stack.app.mint>
const minute = 60_000

describe('row 43: the keys of an issuer', () => {
  let aheadMs = 0
  let issuer: OwnIssuer
  let stack: Stack
  beforeAll(async () => {
    const world = { ...realWorld, now: () => new Date(Date.now() + aheadMs) }
    issuer = await startOwnIssuer(world)
    stack = await startStack({ world, settings: issuer.settings })
  })
  afterAll(async () => {
    await stack[Symbol.asyncDispose]()
    await issuer[Symbol.asyncDispose]()
  })
  const token = () => issuer.token('agent:support-agent', ['support-agent'], ['crm:read'])
  const ask = async (bearer: string) => stack.graphql(null, me, {}, { token: bearer })

  test('row 43: a hundred unknown keys cost the issuer one question at most', async () => {
    await expectAnswered(stack, await ask(await token()))
    const before = issuer.asked()
    const stranger = await makeSigningKey()
    const flood = await Promise.all(
      Array.from({ length: 100 }, async (_, turn) =>
        ask(await issuer.forge.token({ key: stranger, header: { kid: `unknown-${turn}` } })),
      ),
    )
    expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([401]))
    expect(issuer.asked() - before).toBeLessThanOrEqual(1)
    const record = await expectRefused(stack, flood[0] as Awaited<ReturnType<typeof ask>>, 'UNAUTHENTICATED', 401)
    expect(record.result?.reason).toContain('key-unknown')
    expect(record.caller).toBeNull()
  })

  test('row 44: a token that is bound to a key is not taken as a bearer token', async () => {
    const cnf = { jkt: 'x'.repeat(43) }
    const answer = await ask(await issuer.token('agent:support-agent', ['support-agent'], ['crm:read'], { cnf }))
    const record = await expectRefused(stack, answer, 'UNAUTHENTICATED', 401)
    expect(record.result?.reason).toContain('token-bound')
  })

  test('row 43: a new key is learned, a withdrawn one is forgotten', async () => {
    const [old] = issuer.forge.keys
    const next = await makeSigningKey()
    issuer.forge.keys = [next]
    aheadMs += minute
    await expectAnswered(stack, await ask(await token()))
    aheadMs += 11 * minute
    const withdrawn = await issuer.forge.token({ key: old as NonNullable<typeof old> })
    await expectRefused(stack, await ask(withdrawn), 'UNAUTHENTICATED', 401)
  })

  test('row 43: while the issuer is down, known keys serve for a bounded time; then the gateway says that it cannot tell', async () => {
    issuer.stop()
    aheadMs += 30 * minute
    await expectAnswered(stack, await ask(await token()))
    aheadMs += 60 * minute
    const answer = await ask(await token())
    const record = await expectRefused(stack, answer, 'IDENTITY_UNAVAILABLE', 503)
    expect(record.result?.reason).toContain('keys-unavailable')
    expect(answer.text).not.toContain('127.0.0.1')
    // Who comes with a token of another issuer is not held up.
    await expectAnswered(stack, await ask(await mintOf(stack)('support-agent')))
  })
})

for (const [index, database] of databaseKinds().entries()) {
  const cache = cacheKinds()[index] ?? 'memory'

  describe(`on ${database} and ${cache}`, () => {
    let stack: Stack
    beforeAll(async () => {
      const settings: Parameters<typeof startStack>[0] = {
        database,
        cache,
        settings: (config) => ({ ...config, limits: { ...config.limits, costPerMinute: 400 } }),
      }
      stack = await startStack(settings)
    })
    afterAll(() => stack[Symbol.asyncDispose]())

    const revoke = (input: object) =>
      stack.graphql('omar.haddad', 'mutation ($input: RevokeInput!) { revoke(input: $input) { revocation { id } } }', {
        input,
      })

    test('row 45: one token is shut out, and the agent goes on with another', async () => {
      const [bad, good] = [await mintOf(stack)('it-ops-agent'), await mintOf(stack)('it-ops-agent')]
      await expectAnswered(stack, await stack.graphql(null, me, {}, { token: bad }))
      const revoked = await revoke({ idempotencyKey: 'r45-1', tokenId: decodeJwt(bad).jti, reason: 'leaked' })
      expect(revoked.errors).toEqual([])
      const startedMs = performance.now()
      await until(async () => (await stack.graphql(null, me, {}, { token: bad })).status === 401)
      expect(performance.now() - startedMs).toBeLessThan(3_000)
      const record = await expectRefused(
        stack,
        await stack.graphql(null, me, {}, { token: bad }),
        'IDENTITY_REVOKED',
        401,
      )
      expect(record.result?.reason).toContain('token-revoked')
      await expectAnswered(stack, await stack.graphql(null, me, {}, { token: good }))
    })

    test('row 45: an agent is shut out in the middle of its work, with every token it has or gets', async () => {
      const held = await mintOf(stack)('it-ops-agent')
      const work = '{ incidents(first: 1) { totalCount } }'
      await expectAnswered(stack, await stack.graphql(null, work, {}, { token: held }))
      expect(
        (await revoke({ idempotencyKey: 'r45-2', principal: 'agent:it-ops-agent', reason: 'runs wild' })).errors,
      ).toEqual([])
      await until(async () => (await stack.graphql(null, work, {}, { token: held })).status === 401)
      for (const token of [held, await mintOf(stack)('it-ops-agent')]) {
        const [answer, fetches] = await countFetches(stack, () => stack.graphql(null, work, {}, { token }))
        await expectRefused(stack, answer, 'IDENTITY_REVOKED', 401)
        expect(fetches).toEqual({})
      }
      await expectAnswered(stack, await stack.graphql('support-agent', me))
    })

    test('row 49: many tokens, aliases and small operations of one agent draw on one account; that of another is untouched', async () => {
      const tokens = await Promise.all(Array.from({ length: 8 }, () => mintOf(stack)('finance-agent')))
      const texts = [
        '{ accounts(first: 20) { nodes { id } } }',
        '{ a: accounts(first: 10) { nodes { id } } b: accounts(first: 10) { nodes { id } } }',
      ]
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, turn) =>
          stack.graphql(null, texts[turn % 2] ?? '', {}, { token: tokens[turn % 8] ?? '' }),
        ),
      )
      const passed = answers.filter(({ status }) => status === 200).length
      // 21 or 22 units each, of 400.
      expect(passed).toBeGreaterThanOrEqual(17)
      expect(passed).toBeLessThanOrEqual(19)
      const refused = answers.find(({ status }) => status === 429) as (typeof answers)[number]
      const record = await expectRefused(stack, refused, 'RATE_LIMITED', 429)
      expect(record.caller?.id).toBe('agent:finance-agent')
      const seconds = Number(refused.headers['retry-after'])
      expect(seconds).toBeGreaterThan(0)
      expect(seconds).toBeLessThanOrEqual(60)
      expect(refused.errors[0]?.extensions).toMatchObject({ retryAfterSeconds: seconds, limit: 400 })
      await expectAnswered(stack, await stack.graphql('sales-agent', texts[0] ?? ''))
    })
  })
}
