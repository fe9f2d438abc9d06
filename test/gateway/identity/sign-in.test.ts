/** People at the development issuer: authorization code with PKCE (RFC 6749, 7636, 8252, 9207; OpenID Connect Core), over HTTP. */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { realWorld } from '../../../lib/world.ts'
import {
  type Browser,
  createBrowser,
  type IssuerServer,
  makeChallenge,
  startIssuerServer,
} from '../../support/issuer-server.ts'
import { createKeyHolder } from '../../support/proofs.ts'

let server: IssuerServer
beforeAll(async () => {
  server = await startIssuerServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const redirectUri = 'http://127.0.0.1:51234/callback'
const { verifier, challenge } = makeChallenge()
const good = {
  client_id: 'mandate-cli',
  redirect_uri: redirectUri,
  response_type: 'code',
  scope: 'openid',
  state: 'state-of-the-client',
  nonce: 'nonce-of-the-client',
  code_challenge: challenge,
  code_challenge_method: 'S256',
}

const addressOf = (parameters: object) =>
  `${server.origin}/oauth/authorize?${new URLSearchParams(parameters as Record<string, string>).toString()}`

/** Where a redirect leads. */
const target = (response: Response) => new URL(response.headers.get('location') ?? 'none:', server.origin)

/** Opens the sign-in page; its address. */
async function begin(browser: Browser, parameters: object = {}): Promise<string> {
  const response = await browser.get(addressOf({ ...good, ...parameters }))
  expect(response.status).toBe(303)
  return target(response).href
}

/** Answers the page; what comes back to the client. */
async function answer(browser: Browser, page: string, form: Record<string, string> = { person: 'maria.keller' }) {
  const posted = await browser.post(page, form)
  expect(posted.status).toBe(303)
  return target(await browser.get(target(posted).href))
}

async function codeFor(parameters: object = {}, form?: Record<string, string>): Promise<string> {
  const browser = createBrowser()
  const back = await answer(browser, await begin(browser, parameters), form)
  return back.searchParams.get('code') ?? ''
}

const redeem = (code: string, more: Record<string, string> = {}, headers: Record<string, string> = {}) =>
  server.ask(
    {
      ...{ grant_type: 'authorization_code', client_id: 'mandate-cli', redirect_uri: redirectUri },
      ...{ code, code_verifier: verifier, ...more },
    },
    headers,
  )

describe('signing in', () => {
  test('page, answer, code, tokens: the gateway knows who it is and when she signed in', async () => {
    const before = Math.floor(Date.now() / 1000)
    const browser = createBrowser()
    const page = await begin(browser)
    const shown = await browser.get(page)
    expect(shown.status).toBe(200)
    expect(await shown.text()).toMatch(/mandate-cli[\s\S]*value="maria\.keller"[\s\S]*value="jonas\.weber"/u)
    const back = await answer(browser, page)
    expect(`${back.origin}${back.pathname}`).toBe(redirectUri)
    expect(Object.fromEntries(back.searchParams)).toEqual({
      code: expect.stringMatching(/^[\w-]{40,}$/u),
      state: 'state-of-the-client',
      iss: server.origin,
    })
    const tokens = await redeem(back.searchParams.get('code') ?? '')
    expect(tokens).toMatchObject({ status: 200, token_type: 'Bearer', scope: 'crm:read finance:read' })
    expect('refresh_token' in tokens).toBe(false)
    const access = decodeJwt(tokens.access_token)
    expect(access).toMatchObject({
      sub: 'person:maria.keller',
      kind: 'person',
      roles: ['account-manager'],
      client_id: 'mandate-cli',
      acr: '0',
      aud: server.audience,
    })
    expect(access['auth_time']).toBeGreaterThanOrEqual(before)
    expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ typ: 'at+jwt', alg: 'ES256' })
    expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({
      sub: 'person:maria.keller',
      aud: 'mandate-cli',
      nonce: 'nonce-of-the-client',
      acr: '0',
      auth_time: access['auth_time'],
    })
    expect(await server.enter(tokens.access_token)).toMatchObject({
      id: 'person:maria.keller',
      kind: 'person',
      clientId: 'mandate-cli',
      scopes: ['crm:read', 'finance:read'],
      authenticatedAt: access['auth_time'],
    })
  })

  test('an ID token is no access token', async () => {
    const { id_token: idToken = '' } = await redeem(await codeFor())
    await expect(server.enter(idToken)).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } })
  })

  test('gives fewer scopes when fewer are asked for, and none that the roles do not give', async () => {
    expect(await redeem(await codeFor({ scope: 'openid crm:read crm:write' }))).toMatchObject({
      scope: 'crm:read',
    })
    const browser = createBrowser()
    const back = await answer(browser, await begin(browser, { scope: 'openid hr:read' }))
    expect(back.searchParams.get('error')).toBe('invalid_scope')
    const { access_token: token } = await redeem(await codeFor({ scope: 'openid crm:read' }))
    expect(await server.enter(token)).toMatchObject({ scopes: ['crm:read'] })
  })

  test('asks again each time: nobody stays signed in', async () => {
    const browser = createBrowser()
    await answer(browser, await begin(browser))
    const again = await browser.get(await begin(browser))
    expect(await again.text()).toContain('value="jonas.weber"')
    const back = await answer(browser, await begin(browser), { person: 'jonas.weber' })
    expect(decodeJwt((await redeem(back.searchParams.get('code') ?? '')).access_token).sub).toBe('person:jonas.weber')
    const silent = target(await browser.get(addressOf({ ...good, prompt: 'none' })))
    expect(silent.searchParams.get('error')).toBe('login_required')
  })

  test('can name the one agent that may act for the person', async () => {
    const { access_token: token } = await redeem(await codeFor({ may_act: 'agent:support-agent' }))
    expect(decodeJwt(token)).toMatchObject({ may_act: { sub: 'agent:support-agent' } })
    expect(await server.exchange('support-agent', token)).toMatchObject({ status: 200 })
    expect(await server.exchange('sales-agent', token)).toMatchObject({ status: 400, error: 'invalid_request' })
    const wrong = target(await createBrowser().get(addressOf({ ...good, may_act: 'anybody' })))
    expect(wrong.searchParams.get('error')).toBe('invalid_request')
  })

  test('binds the token to a key that the client proves to hold', async () => {
    const client = await createKeyHolder(realWorld, `${server.origin}/oauth/token`)
    const proof = await client.prove(null)
    const tokens = await redeem(await codeFor(), {}, { dpop: proof })
    expect(tokens).toMatchObject({ status: 200, token_type: 'DPoP' })
    expect(decodeJwt(tokens.access_token)).toMatchObject({ cnf: { jkt: client.thumbprint } })
    expect(await redeem(await codeFor(), {}, { dpop: proof })).toMatchObject({ status: 400, error: 'invalid_grant' })
    const bound = await codeFor({ dpop_jkt: client.thumbprint })
    expect(await redeem(bound)).toMatchObject({ status: 400, error: 'invalid_grant' })
  })

  test('can be cancelled', async () => {
    const browser = createBrowser()
    const back = await answer(browser, await begin(browser), { cancel: 'true' })
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'access_denied', iss: server.origin })
  })
})

describe('a code', () => {
  test('counts once, also when two come with it at once', async () => {
    const code = await codeFor()
    const answers = await Promise.all(Array.from({ length: 6 }, () => redeem(code)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400, 400])
    expect(await redeem(code)).toMatchObject({ status: 400, error: 'invalid_grant' })
  })

  test.each([
    ['with another verifier', { code_verifier: makeChallenge().verifier }],
    ['without a verifier', { code_verifier: '' }],
    ['with the challenge as its verifier', { code_verifier: challenge }],
    ['for another redirect address', { redirect_uri: 'http://127.0.0.1:51235/callback' }],
    ['by another client', { client_id: 'mandate-console' }],
    ['that nobody issued', { code: 'x'.repeat(43) }],
  ])('is worth nothing %s', async (_, more) => {
    const filled = { code: await codeFor(), ...more }
    const answered = await redeem(filled.code, more)
    expect(answered).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(answered.access_token).toBeUndefined()
  })
})

describe('what is refused before anybody is asked', () => {
  test.each([
    ['an unknown client', { client_id: 'mandate-other' }],
    ['an agent as the client', { client_id: 'agent:support-agent' }],
    ['a redirect to another host', { redirect_uri: 'https://evil.test/callback' }],
    ['a redirect to another path', { redirect_uri: 'http://127.0.0.1:51234/other' }],
    ['a redirect to a name that looks like loopback', { redirect_uri: 'http://127.0.0.1.evil.test/callback' }],
    ['a redirect to somebody with a loopback user name', { redirect_uri: 'http://127.0.0.1@evil.test/callback' }],
    ['the redirect of another client', { redirect_uri: 'http://localhost:4000/console/callback' }],
    ['no redirect', { redirect_uri: '' }],
  ])('%s, without a redirect', async (_, parameters) => {
    const response = await createBrowser().get(addressOf({ ...good, ...parameters }))
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    expect(response.headers.getSetCookie()).toEqual([])
    expect(response.headers.get('content-type')).toContain('application/json')
  })

  test.each([
    ['no PKCE', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    ['PKCE in the clear', { code_challenge: verifier, code_challenge_method: 'plain' }, 'invalid_request'],
    ['a token in the address', { response_type: 'token' }, 'invalid_request'],
    ['an ID token in the address', { response_type: 'id_token' }, 'invalid_request'],
    ['an answer in the fragment', { response_mode: 'fragment' }, 'invalid_request'],
    ['an answer by a script', { response_mode: 'form_post' }, 'invalid_request'],
    ['no OpenID', { scope: 'crm:read' }, 'invalid_request'],
    ['a request object', { request: 'a.b.c' }, 'request_not_supported'],
    ['another resource', { resource: 'https://other.test' }, 'invalid_target'],
  ])('%s', async (_, parameters, error) => {
    const filled = Object.fromEntries(Object.entries({ ...good, ...parameters }).filter(([, value]) => value !== ''))
    const response = await createBrowser().get(addressOf(filled))
    const text = `${response.headers.get('location') ?? ''} ${await response.text()}`
    expect(text).toContain(error)
    expect(text).not.toContain('/oauth/sign-in/')
    expect(text).not.toContain('code=')
  })
})

describe('the page', () => {
  test('runs no script, is framed by nobody, and sends its form here and to the client alone', async () => {
    const browser = createBrowser()
    const { headers } = await browser.get(await begin(browser))
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'nonce-[^']+'; form-action 'self' http:\/\/127\.0\.0\.1:51234; /u,
    )
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('script')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-frame-options')).toBe('DENY')
  })

  test('is answered from itself alone: another origin, no origin and another content type are refused', async () => {
    const browser = createBrowser()
    const page = await begin(browser)
    const form = { person: 'maria.keller' }
    for (const origin of ['https://evil.test', 'null', '']) {
      expect((await browser.post(page, form, { origin })).status).toBe(403)
    }
    expect((await browser.post(page, form, { 'content-type': 'text/plain' })).status).toBe(400)
    expect((await browser.post(page, { person: 'x'.repeat(5_000) })).status).toBe(400)
    expect((await browser.post(page, { person: 'agent:support-agent' })).status).toBe(400)
    expect((await browser.post(page, {})).status).toBe(400)
    expect((await answer(browser, page)).searchParams.has('code')).toBe(true)
  })

  test('row 44: is nothing to a browser that did not begin the sign-in', async () => {
    const page = await begin(createBrowser())
    const stranger = createBrowser()
    expect((await stranger.get(page)).status).toBe(400)
    expect((await stranger.post(page, { person: 'maria.keller' })).status).toBe(400)
    await begin(stranger)
    const { cookies } = stranger
    for (const [name, cookie] of cookies) cookies.set(name, { ...cookie, path: '/' })
    expect((await stranger.post(page, { person: 'maria.keller' })).status).toBe(404)
  })

  test('cannot be answered twice', async () => {
    const browser = createBrowser()
    const page = await begin(browser)
    await answer(browser, page)
    expect((await browser.post(page, { person: 'jonas.weber' })).status).toBe(400)
  })

  test('shows what comes from outside as text', async () => {
    const browser = createBrowser()
    const html = await (await browser.get(await begin(browser, { state: '"><script>alert(1)</script>' }))).text()
    expect(html).not.toContain('<script')
  })

  test('does not exist through a proxy', async () => {
    const response = await fetch(addressOf(good), { headers: { 'x-forwarded-for': '203.0.113.7' }, redirect: 'manual' })
    expect(response.status).toBe(403)
  })
})

test('nothing failed inside', () => {
  expect(server.failures).toEqual([])
})
