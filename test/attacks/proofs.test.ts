/** Row 44: tokens that are bound to a key, taken by somebody who has not got the key (RFC 9449). */
import { createHash } from 'node:crypto'
import { exportJWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { createProofCheck } from '../../gateway/identity/proof-check.ts'
import type { RoleMap } from '../../gateway/identity/effective.ts'
import { refusalReason } from '../../gateway/identity/refusals.ts'
import { type CacheKind, cacheKinds, createCache } from '../support/caches.ts'
import {
  createFakeIssuer,
  createGate,
  createTestWorld,
  encodePart,
  makeSigningKey,
  testRoles,
  verdictOf,
} from '../support/identity.ts'
import { type ProofParts, createKeyHolder } from '../support/proofs.ts'

const address = 'https://gateway.test/graphql'
const invalid = 'PROOF_INVALID proof-invalid'

async function setUp(kind: CacheKind = 'memory') {
  const world = createTestWorld(new Date().toISOString())
  const issuer = await createFakeIssuer(world)
  const cache = await createCache(kind)
  const proofs = createProofCheck({ cache, world, addresses: [address] })
  const { enter, withToken } = createGate(world, issuer, { proofs })
  const client = await createKeyHolder(world, address)
  const token = await issuer.token({ claims: { cnf: { jkt: client.thumbprint } } })
  const send = (proof: string, more: readonly string[] = []) =>
    enter(['Authorization', `DPoP ${token}`, 'DPoP', proof, ...more])
  return {
    ...{ world, issuer, cache, enter, withToken, client, token, send },
    [Symbol.asyncDispose]: () => cache.close(),
  }
}

/** What becomes of a request with a proof that is good but for these parts, and why. */
async function verdictFor(parts: ProofParts): Promise<{ verdict: string; reason: string | undefined }> {
  await using set = await setUp()
  const attempt = set.send(await set.client.prove(set.token, parts))
  const reason = await attempt.then(
    () => undefined,
    (error: unknown) => refusalReason(error)?.detail,
  )
  return { verdict: await verdictOf(attempt), reason }
}

test('row 44, the control: a bound token with its proof is accepted, in either order and any case of the scheme', async () => {
  await using set = await setUp()
  const { enter, token, client } = set
  expect(await set.send(await client.prove(token))).toMatchObject({
    id: 'agent:support-agent',
    scopes: ['crm:read', 'crm:write', 'itsm:read'],
  })
  expect(await verdictOf(enter(['dpop', await client.prove(token), 'authorization', `dpop ${token}`]))).toBe('accepted')
  const query = await client.prove(token, { claims: { htu: `${address}?a=b#c` } })
  expect(await verdictOf(set.send(query))).toBe('accepted')
})

test('row 44, the control: an Ed25519 key proves as well', async () => {
  await using set = await setUp()
  const client = await createKeyHolder(set.world, address, { alg: 'EdDSA' })
  const token = await set.issuer.token({ claims: { cnf: { jkt: client.thumbprint } } })
  const headers = ['Authorization', `DPoP ${token}`, 'DPoP', await client.prove(token)]
  expect(await verdictOf(set.enter(headers))).toBe('accepted')
})

describe('row 44: bearer downgrade', () => {
  test('a bound token is no bearer token, with or without a good proof beside it', async () => {
    await using set = await setUp()
    const bearer = ['Authorization', `Bearer ${set.token}`]
    expect(await verdictOf(set.enter(bearer))).toBe('UNAUTHENTICATED token-bound')
    const proof = await set.client.prove(set.token)
    expect(await verdictOf(set.enter([...bearer, 'DPoP', proof]))).toBe('UNAUTHENTICATED token-bound')
  })

  test('a bound token without a proof, or with two, is refused', async () => {
    await using set = await setUp()
    const proof = await set.client.prove(set.token)
    expect(await verdictOf(set.enter(['Authorization', `DPoP ${set.token}`]))).toBe('PROOF_REQUIRED proof-missing')
    expect(await verdictOf(set.send(proof, ['dpop', proof]))).toBe('PROOF_INVALID proof-repeated')
  })

  test('an unbound token is not made a bound one by a proof', async () => {
    await using set = await setUp()
    const token = await set.issuer.token()
    const headers = ['Authorization', `DPoP ${token}`, 'DPoP', await set.client.prove(token)]
    expect(await verdictOf(set.enter(headers))).toBe('UNAUTHENTICATED token-not-bound')
  })

  test('a role that asks for it is not exercised with an unbound token, also not by one who acts for its holder', async () => {
    const world = createTestWorld()
    const issuer = await createFakeIssuer(world)
    const strict = { kind: 'agent', scopes: ['crm:read'], purposes: [], proofOfPossession: 'required' } as const
    const roles: RoleMap = new Map([...testRoles, ['payment-agent', strict]])
    const { withToken } = createGate(world, issuer, { roles: () => roles })
    const payment = { sub: 'agent:payments', kind: 'agent', roles: ['payment-agent'] }
    const sales = { sub: 'agent:sales-agent', kind: 'agent', roles: ['sales-agent'] }
    for (const claims of [
      payment,
      { ...payment, act: sales },
      { ...sales, act: payment },
      { ...sales, act: { ...sales, act: payment } },
    ]) {
      const attempt = withToken(await issuer.token({ claims }))
      expect(await verdictOf(attempt)).toBe('PROOF_REQUIRED proof-required')
      await expect(attempt).rejects.toMatchObject({ extensions: { role: 'payment-agent', http: { status: 401 } } })
    }
    expect(await verdictOf(withToken(await issuer.token({ claims: sales })))).toBe('accepted')
  })
})

for (const kind of cacheKinds()) {
  describe(`row 44: proof replay (${kind})`, () => {
    test('a proof counts once, also when it comes ten times at once, and at another gateway', async () => {
      await using set = await setUp(kind)
      const proof = await set.client.prove(set.token)
      const elsewhere = createGate(set.world, set.issuer, {
        proofs: createProofCheck({ cache: set.cache, world: set.world, addresses: [address] }),
      })
      const headers = ['Authorization', `DPoP ${set.token}`, 'DPoP', proof]
      const verdicts = await Promise.all(
        Array.from({ length: 10 }, (_, at) => verdictOf(at % 2 === 0 ? set.enter(headers) : elsewhere.enter(headers))),
      )
      expect(verdicts.sort()).toEqual([...Array.from({ length: 9 }, () => 'PROOF_INVALID proof-replayed'), 'accepted'])
    })

    test('the same id under another key is another proof', async () => {
      await using set = await setUp(kind)
      const other = await createKeyHolder(set.world, address)
      const token = await set.issuer.token({ claims: { cnf: { jkt: other.thumbprint } } })
      const claims = { jti: 'chosen-by-the-client' }
      expect(await verdictOf(set.send(await set.client.prove(set.token, { claims })))).toBe('accepted')
      const headers = ['Authorization', `DPoP ${token}`, 'DPoP', await other.prove(token, { claims })]
      expect(await verdictOf(set.enter(headers))).toBe('accepted')
    })
  })
}

test('row 44: a refused proof does not use its id up', async () => {
  await using set = await setUp()
  const claims = { jti: 'to-be-burnt' }
  const thief = await createKeyHolder(set.world, address)
  expect(await verdictOf(set.send(await thief.prove(set.token, { claims })))).toBe(invalid)
  expect(await verdictOf(set.send(await set.client.prove(set.token, { claims: { ...claims, htm: 'GET' } })))).toBe(
    invalid,
  )
  expect(await verdictOf(set.send(await set.client.prove(set.token, { claims })))).toBe('accepted')
})

test('row 44: while nobody can tell whether a proof was used, nobody passes', async () => {
  const world = createTestWorld()
  const issuer = await createFakeIssuer(world)
  const cache = { setIfAbsent: () => Promise.reject(new Error('the cache is out of reach')) }
  const proofs = createProofCheck({ cache, world, addresses: [address] })
  const { enter } = createGate(world, issuer, { proofs })
  const client = await createKeyHolder(world, address)
  const token = await issuer.token({ claims: { cnf: { jkt: client.thumbprint } } })
  const headers = ['Authorization', `DPoP ${token}`, 'DPoP', await client.prove(token)]
  expect(await verdictOf(enter(headers))).toBe('IDENTITY_UNAVAILABLE proofs-unavailable')
})

describe('row 44: proofs that must not pass', () => {
  const now = Math.floor(Date.now() / 1000)
  test.each<[string, ProofParts, RegExp]>([
    ['for another method', { claims: { htm: 'GET' } }, /method `GET`/],
    ['for the method in lower case', { claims: { htm: 'post' } }, /method `post`/],
    ['for another path', { claims: { htu: 'https://gateway.test/other' } }, /address/],
    ['for another host', { claims: { htu: 'https://evil.test/graphql' } }, /address/],
    ['for another port', { claims: { htu: 'https://gateway.test:444/graphql' } }, /address/],
    ['over plain HTTP', { claims: { htu: 'http://gateway.test/graphql' } }, /address/],
    ['for no address', { claims: { htu: 'graphql' } }, /address/],
    [
      'for another token',
      { claims: { ath: createHash('sha256').update('x').digest('base64url') } },
      /another access token/,
    ],
    ['without `ath`', { claims: { ath: undefined } }, /another access token/],
    ['made 61 seconds ago', { claims: { iat: now - 62 } }, /older/],
    ['made in the future', { claims: { iat: now + 30 } }, /future/],
    ['without `iat`', { claims: { iat: undefined } }, /`iat` in the payload/],
    ['with `iat` as text', { claims: { iat: String(now) } }, /`iat` in the payload/],
    ['without `jti`', { claims: { jti: undefined } }, /`jti` in the payload/],
    ['with a `jti` that anybody guesses', { claims: { jti: '1' } }, /`jti` in the payload/],
    ['with a `jti` of 10 KB', { claims: { jti: 'x'.repeat(10_000) } }, /longer/],
    ['of another type', { header: { typ: 'at+jwt' } }, /`typ` in the header/],
    ['without a type', { header: { typ: undefined } }, /`typ` in the header/],
    ['with `alg` none', { header: { alg: 'none' } }, /`alg` in the header/],
    ['with a secret', { header: { alg: 'HS256', jwk: { kty: 'oct', k: 'c2VjcmV0' } } }, /`alg` in the header/],
    ['with an algorithm for another key', { header: { alg: 'EdDSA' } }, /not one for its `alg`/],
    ['without a key', { header: { jwk: undefined } }, /`jwk` in the header/],
    ['with a critical extension', { header: { crit: ['b64'], b64: false } }, /`crit` in the header/],
    ['with a key from elsewhere', { header: { jku: 'https://evil.test' } }, /`jku` in the header/],
  ])('%s', async (_, parts, why) => {
    const { verdict, reason } = await verdictFor(parts)
    expect(verdict).toBe(invalid)
    expect(reason).toMatch(why)
  })

  test('with the private key in it', async () => {
    const { verdict, reason } = await verdictFor({ header: { jwk: await privateJwk() } })
    expect({ verdict, reason }).toEqual({ verdict: invalid, reason: expect.stringContaining('`jwk.d` in the header') })
  })

  test('signed with another key than the one that it shows, or than the token is bound to', async () => {
    expect(await verdictFor({ signer: await makeSigningKey() })).toMatchObject({
      verdict: invalid,
      reason: expect.stringMatching(/signature/),
    })
    await using set = await setUp()
    const thief = await createKeyHolder(set.world, address)
    expect(await verdictOf(set.send(await thief.prove(set.token)))).toBe(invalid)
  })

  test('that is no JWT, has parts in another encoding, or says a thing twice', async () => {
    await using set = await setUp()
    const proof = await set.client.prove(set.token)
    const [header = '', payload = '', signature = ''] = proof.split('.')
    const twice = encodePart(`${Buffer.from(payload, 'base64url').toString().slice(0, -1)},"htm":"POST"}`)
    const others = [
      '',
      'a',
      'a.b',
      `${proof}.x`,
      `${header}=.${payload}.${signature}`,
      `${header}.${twice}.${signature}`,
      `${header}.${payload}.`,
      'null.null.null',
    ]
    for (const text of others) expect(await verdictOf(set.send(text))).toBe(invalid)
    expect(await verdictOf(set.send(proof))).toBe('accepted')
  })

  test('the proof of a request with GET is not one for POST', async () => {
    await using set = await setUp()
    const get = await createKeyHolder(set.world, address, { method: 'GET' })
    const token = await set.issuer.token({ claims: { cnf: { jkt: get.thumbprint } } })
    expect(await verdictOf(set.enter(['Authorization', `DPoP ${token}`, 'DPoP', await get.prove(token)]))).toBe(invalid)
  })
})

async function privateJwk() {
  const { kty, crv, x, y, d } = await exportJWK((await makeSigningKey()).privateKey)
  return { kty, crv, x, y, d }
}
