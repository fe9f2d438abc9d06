/** What a gateway signs and what a subgraph makes of it: who, for whom, for exactly which fetch, once, and for seconds. */
import { decodeJwt, SignJWT, generateKeyPair } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { type StatementSigner, createStatementSigner } from '../../../gateway/federation/statement-signer.ts'
import { type Caller, type PrincipalId, freezeCaller } from '../../../lib/caller.ts'
import { type Statement, hashOperation, mayChange } from '../../../lib/statement.ts'
import { verifierFor } from '../../support/statements.ts'

const caller: Caller = {
  id: 'agent:support-agent' as PrincipalId,
  kind: 'agent',
  issuer: 'http://localhost:4000',
  clientId: 'agent:support-agent',
  tokenId: 't-1',
  roles: ['support-agent'],
  scopes: ['crm:read'],
  actors: [],
  onBehalfOf: null,
  purpose: null,
  task: null,
  grants: [],
  authenticatedAt: 1_700_000_000,
  issuedAt: 1_700_000_000,
  expiresAt: 1_700_000_600,
}
const query = '{ account(id: "acc-0001") { id } }'
const statement: Statement = {
  audience: 'crm',
  caller,
  requestId: 'r-1',
  policyRevision: 'p-1',
  operationHash: hashOperation(query),
  approval: null,
}
let now = new Date('2026-01-01T00:00:00Z')
let ids = 0
const world = { now: () => now, newId: () => `id-${++ids}` }
let signer: StatementSigner
beforeAll(async () => {
  signer = await createStatementSigner(world)
})
const verify = (token: string | undefined, text = query, audience = 'crm', variablesJson = '{}') =>
  verifierFor(signer, audience, world)(token, { query: text, variablesJson })

describe('a statement', () => {
  test('tells the subgraph exactly what the gateway said', async () => {
    expect(await verify(signer.sign(statement))).toEqual(statement)
  })
  test('the caller in it cannot be widened afterwards', async () => {
    const { caller: seen } = await verify(signer.sign(statement))
    expect(() => (seen.scopes as string[]).push('finance:bank:read')).toThrow(TypeError)
  })
  test('has the chain of who acts for whom as RFC 8693 writes it, and gives it back', async () => {
    const hop = (id: string) => ({ id: id as PrincipalId, kind: 'agent' as const, roles: ['helper'] })
    const onBehalfOf = 'person:maria.keller' as PrincipalId
    const delegated = freezeCaller({
      ...caller,
      id: hop('agent:front').id,
      actors: [hop('agent:front'), hop('agent:back')],
      onBehalfOf,
      purpose: 'support',
    })
    const token = signer.sign({ ...statement, caller: delegated })
    const { sub, act, purpose } = decodeJwt<{ act?: object; purpose?: string }>(token)
    expect({ sub, act, purpose }).toEqual({
      sub: 'person:maria.keller',
      act: {
        sub: 'agent:front',
        kind: 'agent',
        roles: ['helper'],
        act: expect.objectContaining({ sub: 'agent:back' }),
      },
      purpose: 'support',
    })
    expect((await verify(token)).caller).toEqual(delegated)
  })
  test('lives for half a minute', () => {
    const { iat = 0, exp = 0 } = decodeJwt(signer.sign(statement))
    expect(exp - iat).toBe(30)
  })
})

describe('refused (row 20)', () => {
  test('no statement', () => expect(verify(undefined)).rejects.toThrow('no statement'))
  test('one for another subgraph', async () =>
    expect(verify(signer.sign(statement), query, 'finance')).rejects.toThrow('aud'))
  test('one for another operation', async () =>
    expect(verify(signer.sign(statement), '{ _service { sdl } }')).rejects.toThrow('another operation'))
  test('one for other variables', async () =>
    expect(verify(signer.sign(statement, '{"id":1}'), query, 'crm', '{"id":2}')).rejects.toThrow('other variables'))
  test('one that was used before', async () => {
    const check = verifierFor(signer, 'crm', world)
    const token = signer.sign(statement)
    await check(token, { query, variablesJson: '{}' })
    await expect(check(token, { query, variablesJson: '{}' })).rejects.toThrow('used before')
  })
  test('one that is too old', async () => {
    const token = signer.sign(statement)
    now = new Date(now.getTime() + 60_000)
    await expect(verify(token)).rejects.toThrow('exp')
  })
  test('one signed by somebody else', async () => {
    const { privateKey } = await generateKeyPair('Ed25519')
    const token = await new SignJWT({ ...statement })
      .setProtectedHeader({ alg: 'Ed25519', typ: 'mandate-statement+jwt', kid: signer.jwks.keys[0]?.kid ?? '' })
      .setIssuer('mandate-gateway')
      .setAudience('crm')
      .setSubject(caller.id)
      .setIssuedAt(now)
      .setExpirationTime('30s')
      .setJti('x')
      .sign(privateKey)
    await expect(verify(token)).rejects.toThrow('signature')
  })
  test('an access token in place of a statement', async () => {
    const { privateKey } = await generateKeyPair('Ed25519')
    const token = await new SignJWT({}).setProtectedHeader({ alg: 'Ed25519', typ: 'at+jwt' }).sign(privateKey)
    await expect(verify(token)).rejects.toThrow()
  })
})

describe('a rotation', () => {
  test('publishes the new key before it signs, and keeps the old one', async () => {
    await using rotating = await createStatementSigner(world, { publishedAheadMs: 50 })
    const kidOf = (token: string) =>
      (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid
    const published = () => rotating.jwks.keys.map(({ kid }) => kid)
    const [old] = published()
    const rotated = rotating.rotate()
    while (published().length < 2) await new Promise((resolve) => setTimeout(resolve, 1))
    const [, next] = published()
    expect(kidOf(rotating.sign(statement))).toBe(old)
    await rotated
    expect(kidOf(rotating.sign(statement))).toBe(next)
    expect(published()).toEqual([old, next])
    expect(JSON.stringify(rotating.jwks)).not.toContain('"d"')
  })

  test('that is asked for twice at once happens once', async () => {
    await using rotating = await createStatementSigner(world, { publishedAheadMs: 10 })
    await Promise.all([rotating.rotate(), rotating.rotate()])
    expect(rotating.jwks.keys).toHaveLength(2)
  })

  test('happens by itself when the time has come', async () => {
    const rotations: string[] = []
    const onRotation = (kid: string) => void rotations.push(kid)
    await using _ = await createStatementSigner(world, { rotateMs: 20, publishedAheadMs: 5, onRotation })
    while (rotations.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(new Set(rotations).size).toBe(rotations.length)
  })
})

test.each([
  ['{ a }', false],
  ['  query A { a }', false],
  ['query A__crm__1($r: [_Any!]!) { _entities(representations: $r) { id } }', false],
  ['mutation A { pay }', true],
  ['query A { a } mutation B { pay }', true],
  ['fragment F on T { a } mutation { pay }', true],
  ['subscription { a }', true],
  ['queryless { a }', true],
])('what may change something, by its text: %s', (text, changes) => {
  expect(mayChange(text)).toBe(changes)
})
