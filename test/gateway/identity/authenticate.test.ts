import { describe, expect, test } from 'vitest'
import type { RoleMap } from '../../../gateway/identity/effective.ts'
import { refuseIdentity } from '../../../gateway/identity/refusals.ts'
import { createFakeIssuer, createGate, createTestWorld, testRoles, verdictOf } from '../../support/identity.ts'

async function setUp(options: Parameters<typeof createGate>[2] = {}) {
  const world = createTestWorld()
  const issuer = await createFakeIssuer(world)
  return { world, issuer, ...createGate(world, issuer, options) }
}

const maria = { sub: 'person:maria.keller', kind: 'person', roles: ['account-manager'] }
const support = { sub: 'agent:support-agent', kind: 'agent', roles: ['support-agent'] }
const sales = { sub: 'agent:sales-agent', kind: 'agent', roles: ['sales-agent'] }

describe('the caller', () => {
  test('an agent that acts for itself', async () => {
    const { issuer, withToken } = await setUp()
    const claims = issuer.claims()
    expect(
      await withToken(await issuer.token({ claims: { ...claims, scope: 'itsm:read crm:read finance:read' } })),
    ).toEqual({
      id: 'agent:support-agent',
      kind: 'agent',
      issuer: 'https://issuer.test',
      clientId: 'agent:support-agent',
      tokenId: claims['jti'],
      roles: ['support-agent'],
      scopes: ['crm:read', 'itsm:read'],
      actors: [],
      onBehalfOf: null,
      subject: null,
      purpose: null,
      task: null,
      grants: [],
      authenticatedAt: claims['iat'],
      issuedAt: claims['iat'],
      expiresAt: claims['exp'],
    })
  })

  test('row 53: an agent for a person, through another agent, has what all three may', async () => {
    const { issuer, withToken } = await setUp()
    const claims = { ...maria, scope: 'crm:read crm:write finance:read', act: { ...sales, act: support } }
    expect(await withToken(await issuer.token({ claims }))).toMatchObject({
      id: 'agent:sales-agent',
      kind: 'agent',
      roles: ['sales-agent'],
      scopes: ['crm:read'],
      onBehalfOf: 'person:maria.keller',
      actors: [
        { id: 'agent:sales-agent', kind: 'agent', roles: ['sales-agent'] },
        { id: 'agent:support-agent', kind: 'agent', roles: ['support-agent'] },
      ],
    })
  })

  test('is frozen, all the way down', async () => {
    const { issuer, withToken } = await setUp()
    const caller = await withToken(await issuer.token({ claims: { ...maria, act: sales } }))
    for (const part of [
      caller,
      caller.scopes,
      caller.roles,
      caller.actors,
      ...caller.actors,
      caller.actors[0]?.roles,
    ]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })

  test('a token without scopes has none', async () => {
    const { issuer, withToken } = await setUp()
    expect((await withToken(await issuer.token({ claims: { scope: undefined } }))).scopes).toEqual([])
  })

  test('roles are read again for each request, also when the token is remembered', async () => {
    let roles: RoleMap = testRoles
    const { issuer, withToken } = await setUp({ roles: () => roles })
    const token = await issuer.token()
    expect((await withToken(token)).scopes).toEqual(['crm:read', 'crm:write', 'itsm:read'])
    roles = new Map([['support-agent', { kind: 'agent', scopes: ['crm:read'], purposes: [] }]])
    expect((await withToken(token)).scopes).toEqual(['crm:read'])
    roles = new Map()
    expect((await withToken(token)).scopes).toEqual([])
  })

  test('the kill list is asked for each request, also when the token is remembered', async () => {
    let revoked = false
    const check = () =>
      revoked ? Promise.reject(refuseIdentity('principal-revoked', 'It is on the list.')) : Promise.resolve()
    const { issuer, withToken } = await setUp({ killList: { check } })
    const token = await issuer.token()
    expect(await verdictOf(withToken(token))).toBe('accepted')
    revoked = true
    expect(await verdictOf(withToken(token))).toBe('IDENTITY_REVOKED principal-revoked')
  })

  test('a verified token is remembered for 30 seconds, not longer, and not beyond its end', async () => {
    const { world, issuer, withToken } = await setUp()
    let lookUps = 0
    const trusted = issuer.trusted()
    const find: typeof trusted.keys.find = (...args) => {
      lookUps += 1
      return trusted.keys.find(...args)
    }
    const gate = createGate(world, issuer, { issuers: [{ ...trusted, keys: { find } }] })
    const token = await issuer.token({ claims: { exp: Math.floor(world.now().getTime() / 1000) + 40 } })
    await gate.withToken(token)
    world.advance(29_000)
    await gate.withToken(token)
    expect(lookUps).toBe(1)
    world.advance(2_000)
    await gate.withToken(token)
    expect(lookUps).toBe(2)
    world.advance(15_000)
    expect(await verdictOf(gate.withToken(token))).toBe('UNAUTHENTICATED token-expired')
    expect(await verdictOf(withToken(token))).toBe('UNAUTHENTICATED token-expired')
  })

  test.each(['ES256', 'EdDSA', 'RS256', 'PS256'] as const)('%s signatures verify', async (alg) => {
    const world = createTestWorld()
    const issuer = await createFakeIssuer(world, { alg })
    const { withToken } = createGate(world, issuer)
    expect((await withToken(await issuer.token())).id).toBe('agent:support-agent')
  })

  test('an issuer cannot be listed twice', async () => {
    const world = createTestWorld()
    const issuer = await createFakeIssuer(world)
    expect(() => createGate(world, issuer, { issuers: [issuer.trusted(), issuer.trusted()] })).toThrow('only once')
  })
})

describe('the purpose', () => {
  test('one of the roles is taken over; the names of others are refused with the list', async () => {
    const { issuer, enter } = await setUp()
    const authorization = ['Authorization', `Bearer ${await issuer.token()}`]
    expect((await enter([...authorization, 'Mandate-Purpose', 'incident'])).purpose).toBe('incident')
    const refused = enter([...authorization, 'mandate-purpose', 'sales'])
    await expect(refused).rejects.toMatchObject({
      extensions: { code: 'PURPOSE_NOT_ALLOWED', allowed: ['customer-support', 'incident'], http: { status: 403 } },
    })
  })

  test('an empty one is not the same as none', async () => {
    const { issuer, enter } = await setUp()
    const headers = ['Authorization', `Bearer ${await issuer.token()}`, 'mandate-purpose', '']
    expect(await verdictOf(enter(headers))).toBe('PURPOSE_NOT_ALLOWED purpose-not-allowed')
  })

  test('on behalf of a person, only what both may declare', async () => {
    const { issuer, enter } = await setUp()
    const token = await issuer.token({ claims: { ...maria, act: support } })
    const headers = ['Authorization', `Bearer ${token}`, 'mandate-purpose']
    expect((await enter([...headers, 'customer-support'])).purpose).toBe('customer-support')
    expect(await verdictOf(enter([...headers, 'incident']))).toBe('PURPOSE_NOT_ALLOWED purpose-not-allowed')
  })
})
