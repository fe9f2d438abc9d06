import { SignJWT, generateKeyPair } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { type StatementSigner, createStatementSigner } from '../../../gateway/federation/statement-signer.ts'
import type { Caller, PrincipalId } from '../../../lib/caller.ts'
import { type Statement, hashOperation } from '../../../lib/statement.ts'
import { createStatementVerifier } from '../../../subgraphs/statement-verifier.ts'

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
}
let now = new Date('2026-01-01T00:00:00Z')
const world = { now: () => now, newId: () => 'id-1' }
let signer: StatementSigner
beforeAll(async () => {
  signer = await createStatementSigner(world)
})
const verify = (token: string | undefined, text = query, audience = 'crm') =>
  createStatementVerifier({ audience, jwks: { keys: [...signer.jwks.keys] }, world })(token, text)

describe('a statement', () => {
  test('tells the subgraph exactly what the gateway said', async () => {
    expect(await verify(signer.sign(statement))).toEqual(statement)
  })
  test('the caller in it cannot be widened afterwards', async () => {
    const { caller: seen } = await verify(signer.sign(statement))
    expect(() => (seen.scopes as string[]).push('finance:bank:read')).toThrow(TypeError)
  })
})

describe('refused (row 20)', () => {
  test('no statement', () => expect(verify(undefined)).rejects.toThrow('no statement'))
  test('one for another subgraph', async () =>
    expect(verify(signer.sign(statement), query, 'finance')).rejects.toThrow('aud'))
  test('one for another operation', async () =>
    expect(verify(signer.sign(statement), '{ _service { sdl } }')).rejects.toThrow('another operation'))
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
