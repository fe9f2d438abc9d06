/** Row 42: every kind of token that must not pass, each with what its sender is told and what the ledger knows. */
import { createHmac } from 'node:crypto'
import { CompactEncrypt, exportSPKI, importJWK, type CryptoKey } from 'jose'
import { describe, expect, test } from 'vitest'
import { refusalReason } from '../../gateway/identity/refusals.ts'
import {
  createFakeIssuer,
  createGate,
  createTestWorld,
  encodePart,
  makeSigningKey,
  signParts,
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

test('row 42, the control: an unchanged token of this forge is accepted', async () => {
  expect(await verdictFor({})).toBe('accepted')
})

describe('row 42: tokens that must not pass', () => {
  test('none: unsigned tokens, in any spelling', async () => {
    const { issuer, withToken } = await setUp()
    const kid = issuer.keys[0]?.kid
    for (const alg of ['none', 'None', 'NONE', 'nOnE']) {
      const unsigned = `${encodePart({ alg, typ: 'at+jwt', kid })}.${encodePart(issuer.claims())}.`
      expect(await verdictOf(withToken(unsigned))).toBe('UNAUTHENTICATED algorithm-refused')
    }
  })

  test('none: a signature cut off, with the algorithm left in place', async () => {
    const { issuer, withToken } = await setUp()
    const token = await issuer.token()
    expect(await verdictOf(withToken(token.slice(0, token.lastIndexOf('.') + 1)))).toBe(
      'UNAUTHENTICATED signature-wrong',
    )
  })

  test('HS/RS confusion: an HMAC with the public key as its secret', async () => {
    const world = createTestWorld()
    const issuer = await createFakeIssuer(world, { alg: 'RS256' })
    const { withToken } = createGate(world, issuer)
    const { publicJwk } = issuer.keys[0] ?? (await makeSigningKey('RS256'))
    const pem = await exportSPKI((await importJWK(publicJwk, 'RS256')) as CryptoKey)
    for (const secret of [pem, JSON.stringify(publicJwk), String(publicJwk.n)]) {
      const input = `${encodePart({ alg: 'HS256', typ: 'at+jwt', kid: publicJwk.kid })}.${encodePart(issuer.claims())}`
      const forged = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
      expect(await verdictOf(withToken(forged))).toBe('UNAUTHENTICATED algorithm-refused')
    }
    expect(await verdictOf(withToken(await issuer.token()))).toBe('accepted')
  })

  test('an algorithm that its issuer does not use, with its own good key', async () => {
    const { issuer, withToken } = await setUp()
    const other = await makeSigningKey('EdDSA')
    issuer.keys.push(other)
    expect(await verdictOf(withToken(await issuer.token({ key: other })))).toBe('UNAUTHENTICATED algorithm-refused')
  })

  test.each(['../../../../dev/null', "x' OR '1'='1", 'https://evil.test/key', '__proto__', '\0', '0'.repeat(4000)])(
    'kid traversal and injection: %j finds no key',
    async (kid) => {
      expect(await verdictFor({ header: { kid } })).toBe('UNAUTHENTICATED key-unknown')
    },
  )

  test('no kid, an empty one, or one that is no text', async () => {
    for (const kid of [undefined, '', 7, ['a'], null]) {
      expect(await verdictFor({ header: { kid } })).toBe('UNAUTHENTICATED key-id-missing')
    }
  })

  test.each(['jku', 'x5u', 'jwk', 'x5c'])(
    '%s: a token that brings its own key, correctly signed with it',
    async (member) => {
      const { issuer, withToken } = await setUp()
      const own = await makeSigningKey()
      const values: Record<string, unknown> = {
        jku: 'https://evil.test/jwks',
        x5u: 'https://evil.test/c',
        jwk: own.publicJwk,
        x5c: [],
      }
      const forged = await issuer.token({ key: own, header: { [member]: values[member] } })
      expect(await verdictOf(withToken(forged))).toBe('UNAUTHENTICATED header-forbidden')
      expect(issuer.fetches).toBe(0)
    },
  )

  test('crit: critical members are not understood here', async () => {
    expect(await verdictFor({ header: { crit: ['exp'], exp: 1 } })).toBe('UNAUTHENTICATED header-forbidden')
    expect(await verdictFor({ header: { crit: ['b64'], b64: false } })).toBe('UNAUTHENTICATED header-forbidden')
  })

  test('a key of somebody else under a kid of the issuer', async () => {
    const { issuer, withToken } = await setUp()
    const forged = await issuer.token({ key: await makeSigningKey(), header: { kid: issuer.keys[0]?.kid } })
    expect(await verdictOf(withToken(forged))).toBe('UNAUTHENTICATED signature-wrong')
  })

  test('claims changed after signing', async () => {
    const { issuer, withToken } = await setUp()
    const [header = '', , signature = ''] = (await issuer.token()).split('.')
    const widened = encodePart({ ...issuer.claims(), scope: 'crm:read finance:bank:read' })
    expect(await verdictOf(withToken(`${header}.${widened}.${signature}`))).toBe('UNAUTHENTICATED signature-wrong')
  })

  test('expired: from 5 seconds after exp on, also when it was accepted before', async () => {
    const { world, issuer, withToken } = await setUp()
    const token = await issuer.token()
    expect(await verdictOf(withToken(token))).toBe('accepted')
    world.advance(604_000)
    expect(await verdictOf(withToken(token))).toBe('accepted')
    world.advance(1_000)
    expect(await verdictOf(withToken(token))).toBe('UNAUTHENTICATED token-expired')
  })

  test.each(['exp', 'iat', 'jti', 'client_id', 'sub', 'aud', 'iss'])('no %s', async (claim) => {
    expect(await verdictFor({ claims: { [claim]: undefined } })).toBe('UNAUTHENTICATED claim-missing')
  })

  test('too old: an exp far ahead does not make a token live longer than an hour', async () => {
    const { world, issuer, withToken } = await setUp()
    const token = await issuer.token({ claims: { exp: 4_000_000_000 } })
    world.advance(3_606_000)
    expect(await verdictOf(withToken(token))).toBe('UNAUTHENTICATED token-too-old')
  })

  test('future iat and nbf, beyond 5 seconds', async () => {
    const now = Math.floor(createTestWorld().now().getTime() / 1000)
    expect(await verdictFor({ claims: { iat: now + 4 } })).toBe('accepted')
    expect(await verdictFor({ claims: { iat: now + 60 } })).toBe('UNAUTHENTICATED not-yet-valid')
    expect(await verdictFor({ claims: { nbf: now + 60 } })).toBe('UNAUTHENTICATED not-yet-valid')
  })

  test('wrong audience: another one, a longer one, none that is a text', async () => {
    const wrong = 'UNAUTHENTICATED audience-wrong'
    expect(await verdictFor({ claims: { aud: 'https://other.test' } })).toBe(wrong)
    expect(await verdictFor({ claims: { aud: 'https://gateway.test/graphql/' } })).toBe(wrong)
    expect(await verdictFor({ claims: { aud: [] } })).toBe(wrong)
    expect(await verdictFor({ claims: { aud: { 0: 'https://gateway.test/graphql' } } })).toBe(wrong)
  })

  test('wrong issuer: one that is not listed, or differs by a slash, is never asked for its keys', async () => {
    for (const iss of [
      'https://evil.test',
      'https://issuer.test/',
      'HTTPS://issuer.test',
      'https://issuer.test@evil.test',
    ]) {
      const { issuer, withToken } = await setUp()
      expect(await verdictOf(withToken(await issuer.token({ claims: { iss } })))).toBe('UNAUTHENTICATED issuer-unknown')
      expect(issuer.fetches).toBe(0)
    }
  })

  test('wrong issuer: the good key of one trusted issuer does not sign for another', async () => {
    const world = createTestWorld()
    const ours = await createFakeIssuer(world)
    const theirs = await createFakeIssuer(world, { issuer: 'https://partner.test' })
    const { withToken } = createGate(world, ours, { issuers: [ours.trusted(), theirs.trusted({ kinds: ['service'] })] })
    expect(await verdictOf(withToken(await theirs.token({ claims: { iss: ours.issuer } })))).toBe(
      'UNAUTHENTICATED key-unknown',
    )
    expect(await verdictOf(withToken(await theirs.token()))).toBe('UNAUTHENTICATED kind-not-allowed')
  })

  test.each([
    ['an ID token', 'JWT'],
    ['an ID token without a type', undefined],
    ['an ID-JAG', 'oauth-id-jag+jwt'],
    ['a client assertion', 'client-authentication+jwt'],
    ['a logout token', 'logout+jwt'],
    ['a DPoP proof', 'dpop+jwt'],
    ['a type with a tail', 'at+jwt; x'],
  ])('%s in place of an access token', async (_, typ) => {
    expect(await verdictFor({ header: { typ } })).toBe('UNAUTHENTICATED type-wrong')
  })

  test('JWE: an encrypted token, with the good one inside', async () => {
    const { issuer, withToken } = await setUp()
    const jwe = await new CompactEncrypt(Buffer.from(await issuer.token()))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', cty: 'at+jwt' })
      .encrypt(new Uint8Array(32))
    expect(await verdictOf(withToken(jwe))).toBe('UNAUTHENTICATED token-encrypted')
  })

  test('a token of 1 MB, and one of a byte more than allowed', async () => {
    const { withToken } = await setUp()
    expect(await verdictOf(withToken('a'.repeat(1_000_000)))).toBe('UNAUTHENTICATED token-too-long')
    expect(await verdictOf(withToken('a'.repeat(8 * 1024 + 1)))).toBe('UNAUTHENTICATED token-too-long')
    expect(await verdictOf(withToken('a'.repeat(8 * 1024)))).toBe('UNAUTHENTICATED token-malformed')
  })

  test('duplicate claims, in the payload, deep in it, and in the header, correctly signed', async () => {
    const { issuer, withToken } = await setUp()
    const key = issuer.keys[0] ?? (await makeSigningKey())
    const header = JSON.stringify({ alg: key.alg, typ: 'at+jwt', kid: key.kid })
    const claims = JSON.stringify(issuer.claims())
    const twice = (json: string, member: string) => json.replace(/\}$/, `,${member}}`)
    const refused = 'UNAUTHENTICATED member-repeated'
    expect(await verdictOf(withToken(await signParts(key, header, twice(claims, '"sub":"agent:admin"'))))).toBe(refused)
    expect(await verdictOf(withToken(await signParts(key, header, twice(claims, '"\\u0073ub":"agent:admin"'))))).toBe(
      refused,
    )
    expect(await verdictOf(withToken(await signParts(key, header, twice(claims, '"x":[{"a":1,"a":2}]'))))).toBe(refused)
    expect(await verdictOf(withToken(await signParts(key, twice(header, '"alg":"none"'), claims)))).toBe(refused)
    expect(await verdictOf(withToken(await signParts(key, header, claims)))).toBe('accepted')
  })

  test.each([
    ['two parts', 'a.b'],
    ['four parts', 'a.b.c.d'],
    ['a header that is no JSON', `${encodePart('{')}.${encodePart({})}.x`],
    ['a header that is a list', `${encodePart('[]')}.${encodePart({})}.x`],
    ['a header with bytes that are no UTF-8', `${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.e30.x`],
    ['base64url with loose bits at its end', 'e31.e30.x'],
  ])('a token with %s', async (_, token) => {
    const { withToken } = await setUp()
    expect(await verdictOf(withToken(token))).toBe('UNAUTHENTICATED token-malformed')
  })

  test.each([
    ['a subject that is no principal', { sub: 'root' }],
    ['a subject with a path', { sub: 'agent:../admin' }],
    ['a subject of another kind than it says', { sub: 'person:maria.keller' }],
    ['roles that are one text', { roles: 'support-agent' }],
    ['no roles', { roles: undefined }],
    ['an unknown kind', { kind: 'root' }],
    ['scopes that are a list', { scope: ['crm:read'] }],
    ['a broken act chain', { act: { sub: 'agent:sales-agent' } }],
    ['an exp that is a fraction', { exp: 4_000_000_000.5 }],
    ['a jti with a line break', { jti: 'a\nb' }],
  ])('claims with %s', async (_, claims) => {
    expect(await verdictFor({ claims })).toBe('UNAUTHENTICATED claim-wrong')
  })

  test('an act chain of more than three actors', async () => {
    const chain = (length: number): object | undefined =>
      length === 0 ? undefined : { sub: 'agent:sales-agent', kind: 'agent', roles: [], act: chain(length - 1) }
    expect(await verdictFor({ claims: { act: chain(3) } })).toBe('accepted')
    expect(await verdictFor({ claims: { act: chain(4) } })).toBe('UNAUTHENTICATED chain-too-long')
  })

  test('the caller is told the same for different causes, and nothing of the true one', async () => {
    const told = new Set<string>()
    for (const parts of [
      { header: { kid: 'x' } },
      { claims: { iss: 'https://evil.test' } },
      { header: { jku: 'https://a.test' } },
    ]) {
      const { issuer, withToken } = await setUp()
      const error: unknown = await withToken(await issuer.token(parts)).catch((thrown: unknown) => thrown)
      told.add(JSON.stringify(error))
      expect(refusalReason(error)?.detail).toBeTruthy()
      expect(JSON.stringify(error)).not.toContain(String(refusalReason(error)?.cause))
    }
    expect(told.size).toBe(1)
  })
})
