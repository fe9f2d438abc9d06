/** The client of a connector against a server that misbehaves: credentials, limits, retries, and what may be told. */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import type { Credentials } from '../../../../subgraphs/sources/http/authorizer.ts'
import { silentObserver } from '../../../../subgraphs/sources/http/connector-observer.ts'
import { openClient, type ClientLimits } from '../../../../subgraphs/sources/http/open-client.ts'
import type { SystemClient, SystemRequest } from '../../../../subgraphs/sources/http/system-client.ts'

const open: (Server | SystemClient)[] = []
afterEach(async () => {
  for (const each of open.splice(0)) {
    if ('closeAllConnections' in each) each.closeAllConnections()
    await each.close()
  }
})

const limits: ClientLimits = {
  timeoutMs: 400,
  totalMs: 1_500,
  concurrency: 2,
  queue: 2,
  retries: 2,
  responseBytes: 1_000,
  breaker: { failures: 50, halfOpenAfterMs: 1_000 },
}

async function serve(
  handler: RequestListener,
  more: { credentials?: (url: string) => Credentials; limits?: Partial<ClientLimits>; base?: string } = {},
) {
  const server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = openClient({
    connector: 'peer',
    url: new URL(`${url}${more.base ?? ''}`),
    credentials: more.credentials?.(url) ?? { type: 'none' },
    limits: { ...limits, ...more.limits },
    allowPrivate: [],
    observer: silentObserver,
    now: () => new Date(),
  })
  open.push(client, server)
  const send = (request: Partial<SystemRequest> = {}) =>
    client.send({ method: 'GET', path: '/x', idempotent: true, signal: new AbortController().signal, ...request })
  const reason = (request: Partial<SystemRequest> = {}) =>
    send(request).then(
      () => 'answered',
      (error: unknown) => [(error as { reason: string }).reason, (error as { effect: string }).effect].join(' '),
    )
  return { client, send, reason }
}

const json =
  (body: string): RequestListener =>
  (_, response) =>
    void response.setHeader('content-type', 'application/json').end(body)

test('sends credentials of each kind, and never in the URL', async () => {
  const seen: (string | undefined)[] = []
  const handler: RequestListener = (request, response) => {
    seen.push(request.headers.authorization ?? (request.headers['x-key'] as string | undefined))
    json('{}')(request, response)
  }
  const all: Credentials[] = [
    { type: 'basic', username: 'u', password: 'p:ä' },
    { type: 'bearer', token: 't' },
    { type: 'apiKey', header: 'X-Key', value: 'k' },
  ]
  for (const credentials of all) await (await serve(handler, { credentials: () => credentials })).send()
  expect(seen).toEqual([`Basic ${Buffer.from('u:p:ä').toString('base64')}`, 'Bearer t', 'k'])
})

test('gets a token once for many calls, and a new one when it is not taken any more', async () => {
  let tokens = 0
  let valid = 'token 1'
  const { send } = await serve(
    (request, response) => {
      response.setHeader('content-type', 'application/json')
      if (request.url === '/token') {
        expect(request.headers.authorization).toBe(`Basic ${Buffer.from('id:s%2Fe').toString('base64')}`)
        response.end(JSON.stringify({ access_token: `token ${++tokens}`, token_type: 'Bearer', expires_in: 3600 }))
      } else if (request.headers.authorization === `Bearer ${valid}`) response.end('{}')
      else response.writeHead(401).end('{}')
    },
    {
      limits: { concurrency: 8, queue: 8 },
      credentials: (url) => ({
        type: 'oauth2ClientCredentials',
        tokenUrl: `${url}/token`,
        clientId: 'id',
        clientSecret: 's/e',
        scope: null,
      }),
    },
  )
  await Promise.all(Array.from({ length: 6 }, () => send()))
  expect(tokens).toBe(1)
  valid = 'token 2'
  expect((await send()).status).toBe(200)
  expect(tokens).toBe(2)
})

test('refused credentials are named as such, without an answer of the system', async () => {
  const { reason } = await serve((_, response) => void response.writeHead(401).end('no such user: mandate'))
  expect(await reason()).toBe('not-authorised none')
})

test.each([
  ['more bytes than allowed', json(`"${'x'.repeat(2_000)}"`), 'too-large'],
  ['another type', (_, response) => void response.setHeader('content-type', 'text/html').end('<p>'), 'wrong-type'],
  ['no type', (_, response) => void response.end('{}'), 'wrong-type'],
  [
    'a compressed body',
    (_, response) =>
      void response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end('x'),
    'wrong-type',
  ],
  [
    'another character set',
    (_, response) => void response.setHeader('content-type', 'application/json; charset=latin1').end('{}'),
    'wrong-type',
  ],
  [
    'bytes that are no UTF-8',
    (_, response) => void response.setHeader('content-type', 'application/json').end(Buffer.from([0x22, 0xff, 0x22])),
    'unreadable',
  ],
  [
    'a redirect to the same host',
    (_, response) => void response.writeHead(307, { location: '/y' }).end(),
    'redirected',
  ],
] satisfies [string, RequestListener, string][])('%s is not taken', async (_what, handler, expected) => {
  const { reason } = await serve(handler, { limits: { retries: 0 } })
  expect(await reason()).toBe(`${expected} none`)
})

test('only a call that may be repeated is repeated, and the effect of the other is unknown', async () => {
  let calls = 0
  const { reason } = await serve((_, response) => {
    calls += 1
    response.writeHead(503).end()
  })
  expect(await reason()).toBe('server-error none')
  expect(calls).toBe(3)
  calls = 0
  expect(await reason({ method: 'POST', body: '{}', idempotent: false })).toBe('server-error unknown')
  expect(calls).toBe(1)
})

test('waits as long as it is asked to, where the time allows', async () => {
  let calls = 0
  const { send } = await serve(
    (request, response) => {
      calls += 1
      if (calls === 1) response.writeHead(429, { 'retry-after': '1' }).end()
      else json('{}')(request, response)
    },
    { limits: { totalMs: 3_000 } },
  )
  const startedMs = performance.now()
  expect((await send()).status).toBe(200)
  expect(performance.now() - startedMs).toBeGreaterThan(950)
})

test('a line that is too long is refused at once, and a place in it costs no more than the time of the call', async () => {
  const { reason } = await serve(() => undefined, {
    limits: { retries: 0, timeoutMs: 300, totalMs: 500, queue: 1, concurrency: 1 },
  })
  const startedMs = performance.now()
  const reasons = await Promise.all([reason(), reason(), reason()])
  expect(reasons).toContain('overloaded none')
  expect(reasons.filter((each) => each === 'timed-out none')).toHaveLength(2)
  expect(performance.now() - startedMs).toBeLessThan(1_500)
})

test('nothing is there: unreachable, and nothing was done', async () => {
  const { client, reason } = await serve(json('{}'), { limits: { retries: 0 } })
  const server = open.find((each): each is Server => 'closeAllConnections' in each)!
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  expect(await reason({ method: 'POST', body: '{}', idempotent: false })).toBe('unreachable none')
  expect(client.breaker).toBe('closed')
  open.splice(open.indexOf(server), 1)
})

test('no path leads out of the URL of the connector', async () => {
  const paths: string[] = []
  const { send } = await serve(
    (request, response) => {
      paths.push(request.url ?? '')
      json('{}')(request, response)
    },
    { base: '/api/v1' },
  )
  for (const path of ['/../../admin', '/%2e%2e/%2e%2e/admin', '/..\\..\\admin', 'no-slash', '/../v1evil']) {
    await expect(send({ path })).rejects.toThrow()
  }
  await send({ path: '//evil.example/x' })
  await send({ path: '/a?b#c', query: 'q=1' })
  expect(paths).toEqual(['/api/v1//evil.example/x', '/api/v1/a%3Fb%23c?q=1'])
})
