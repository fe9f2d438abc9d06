import { createHash } from 'node:crypto'
import {
  calculateJwkThumbprint,
  decodeJwt,
  decodeProtectedHeader,
  EmbeddedJWK,
  exportJWK,
  generateKeyPair,
  jwtVerify,
} from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ClientCredentialsOptions, clientCredentials, MandateError } from '../../../clients/typescript/index.ts'
import { type FakeGateway, startFakeGateway } from './fake-gateway.ts'

const clientId = 'agent:invoice-agent'

async function makeKey(alg = 'ES256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const publicJwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(publicJwk)
  return { key: await exportJWK(privateKey), publicJwk: { ...publicJwk, kid, alg } }
}

let gateway: FakeGateway
let agent: Awaited<ReturnType<typeof makeKey>>
beforeEach(async () => {
  gateway = await startFakeGateway()
  agent = await makeKey()
  gateway.issuer.publicJwk = agent.publicJwk
})
afterEach(() => gateway[Symbol.asyncDispose]())

const source = (more: Partial<ClientCredentialsOptions> = {}) =>
  clientCredentials({ issuer: gateway.url, clientId, key: agent.key, ...more })

const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'given',
    (error: unknown) => (error instanceof MandateError ? error.code : String(error)),
  )

test('an agent gets a token for an assertion signed with its key', async () => {
  const token = await source({ scope: 'finance:read' }).get()
  expect(token).toEqual({ value: 'token-1', prove: null })
  const { body } = gateway.tokenRequests[0]!
  expect(Object.fromEntries(body)).toMatchObject({ grant_type: 'client_credentials', scope: 'finance:read' })
  const { iss, sub, aud, exp = 0, iat = 0, jti } = decodeJwt(body.get('client_assertion')!)
  expect([iss, sub, aud, exp - iat, typeof jti]).toEqual([clientId, clientId, gateway.url, 60, 'string'])
})

test('an Ed25519 key does too, and the endpoint may be named', async () => {
  const other = await makeKey('Ed25519')
  gateway.issuer.publicJwk = { ...other.publicJwk, alg: 'EdDSA' }
  const tokenEndpoint = `${gateway.url}/oauth/token`
  const token = await clientCredentials({ tokenEndpoint, clientId, key: other.key }).get()
  expect(token.value).toBe('token-1')
})

test('a token is kept, and asked for once however many wait for it', async () => {
  const tokens = source()
  const values = await Promise.all([tokens.get(), tokens.get(), tokens.get()])
  expect(values.map(({ value }) => value)).toEqual(['token-1', 'token-1', 'token-1'])
  expect((await tokens.get()).value).toBe('token-1')
  expect(gateway.tokenRequests).toHaveLength(1)
})

test('it is replaced before it ends', async () => {
  gateway.issuer.expiresIn = 0.5
  const tokens = source()
  await tokens.get()
  await new Promise((resolve) => setTimeout(resolve, 420))
  expect((await tokens.get()).value).toBe('token-2')
})

test('an issuer that is away costs nothing while the token is good', async () => {
  gateway.issuer.expiresIn = 1
  const tokens = source()
  await tokens.get()
  gateway.issuer.down = true
  await new Promise((resolve) => setTimeout(resolve, 820))
  expect((await tokens.get()).value).toBe('token-1')
  await new Promise((resolve) => setTimeout(resolve, 250))
  expect(await codeOf(tokens.get())).toBe('TOKEN_UNREACHABLE')
})

test('one that was refused is replaced once for everybody who was refused with it', async () => {
  const tokens = source()
  const refused = await tokens.get()
  const others = await Promise.all([tokens.renew(refused), tokens.renew(refused)])
  expect([...others, await tokens.renew(refused)].map((token) => token?.value)).toEqual([
    'token-2',
    'token-2',
    'token-2',
  ])
  expect(gateway.tokenRequests).toHaveLength(2)
})

test('a key that the issuer does not know gets none, and another attempt is made with the next request', async () => {
  const known = gateway.issuer.publicJwk
  gateway.issuer.publicJwk = (await makeKey()).publicJwk
  const tokens = source()
  expect(await codeOf(tokens.get())).toBe('TOKEN_REFUSED')
  if (known) gateway.issuer.publicJwk = known
  expect((await tokens.get()).value).toBe('token-1')
})

test('the metadata of another issuer is not believed', async () => {
  gateway.issuer.named = 'https://other.example'
  expect(await codeOf(source().get())).toBe('TOKEN_REFUSED')
  expect(gateway.tokenRequests).toHaveLength(0)
})

test('nobody at the address of the issuer', async () => {
  expect(await codeOf(source({ issuer: 'http://127.0.0.1:1' }).get())).toBe('TOKEN_UNREACHABLE')
})

test('a bound token is proved anew with each request', async () => {
  const dpop = await makeKey()
  const token = await source({ dpop: dpop.key }).get()
  const asked = gateway.tokenRequests[0]?.headers['dpop'] as string
  expect(decodeJwt(asked)).toMatchObject({ htm: 'POST', htu: `${gateway.url}/oauth/token` })
  const proofs = await Promise.all([1, 2].map(() => token.prove!('POST', `${gateway.endpoint}?x=1`)))
  const { payload } = await jwtVerify(proofs[0]!, EmbeddedJWK, { typ: 'dpop+jwt' })
  const ath = createHash('sha256').update(token.value).digest('base64url')
  expect(payload).toMatchObject({ htm: 'POST', htu: gateway.endpoint, ath })
  expect(decodeJwt(proofs[1]!).jti).not.toBe(payload.jti)
  const { jwk } = decodeProtectedHeader(proofs[0]!)
  expect(Object.keys(jwk!).toSorted()).toEqual(['crv', 'kty', 'x', 'y'])
})

test('what is not a private key, and both or none of the addresses, are mistakes of the caller', async () => {
  await expect(source({ key: agent.publicJwk }).get()).rejects.toThrow('not a private key')
  expect(() => clientCredentials({ clientId, key: agent.key })).toThrow('either')
  expect(() => source({ tokenEndpoint: 'https://x.example/token' })).toThrow('either')
})
