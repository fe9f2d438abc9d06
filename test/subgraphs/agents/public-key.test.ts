import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { readPublicKey } from '../../../subgraphs/agents/workforce/public-key.ts'

let p256: JWK
let ed25519: JWK
let secret: JWK
beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true })
  p256 = await exportJWK(pair.publicKey)
  secret = await exportJWK(pair.privateKey)
  ed25519 = await exportJWK((await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })).publicKey)
})

const messageOf = async (text: string): Promise<string> => {
  try {
    await readPublicKey(text)
  } catch (error) {
    expect((error as { extensions: object }).extensions).toMatchObject({ code: 'INVALID_INPUT', argument: 'input.jwk' })
    return (error as Error).message
  }
  return 'accepted'
}
const refused = (jwk: JWK) => messageOf(JSON.stringify(jwk))

test('a key is kept under its thumbprint, with what it is for', async () => {
  const kid = await calculateJwkThumbprint(p256)
  expect(await readPublicKey(JSON.stringify(p256))).toEqual({ kid, jwk: { ...p256, kid, alg: 'ES256', use: 'sig' } })
  expect((await readPublicKey(JSON.stringify({ ...ed25519, use: 'sig', alg: 'EdDSA' }))).jwk.alg).toBe('EdDSA')
  expect((await readPublicKey(JSON.stringify({ ...p256, kid }))).kid).toBe(kid)
})

describe('refused, without repeating any of it', () => {
  test('a private key', async () => {
    const message = await refused(secret)
    expect(message).toContain('the private member `d`: make a new key pair')
    expect(message).not.toContain(String(secret.d))
  })

  test('a secret', async () => {
    expect(await refused({ kty: 'oct', k: 'c2VjcmV0' })).toContain('the private member `k`')
  })

  test('what is no key', async () => {
    for (const text of ['', 'not JSON', '[]', 'null', '"text"', '{}'])
      expect(await messageOf(text)).toMatch(/must be a (?:JSON object|P-256 key)/u)
    expect(await messageOf(`{"kty":"${'x'.repeat(2_000)}"}`)).toContain('at most 1000 characters')
  })

  test('weak or unwanted kinds', async () => {
    const { publicKey } = await generateKeyPair('RS256', { extractable: true, modulusLength: 2048 })
    expect(await refused(await exportJWK(publicKey))).toContain('members that are not of a public key')
    const curve = await generateKeyPair('ES384', { extractable: true })
    expect(await refused(await exportJWK(curve.publicKey))).toContain('must be a P-256 key')
  })

  test('points that are none, and points that prove nothing', async () => {
    expect(await refused({ ...p256, y: p256.x ?? '' })).toContain('not a point of its curve')
    for (const first of [0, 1]) {
      const x = Buffer.from([first, ...Array<number>(31).fill(0)])
      expect(await refused({ ...ed25519, x: x.toString('base64url') })).toContain('small order')
      // The sign of x makes no difference.
      x.writeUInt8(0x80, 31)
      expect(await refused({ ...ed25519, x: x.toString('base64url') })).toContain('small order')
    }
  })

  test('members that say something else', async () => {
    expect(await refused({ ...p256, alg: 'EdDSA' })).toContain('must be for `ES256`')
    expect(await refused({ ...p256, use: 'enc' })).toContain('for signatures')
    expect(await refused({ ...p256, kid: 'mine' })).toContain('not its thumbprint')
    expect(await refused({ ...p256, x5u: 'https://evil.example' })).toContain('not of a public key')
  })
})
