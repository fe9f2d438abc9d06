/** Attacks on identity (rows 41 and 43 to 45): headers that lie, an issuer that is gone, tokens bound to a key, a revoked agent. */
import { describe, expect, test } from 'vitest'
import { createKillList } from '../../gateway/identity/kill-list.ts'
import { cacheKinds, createCache } from '../support/caches.ts'
import {
  createFakeIssuer,
  createGate,
  createMemoryRevocations,
  createTestWorld,
  makeSigningKey,
  verdictOf,
  type TokenParts,
} from '../support/identity.ts'

async function setUp() {
  const world = createTestWorld()
  const issuer = await createFakeIssuer(world)
  const gate = createGate(world, issuer)
  return { world, issuer, ...gate }
}

/** What becomes of a token that is good but for these parts. */
async function verdictFor(parts: TokenParts): Promise<string> {
  const { issuer, withToken } = await setUp()
  return await verdictOf(withToken(await issuer.token(parts)))
}

describe('row 41: identity headers', () => {
  test('headers that name an agent, a role or a scope change nothing', async () => {
    const { issuer, enter } = await setUp()
    const token = await issuer.token({ claims: { scope: 'crm:read' } })
    const plain = await enter(['Authorization', `Bearer ${token}`])
    const smuggled = [
      'x-agent-id',
      'X_Agent_Id',
      'x-forwarded-user',
      'x-roles',
      'x-scopes',
      'X-Mandate-Caller',
      'Mandate_Purpose',
    ]
    const caller = await enter([
      ...smuggled.flatMap((name) => [name, 'agent:admin']),
      'Authorization',
      `Bearer ${token}`,
      ...smuggled.flatMap((name) => [name, 'crm:write']),
      'Connection',
      'x-agent-id, authorization',
    ])
    expect(caller).toEqual(plain)
    expect(caller).toMatchObject({ id: 'agent:support-agent', scopes: ['crm:read'], purpose: null })
  })

  test('without a token, they are worth nothing', async () => {
    const { enter } = await setUp()
    expect(await verdictOf(enter(['x-agent-id', 'agent:support-agent']))).toBe('UNAUTHENTICATED token-missing')
  })

  test('two Authorization headers are refused, in any spelling, even when both are good', async () => {
    const { issuer, enter } = await setUp()
    const value = `Bearer ${await issuer.token()}`
    expect(await verdictOf(enter(['Authorization', value, 'authorization', value]))).toBe(
      'UNAUTHENTICATED header-repeated',
    )
  })

  test('two purposes are refused', async () => {
    const { issuer, enter } = await setUp()
    const headers = ['Authorization', `Bearer ${await issuer.token()}`, 'mandate-purpose', 'incident']
    expect(await verdictOf(enter([...headers, 'Mandate-Purpose', 'incident']))).toBe(
      'PURPOSE_NOT_ALLOWED purpose-repeated',
    )
    expect(await verdictOf(enter([...headers.slice(0, 3), 'incident, customer-support']))).toBe(
      'PURPOSE_NOT_ALLOWED purpose-not-allowed',
    )
  })

  test.each([
    ['another scheme', 'Basic YTpi'],
    ['no token', 'Bearer '],
    ['two tokens in one header', 'Bearer a.b.c, Bearer a.b.c'],
    ['a line break', 'Bearer a.b.c\r\nx-agent-id: admin'],
    ['a NUL', 'Bearer a.b.c\0'],
  ])('an Authorization header with %s is refused', async (_, value) => {
    const { enter } = await setUp()
    expect(await verdictOf(enter(['Authorization', value]))).toBe('UNAUTHENTICATED header-malformed')
  })

  test('a token in the address is refused, beside a good header too', async () => {
    const { issuer, enter } = await setUp()
    const token = await issuer.token()
    expect(await verdictOf(enter(['Authorization', `Bearer ${token}`], `/graphql?access_token=${token}`))).toBe(
      'UNAUTHENTICATED token-in-query',
    )
    expect(await verdictOf(enter([], '/graphql?a=b&access%5Ftoken=x'))).toBe('UNAUTHENTICATED token-in-query')
  })
})

describe('row 43: the keys of an issuer', () => {
  test('outage: known keys serve for the cache and stale time, then the gate says that it cannot tell', async () => {
    const { world, issuer, withToken } = await setUp()
    expect(await verdictOf(withToken(await issuer.token()))).toBe('accepted')
    issuer.down = true
    world.advance(69 * 60_000)
    expect(await verdictOf(withToken(await issuer.token()))).toBe('accepted')
    world.advance(2 * 60_000)
    expect(await verdictOf(withToken(await issuer.token()))).toBe('IDENTITY_UNAVAILABLE keys-unavailable')
    issuer.down = false
    world.advance(5_000)
    expect(await verdictOf(withToken(await issuer.token()))).toBe('accepted')
  })

  test('rotation: a new key is fetched once for all who come with it', async () => {
    const { world, issuer, withToken } = await setUp()
    await withToken(await issuer.token())
    world.advance(31_000)
    issuer.keys.unshift(await makeSigningKey())
    const tokens = await Promise.all(Array.from({ length: 20 }, () => issuer.token()))
    const verdicts = await Promise.all(tokens.map((token) => verdictOf(withToken(token))))
    expect(new Set(verdicts)).toEqual(new Set(['accepted']))
    expect(issuer.fetches).toBe(2)
  })

  test('withdrawal: a key that the issuer no longer shows is refused after the cache time', async () => {
    const { world, issuer, withToken } = await setUp()
    const [withdrawn] = issuer.keys
    if (withdrawn === undefined) throw new Error('no key')
    await withToken(await issuer.token())
    issuer.keys = [await makeSigningKey()]
    world.advance(10 * 60_000 + 1)
    expect(await verdictOf(withToken(await issuer.token({ key: withdrawn })))).toBe('UNAUTHENTICATED key-unknown')
    expect(await verdictOf(withToken(await issuer.token()))).toBe('accepted')
  })

  test('unknown-kid flood: 500 made-up keys cost the issuer no fetch within 30 seconds, and one after', async () => {
    const { world, issuer, withToken } = await setUp()
    await withToken(await issuer.token())
    const flood = async () => {
      const tokens = await Promise.all(
        Array.from({ length: 250 }, (_, i) => issuer.token({ header: { kid: `made-up-${i}` } })),
      )
      return new Set(await Promise.all(tokens.map((token) => verdictOf(withToken(token)))))
    }
    expect(await flood()).toEqual(new Set(['UNAUTHENTICATED key-unknown']))
    expect(issuer.fetches).toBe(1)
    world.advance(30_000)
    expect(await flood()).toEqual(new Set(['UNAUTHENTICATED key-unknown']))
    expect(issuer.fetches).toBe(2)
    expect(await verdictOf(withToken(await issuer.token()))).toBe('accepted')
  })
})

describe('row 44: tokens bound to a key', () => {
  test.each([
    ['DPoP', { jkt: 'A'.repeat(43) }],
    ['mutual TLS', { 'x5t#S256': 'A'.repeat(43) }],
    ['nothing', {}],
    ['null', null],
  ])('a token bound by %s is no bearer token', async (_, cnf) => {
    expect(await verdictFor({ claims: { cnf } })).toBe('UNAUTHENTICATED token-bound')
  })

  test('a bearer token is not accepted under the scheme DPoP', async () => {
    const { issuer, enter } = await setUp()
    expect(await verdictOf(enter(['Authorization', `DPoP ${await issuer.token()}`]))).toBe(
      'UNAUTHENTICATED token-not-bound',
    )
  })

  test('a gateway that asks for no proofs accepts no bound token, whatever comes with it', async () => {
    const { issuer, enter } = await setUp()
    const token = await issuer.token({ claims: { cnf: { jkt: 'A'.repeat(43) } } })
    expect(await verdictOf(enter(['Authorization', `DPoP ${token}`, 'DPoP', 'a.b.c']))).toBe(
      'UNAUTHENTICATED token-bound',
    )
  })
})

for (const kind of cacheKinds()) {
  describe(`row 45: revoked while it works (${kind})`, () => {
    test('the kill switch at one gateway shuts an agent out of another within a second', async () => {
      const { world, issuer } = await setUp()
      const store = createMemoryRevocations()
      await using cache = await createCache(kind)
      const log = { warn: () => undefined }
      await using here = await createKillList({ store, cache, world, log, pollMs: 60_000 })
      await using there = await createKillList({ store, cache, world, log, pollMs: 60_000 })
      const { withToken } = createGate(world, issuer, { killList: there })
      const token = await issuer.token()
      expect(await verdictOf(withToken(token))).toBe('accepted')

      const target = { kind: 'principal', id: (await withToken(token)).id } as const
      const startedAt = performance.now()
      await here.revoke({ target, reason: 'It reads what it should not.', revokedBy: 'person:omar.haddad' })
      let verdict = await verdictOf(withToken(token))
      while (verdict === 'accepted' && performance.now() - startedAt < 1_000) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        verdict = await verdictOf(withToken(token))
      }
      expect(verdict).toBe('IDENTITY_REVOKED principal-revoked')
      expect(performance.now() - startedAt).toBeLessThan(1_000)
    })
  })
}
