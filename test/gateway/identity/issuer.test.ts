import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt, importJWK, SignJWT, type CryptoKey } from 'jose'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { realWorld } from '../../../lib/world.ts'
import { createAuthenticator, type Authenticator } from '../../../gateway/identity/authenticate.ts'
import { createDevelopmentIssuer, type DevelopmentIssuer } from '../../../gateway/identity/issuer.ts'
import { createKeySet } from '../../../gateway/identity/keys.ts'
import { identityKeyFile, issuerKeyFile, readPrivateKey } from '../../../gateway/identity/private-keys.ts'
import { remoteKeys } from '../../../gateway/identity/remote-keys.ts'
import { everyoneRegistered, makeSigningKey, signParts, testRoles } from '../../support/identity.ts'

let folder: string
let origin: string
let issuer: DevelopmentIssuer
let authenticator: Authenticator
let stop: () => void
const failures: string[] = []
const notices = ['info', 'warn', 'log', 'error'].map((name) => vi.spyOn(console, name as 'info'))

const settings = () => ({
  issuer: origin,
  bindHost: '127.0.0.1',
  audience: `${origin}/graphql`,
  folder,
  environment: {},
  world: realWorld,
  roles: () => testRoles,
  log: { error: (_: unknown, message: string) => void failures.push(message) },
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mandate-issuer-'))
  const server = createServer((request, response) => {
    issuer.handler(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stop = () => void server.close()
  origin = `http://localhost:${(server.address() as AddressInfo).port}`
  issuer = await createDevelopmentIssuer(settings())
  authenticator = createAuthenticator({
    issuers: [
      {
        issuer: origin,
        audience: `${origin}/graphql`,
        algorithms: ['ES256'],
        kinds: ['agent', 'person'],
        keys: createKeySet({ load: remoteKeys({ url: `${origin}/.well-known/jwks.json`, fetch }), world: realWorld }),
      },
    ],
    roles: () => testRoles,
    killList: { check: () => Promise.resolve() },
    directory: everyoneRegistered,
    world: realWorld,
  })
})

afterAll(async () => {
  stop()
  await rm(folder, { recursive: true })
})

const enter = (token: string) => authenticator.authenticate({ rawHeaders: ['Authorization', `Bearer ${token}`] })

/** A good assertion of the support agent, but for these claims. */
async function assertion(claims: Record<string, unknown> = {}, key?: CryptoKey): Promise<string> {
  const jwk = await readPrivateKey(identityKeyFile(folder, 'support-agent'))
  if (jwk === null) throw new Error('no key')
  const now = Math.floor(Date.now() / 1000)
  const id = 'agent:support-agent'
  const good = { iss: id, sub: id, aud: origin, jti: realWorld.newId(), iat: now, exp: now + 60 }
  return await new SignJWT({ ...good, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: jwk.kid })
    .sign(key ?? (await importJWK(jwk, 'ES256')))
}

interface Answer {
  readonly status: number
  readonly error?: string
  readonly scope?: string
  readonly access_token: string
}

async function ask(body: Record<string, string>): Promise<Answer> {
  const response = await fetch(`${origin}/oauth/token`, { method: 'POST', body: new URLSearchParams(body) })
  return { status: response.status, ...((await response.json()) as object) } as Answer
}

async function askWith(client_assertion: string, more: Record<string, string> = {}): Promise<Answer> {
  const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  return await ask({ grant_type: 'client_credentials', client_assertion_type, client_assertion, ...more })
}

describe('POST /oauth/token with private_key_jwt', () => {
  test('gives an access token that the gateway accepts', async () => {
    const answer = await askWith(await assertion())
    expect(answer).toMatchObject({
      status: 200,
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'crm:read crm:write itsm:read',
    })
    expect(await enter(answer.access_token)).toMatchObject({
      id: 'agent:support-agent',
      kind: 'agent',
      clientId: 'agent:support-agent',
      roles: ['support-agent'],
      scopes: ['crm:read', 'crm:write', 'itsm:read'],
      actors: [],
    })
  })

  test('the same form as a minted one', async () => {
    const fetched = decodeJwt((await askWith(await assertion())).access_token)
    const minted = decodeJwt(await issuer.mint('support-agent'))
    const steady = (claims: object) => ({ ...claims, jti: '', iat: 0, exp: 0 })
    expect(steady(minted)).toEqual(steady(fetched))
  })

  test('cuts the scopes asked for to what the roles give', async () => {
    expect(await askWith(await assertion(), { scope: 'crm:read finance:read' })).toMatchObject({
      status: 200,
      scope: 'crm:read',
    })
    expect(await askWith(await assertion(), { scope: 'finance:read' })).toMatchObject({
      status: 400,
      error: 'invalid_scope',
    })
  })

  test('accepts the token endpoint as the audience, too', async () => {
    expect((await askWith(await assertion({ aud: `${origin}/oauth/token` }))).status).toBe(200)
  })

  const now = Math.floor(Date.now() / 1000)
  test.each([
    ['another audience', { aud: 'https://other.test' }],
    ['several audiences', { aud: ['https://other.test', 'ISSUER'] }],
    ['no audience', { aud: undefined }],
    ['an end in the past', { iat: now - 120, exp: now - 60 }],
    ['no end', { exp: undefined }],
    ['a life of an hour', { exp: now + 3600 }],
    ['no id', { jti: undefined }],
    ['another issuer than subject', { iss: 'agent:sales-agent' }],
    ['the subject of somebody else', { iss: 'agent:sales-agent', sub: 'agent:sales-agent' }],
    ['an unknown subject', { iss: 'agent:nobody', sub: 'agent:nobody' }],
  ])('refuses an assertion with %s', async (_, claims) => {
    const filled = JSON.parse(JSON.stringify(claims).replace('ISSUER', origin), (__, value: unknown) => value) as object
    const removed = Object.fromEntries(Object.entries(claims).filter(([, value]) => value === undefined))
    const answer = await askWith(await assertion({ ...filled, ...removed }))
    expect(answer).toMatchObject({ status: 401, error: 'invalid_client' })
    expect(answer.access_token).toBeUndefined()
  })

  test('refuses another key under the same kid, and an unsigned assertion', async () => {
    const wrong = await makeSigningKey()
    expect(await askWith(await assertion({}, wrong.privateKey))).toMatchObject({ status: 401, error: 'invalid_client' })
    const [, payload = ''] = (await assertion()).split('.')
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`
    expect(await askWith(none)).toMatchObject({ status: 401, error: 'invalid_client' })
  })

  test('row 44: refuses an assertion that was used, also when both come at once', async () => {
    const once = await assertion()
    expect((await askWith(once)).status).toBe(200)
    expect(await askWith(once)).toMatchObject({ status: 401, error: 'invalid_client' })
    const raced = await assertion()
    const answers = await Promise.all(Array.from({ length: 10 }, () => askWith(raced)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 401)])
  })

  test.each([
    ['a client without an assertion', { grant_type: 'client_credentials', client_id: 'agent:support-agent' }, 401],
    ['a secret', { grant_type: 'client_credentials', client_id: 'agent:support-agent', client_secret: 'x' }, 401],
    ['nothing', {}, 400],
  ])('refuses %s', async (_, body, status) => {
    expect((await ask(body as Record<string, string>)).status).toBe(status)
  })

  test('refuses an agent the grant of people', async () => {
    expect(await askWith(await assertion(), { grant_type: 'authorization_code' })).toMatchObject({
      status: 400,
      error: 'invalid_request',
      error_description: 'requested grant type is not allowed for this client',
    })
  })

  test.each(['refresh_token', 'urn:ietf:params:oauth:grant-type:device_code', 'password', 'implicit'])(
    'refuses the grant %s',
    async (grant_type) => {
      expect(await askWith(await assertion(), { grant_type })).toMatchObject({
        status: 400,
        error: 'unsupported_grant_type',
      })
    },
  )

  test('refuses to make tokens for another resource', async () => {
    expect(await askWith(await assertion(), { resource: 'https://other.test' })).toMatchObject({
      status: 400,
      error: 'invalid_target',
    })
  })
})

describe('its other paths', () => {
  test('metadata names this issuer, and nothing that is switched off', async () => {
    for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
      const document = (await (await fetch(origin + path)).json()) as Record<string, unknown>
      expect(document).toMatchObject({ issuer: origin, token_endpoint: `${origin}/oauth/token` })
      expect(Object.keys(document).filter((key) => key.endsWith('_endpoint'))).toEqual([
        'authorization_endpoint',
        'token_endpoint',
      ])
    }
  })

  test('the key set shows the public key alone', async () => {
    const document = (await (await fetch(`${origin}/.well-known/jwks.json`)).json()) as { keys: object[] }
    expect(document.keys).toHaveLength(1)
    expect(Object.keys(document.keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    expect(document.keys[0]).toEqual(issuer.jwks().keys[0])
  })

  test.each(['/auth', '/me', '/reg', '/session/end', '/interaction/x', '/oauth/token/x', '/oauth/sign-in'])(
    '%s does not exist',
    async (path) => {
      expect((await fetch(origin + path)).status).toBe(404)
    },
  )

  test('a request through a proxy gets no token', async () => {
    const response = await fetch(`${origin}/oauth/token`, {
      method: 'POST',
      headers: { 'x-forwarded-for': '203.0.113.7' },
    })
    expect(response.status).toBe(403)
  })
})

describe('tokens made in process', () => {
  test('carry all scopes of the roles, or those asked for', async () => {
    expect((await enter(await issuer.mint('agent:support-agent'))).scopes).toEqual([
      'crm:read',
      'crm:write',
      'itsm:read',
    ])
    const cut = await issuer.mint('support-agent', { scopes: ['crm:read', 'finance:read'] })
    expect((await enter(cut)).scopes).toEqual(['crm:read'])
  })

  test('can say that an agent acts for a person', async () => {
    const token = await issuer.mint('support-agent', { onBehalfOf: 'maria.keller' })
    expect(await enter(token)).toMatchObject({
      id: 'agent:support-agent',
      onBehalfOf: 'person:maria.keller',
      scopes: ['crm:read'],
      actors: [{ id: 'agent:support-agent' }],
    })
  })

  test('are not made for strangers', async () => {
    await expect(issuer.mint('mallory')).rejects.toThrow('`mallory`; choose one of `support-agent`')
  })
})

describe('its keys', () => {
  test('lie in files that their owner alone may read, and stay the same at the next start', async () => {
    const names = await readdir(join(folder, 'identities'))
    expect(names).toHaveLength(issuer.identities.length)
    for (const file of [issuerKeyFile(folder), ...names.map((name) => join(folder, 'identities', name))]) {
      expect((await stat(file)).mode & 0o777).toBe(0o600)
    }
    expect((await stat(join(folder, 'identities'))).mode & 0o777).toBe(0o700)
    expect((await createDevelopmentIssuer(settings())).jwks()).toEqual(issuer.jwks())
  })

  test('two first starts at once agree on one key', async () => {
    const other = await mkdtemp(join(tmpdir(), 'mandate-issuer-'))
    const [one, two] = await Promise.all([0, 1].map(() => createDevelopmentIssuer({ ...settings(), folder: other })))
    expect(one?.jwks()).toEqual(two?.jwks())
    expect(await readdir(join(other, 'issuer'))).toEqual(['signing.jwk.json'])
    await rm(other, { recursive: true })
  })

  test('a damaged file stops the start and is named', async () => {
    const other = await mkdtemp(join(tmpdir(), 'mandate-issuer-'))
    await createDevelopmentIssuer({ ...settings(), folder: other })
    const file = identityKeyFile(other, 'sales-agent')
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, 20))
    await expect(createDevelopmentIssuer({ ...settings(), folder: other })).rejects.toThrow(file)
    await rm(other, { recursive: true })
  })
})

test('it does not start in production, and makes no keys then', async () => {
  const unused = join(folder, 'unused')
  const start = createDevelopmentIssuer({ ...settings(), folder: unused, environment: { NODE_ENV: 'production' } })
  await expect(start).rejects.toThrow('NODE_ENV')
  await expect(stat(unused)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a token signed by an identity instead of the issuer is refused', async () => {
  const key = await makeSigningKey()
  const token = decodeJwt(await issuer.mint('support-agent'))
  const forged = await signParts(key, { alg: 'ES256', typ: 'at+jwt', kid: key.kid }, token)
  await expect(enter(forged)).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } })
})

test('nothing was written to the console and nothing failed inside', () => {
  expect(notices.flatMap((notice) => notice.mock.calls)).toEqual([])
  expect(failures).toEqual([])
})
