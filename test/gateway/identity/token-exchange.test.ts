/** Token exchange at the development issuer (RFC 8693), over HTTP. */
import fc from 'fast-check'
import { decodeJwt, generateKeyPair, exportJWK, calculateJwkThumbprint } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PrincipalId } from '../../../lib/caller.ts'
import { realWorld } from '../../../lib/world.ts'
import { createTokenSigner } from '../../../gateway/identity/access-tokens.ts'
import type { CallerClaims } from '../../../gateway/identity/claims.ts'
import { effectiveScopes, type RoleGrant, type RoleMap, roleScopes } from '../../../gateway/identity/effective.ts'
import type { Registration } from '../../../gateway/identity/issuer-clients.ts'
import { issuerKeyFile, type PrivateJwk, readPrivateKey } from '../../../gateway/identity/private-keys.ts'
import { refuseIdentity } from '../../../gateway/identity/refusals.ts'
import { createTokenExchange } from '../../../gateway/identity/token-exchange.ts'
import { createKeyHolder } from '../../support/proofs.ts'
import { type IssuerServer, startIssuerServer } from '../../support/issuer-server.ts'

let server: IssuerServer
/** What the test's own register says of agents. */
const register = new Map<string, Registration>()
const shutOut = new Set<string>()

beforeAll(async () => {
  server = await startIssuerServer({
    registered: { find: (id) => Promise.resolve(register.get(id) ?? { outcome: 'unknown' }) },
    assertInForce: ({ subject, actors }: CallerClaims) => {
      const found = [subject, ...actors].find(({ id }) => shutOut.has(id))
      return found ? Promise.reject(refuseIdentity('principal-revoked', found.id)) : Promise.resolve()
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const type = 'urn:ietf:params:oauth:token-type:access_token'

const refused = (error: string, says: RegExp) => ({
  status: 400,
  error,
  error_description: expect.stringMatching(says),
})

describe('an agent that acts for somebody', () => {
  test('gets a token with the rights of both, the subject as its subject and itself as its actor', async () => {
    const maria = await server.tokenOf('maria.keller')
    const answer = await server.exchange('support-agent', maria)
    expect(answer).toMatchObject({
      status: 200,
      token_type: 'Bearer',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      scope: 'crm:read',
    })
    expect(answer.expires_in).toBeLessThanOrEqual(600)
    expect(decodeJwt(answer.access_token)).toMatchObject({
      sub: 'person:maria.keller',
      kind: 'person',
      roles: ['account-manager'],
      act: { sub: 'agent:support-agent', kind: 'agent', roles: ['support-agent'] },
      client_id: 'agent:support-agent',
      aud: server.audience,
      auth_time: decodeJwt(maria).iat,
    })
    expect(await server.enter(answer.access_token)).toMatchObject({
      id: 'agent:support-agent',
      onBehalfOf: 'person:maria.keller',
      scopes: ['crm:read'],
      authenticatedAt: decodeJwt(maria).iat,
    })
  })

  test('row 53: three deep, the rights are the intersection and every hop is named; a fourth is refused', async () => {
    let token = await server.tokenOf('maria.keller')
    for (const name of ['support-agent', 'planning-agent', 'audit-agent']) {
      const answer = await server.exchange(name, token)
      expect(answer).toMatchObject({ status: 200, scope: 'crm:read' })
      token = answer.access_token
    }
    const caller = await server.enter(token)
    expect(caller).toMatchObject({ id: 'agent:audit-agent', onBehalfOf: 'person:maria.keller', scopes: ['crm:read'] })
    expect(caller.actors.map(({ id }) => id)).toEqual([
      'agent:audit-agent',
      'agent:planning-agent',
      'agent:support-agent',
    ])
    expect(await server.exchange('sales-agent', token)).toMatchObject(refused('invalid_request', /3 actors at most/))
  })

  test('row 53: narrows the scopes when asked, and never widens them', async () => {
    const support = await server.tokenOf('support-agent')
    const narrow = await server.exchange('audit-agent', support, { scope: 'itsm:read' })
    expect(narrow).toMatchObject({ status: 200, scope: 'itsm:read' })
    const wider = 'An exchange only narrows; it cannot give'
    for (const scope of ['itsm:read crm:read', 'crm:read', 'crm:write']) {
      expect(await server.exchange('sales-agent', narrow.access_token, { scope })).toMatchObject({
        status: 400,
        error: 'invalid_scope',
      })
    }
    // In the subject's token, not in the actor's role; in the actor's role, not in the subject's token; in neither.
    for (const scope of ['crm:write', 'finance:read', 'hr:read', 'crm:read hr:read']) {
      expect(await server.exchange('planning-agent', support, { scope })).toMatchObject(
        refused('invalid_scope', new RegExp(wider, 'u')),
      )
    }
    expect(await server.exchange('idle-agent', support)).toMatchObject(refused('invalid_scope', /may do nothing/))
  })

  test('lives no longer than the token it was made from', async () => {
    const short = await server.issuer.mint('support-agent', { lifetimeSeconds: 30 })
    const answer = await server.exchange('sales-agent', short)
    expect(answer.expires_in).toBeLessThanOrEqual(30)
    expect(decodeJwt(answer.access_token).exp).toBeLessThanOrEqual(decodeJwt(short).exp ?? 0)
  })
})

describe('what is refused', () => {
  test.each<[string, Record<string, string>, string, RegExp]>([
    ['no subject token', { subject_token: '' }, 'invalid_request', /`subject_token` is missing/],
    ['no type', { subject_token_type: '' }, 'invalid_request', /`subject_token_type` must be/],
    ['an ID token', { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }, 'invalid_request', /must be/],
    ['a refresh token back', { requested_token_type: type.replace('access', 'refresh') }, 'invalid_request', /alone/],
    [
      'an actor token',
      { actor_token: 'a.b.c', actor_token_type: type },
      'invalid_request',
      /client that asks is the actor/,
    ],
    ['another audience', { audience: 'https://other.test' }, 'invalid_target', /alone/],
    ['another resource', { resource: 'https://other.test' }, 'invalid_target', /alone/],
    ['no token at all', { subject_token: 'a.b.c' }, 'invalid_request', /cannot be used/],
  ])('%s', async (_, more, error, says) => {
    const given = { subject_token: await server.tokenOf('maria.keller'), subject_token_type: type, ...more }
    const filled = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''))
    const answer = await server.ask({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await server.assertion('support-agent'),
      ...filled,
    })
    expect(answer).toMatchObject(refused(error, says))
    expect(answer.access_token).toBeUndefined()
  })

  test('row 42: a token of another issuer, for another audience, out of time or forged', async () => {
    const key = (await readPrivateKey(issuerKeyFile(server.folder))) as PrivateJwk
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    const own = await exportJWK(privateKey)
    const forged = { ...own, kid: await calculateJwkThumbprint(own), alg: 'ES256', use: 'sig' } as PrivateJwk
    const subject = { id: 'person:maria.keller' as PrincipalId, kind: 'person', roles: ['account-manager'] } as const
    const good = { subject, actors: [], clientId: subject.id, scopes: ['crm:read'], lifetimeSeconds: 600 }
    const here = { issuer: server.origin, audience: server.audience, signingKey: key, world: realWorld }
    const past = { ...realWorld, now: () => new Date(Date.now() - 3_600_000) }
    const signed = async (options: Partial<typeof here>) => (await createTokenSigner({ ...here, ...options }))(good)
    expect(await server.exchange('support-agent', await signed({}))).toMatchObject({ status: 200 })
    for (const [options, says] of [
      [{ audience: 'https://other.test' }, /not issued for this gateway/],
      [{ issuer: 'https://other.test' }, /not valid/],
      [{ signingKey: { ...forged, kid: key.kid } }, /not valid/],
      [{ world: past }, /expired/],
    ] as const) {
      expect(await server.exchange('support-agent', await signed(options))).toMatchObject(
        refused('invalid_request', says),
      )
    }
  })

  test('an agent that stands in the chain already, itself included', async () => {
    const support = await server.tokenOf('support-agent')
    expect(await server.exchange('support-agent', support)).toMatchObject(refused('invalid_request', /already/))
    const { access_token } = await server.exchange('sales-agent', support)
    for (const name of ['support-agent', 'sales-agent']) {
      expect(await server.exchange(name, access_token)).toMatchObject(refused('invalid_request', /already/))
    }
  })

  test('a person: people act for themselves alone', async () => {
    const support = await server.tokenOf('support-agent')
    expect(await server.exchange('maria.keller', support)).toMatchObject({ status: 400, error: 'invalid_request' })
  })

  test('whoever the token itself does not let act (`may_act`), at every hop', async () => {
    const key = (await readPrivateKey(issuerKeyFile(server.folder))) as PrivateJwk
    const sign = await createTokenSigner({
      issuer: server.origin,
      audience: server.audience,
      signingKey: key,
      world: realWorld,
    })
    const subject = { id: 'person:maria.keller' as PrincipalId, kind: 'person', roles: ['account-manager'] } as const
    const token = await sign({
      ...{ subject, actors: [], clientId: subject.id, scopes: ['crm:read'], lifetimeSeconds: 600 },
      mayAct: 'agent:sales-agent',
    })
    expect(await server.exchange('support-agent', token)).toMatchObject(refused('invalid_request', /nobody else/))
    const first = await server.exchange('sales-agent', token)
    expect(first).toMatchObject({ status: 200 })
    expect(await server.exchange('support-agent', first.access_token)).toMatchObject(
      refused('invalid_request', /nobody else/),
    )
  })

  test('row 45: tokens of those who are shut out, suspended, or were since the token was made', async () => {
    const maria = await server.tokenOf('maria.keller')
    const support = await server.tokenOf('support-agent')
    const { access_token: chained } = await server.exchange('support-agent', maria)
    shutOut.add('person:maria.keller')
    expect(await server.exchange('sales-agent', maria)).toMatchObject(refused('invalid_request', /revoked/))
    shutOut.clear()
    register.set('agent:support-agent', { outcome: 'barred', status: 'SUSPENDED' })
    for (const token of [support, chained]) {
      expect(await server.exchange('sales-agent', token)).toMatchObject(refused('invalid_request', /revoked/))
    }
    expect(await server.exchange('support-agent', maria)).toMatchObject({ status: 401, error: 'invalid_client' })
    const client = {
      principal: { id: 'agent:support-agent' as PrincipalId, kind: 'agent', roles: [] },
      title: '',
      keys: [],
    } as const
    register.set('agent:support-agent', { outcome: 'active', client, tokensValidFrom: new Date(Date.now() + 1_000) })
    expect(await server.exchange('sales-agent', support)).toMatchObject(refused('invalid_request', /revoked/))
    register.clear()
    expect(await server.exchange('sales-agent', support)).toMatchObject({ status: 200 })
  })

  test('a client that does not prove itself with its key', async () => {
    const body = { subject_token: await server.tokenOf('maria.keller'), subject_token_type: type }
    const grant_type = 'urn:ietf:params:oauth:grant-type:token-exchange'
    expect(await server.ask({ grant_type, client_id: 'agent:support-agent', ...body })).toMatchObject({ status: 401 })
    expect(await server.ask({ grant_type, client_id: 'mandate-cli', ...body })).toMatchObject({ status: 400 })
  })
})

describe('row 44: bound tokens', () => {
  test('the new token is bound to the key of the actor; a bound one never becomes a bearer token', async () => {
    const endpoint = `${server.origin}/oauth/token`
    const maria = await server.tokenOf('maria.keller')
    const client = await createKeyHolder(realWorld, endpoint)
    const bound = await server.exchange('support-agent', maria, {}, { dpop: await client.prove(null) })
    expect(bound).toMatchObject({ status: 200, token_type: 'DPoP' })
    expect(decodeJwt(bound.access_token)).toMatchObject({ cnf: { jkt: client.thumbprint } })
    expect(await server.exchange('sales-agent', bound.access_token)).toMatchObject(
      refused('invalid_request', /prove yours in the header `DPoP`/),
    )
    const next = await createKeyHolder(realWorld, endpoint)
    const proof = await next.prove(null)
    const again = await server.exchange('sales-agent', bound.access_token, {}, { dpop: proof })
    expect(decodeJwt(again.access_token)).toMatchObject({ cnf: { jkt: next.thumbprint } })
    expect(await server.exchange('sales-agent', bound.access_token, {}, { dpop: proof })).toMatchObject(
      refused('invalid_dpop_proof', /used before/),
    )
    const elsewhere = await (await createKeyHolder(realWorld, `${server.origin}/graphql`)).prove(null)
    expect(await server.exchange('sales-agent', maria, {}, { dpop: elsewhere })).toMatchObject(
      refused('invalid_dpop_proof', /address/),
    )
  })

  test('a role that asks for a key gets no bearer token, for itself or for somebody', async () => {
    await expect(server.tokenOf('payment-agent')).rejects.toThrow(
      'the role `payment-agent` asks for a token that is bound to a key',
    )
    const maria = await server.tokenOf('maria.keller')
    expect(await server.exchange('payment-agent', maria)).toMatchObject(
      refused('invalid_request', /role `payment-agent` asks for a token that is bound to a key/),
    )
    const client = await createKeyHolder(realWorld, `${server.origin}/oauth/token`)
    const headers = { dpop: await client.prove(null) }
    expect(await server.exchange('payment-agent', maria, {}, headers)).toMatchObject({
      status: 200,
      token_type: 'DPoP',
    })
  })
})

test('property: whatever the roles, the scopes and the chain of one to three, nothing exceeds any one of them', async () => {
  const scope = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const key = fc.constantFrom('r1', 'r2', 'r3', 'r4')
  const principal = (kind: 'agent' | 'person') =>
    fc.record({ roles: fc.uniqueArray(key, { minLength: 1 }), kind: fc.constant(kind) })
  const grant = fc.record({ kind: fc.constantFrom('agent' as const, 'person' as const), scopes: fc.uniqueArray(scope) })
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(key, grant),
      fc.uniqueArray(scope),
      fc.oneof(principal('agent'), principal('person')),
      fc.array(principal('agent'), { minLength: 1, maxLength: 4 }),
      fc.array(fc.option(fc.uniqueArray(scope, { minLength: 1 }), { nil: undefined }), { minLength: 4, maxLength: 4 }),
      async (grants, held, first, hops, asks) => {
        const roles: RoleMap = new Map(
          Object.entries(grants).map(([name, one]): [string, RoleGrant] => [name, { ...one, purposes: [] }]),
        )
        const subject = { id: `${first.kind}:first` as PrincipalId, ...first }
        let claims: CallerClaims = {
          ...{ issuer: 'i', subject, actors: [], clientId: subject.id, tokenId: 't', scopes: held },
          ...{ boundTo: null, mayAct: null, authenticatedAt: 0, issuedAt: 0, expiresAt: 4_102_444_800 },
        }
        const exchange = createTokenExchange({
          audience: 'aud',
          verify: () => Promise.resolve(claims),
          assertInForce: () => Promise.resolve(),
          roles: () => roles,
          sign: (contents) => {
            claims = { ...claims, actors: contents.actors, scopes: contents.scopes }
            return Promise.resolve('signed')
          },
          lifetimeSeconds: 600,
          world: realWorld,
        })
        for (const [at, hop] of hops.entries()) {
          const actor = { id: `agent:hop-${at}` as PrincipalId, ...hop }
          const before = claims
          const parameters = { subject_token: 'x', subject_token_type: type, scope: asks[at]?.join(' ') }
          const answer = await exchange({ actor, parameters, boundTo: null }).catch((error: unknown) => error)
          if (answer instanceof Error) {
            expect(claims).toBe(before)
            const common = effectiveScopes(before.scopes, [subject, ...before.actors, actor], roles)
            const wider = asks[at]?.some((one) => !common.includes(one)) ?? false
            expect(at >= 3 || common.length === 0 || wider).toBe(true)
            return
          }
          expect(at).toBeLessThan(3)
          expect(claims.actors.map(({ id }) => id)).toEqual([actor.id, ...before.actors.map(({ id }) => id)])
          for (const limit of [
            held,
            before.scopes,
            asks[at] ?? held,
            ...[subject, ...claims.actors].map((one) => roleScopes(one, roles)),
          ]) {
            expect(claims.scopes.filter((one) => !limit.includes(one))).toEqual([])
          }
        }
      },
    ),
    { numRuns: 400 },
  )
})

test('nothing failed inside', () => {
  expect(server.failures).toEqual([])
})
