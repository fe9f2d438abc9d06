import fastify, { type InjectOptions } from 'fastify'
import { afterAll, describe, expect, test } from 'vitest'
import type { ExplorerOptions } from '../../../gateway/explorer/options.ts'
import { registerExplorer } from '../../../gateway/explorer/register.ts'

const logged: unknown[] = []
const options: ExplorerOptions = {
  endpoint: '/graphql',
  identities: [
    { name: 'support-agent', title: 'Support agent', principal: 'agent:support-agent', roles: ['support-agent'] },
    { name: 'broken', title: 'Nobody', principal: 'agent:broken', roles: [] },
  ],
  mint: (name) => {
    return name === 'broken'
      ? Promise.reject(new Error('key file /secret/place is gone'))
      : Promise.resolve(`token-of-${name}`)
  },
  presets: [],
  log: { error: (...line: unknown[]) => void logged.push(line) },
}
const server = fastify()
registerExplorer(server, options)
afterAll(() => server.close())

const ownPage = { host: 'localhost:4000', 'mandate-explorer': '1', 'content-type': 'application/json' }

/** Asks for a token as the page does, with changes; a header set to undefined is left out. */
async function ask(headers: Record<string, string | undefined> = {}, more: Omit<InjectOptions, 'headers'> = {}) {
  const given: Record<string, string | undefined> = { ...ownPage, ...headers }
  const sent = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const response = await server.inject({
    method: 'POST',
    url: '/explorer/token',
    payload: { identity: 'support-agent' },
    ...more,
    headers: Object.fromEntries(sent),
  })
  const body = response.json<{ token?: string; errors?: { message: string; extensions: Record<string, unknown> }[] }>()
  return { status: response.statusCode, headers: response.headers, body, code: body.errors?.[0]?.extensions['code'] }
}

describe('a token', () => {
  test('for the explorer’s own page', async () => {
    const { status, body, headers } = await ask({ 'sec-fetch-site': 'same-origin', origin: 'http://localhost:4000' })
    expect([status, body]).toEqual([200, { token: 'token-of-support-agent' }])
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })

  test('for a browser that sends no fetch metadata', async () => {
    expect((await ask({ host: '127.0.0.1:4000' })).status).toBe(200)
    expect((await ask({ host: '[::1]:4000' }, { remoteAddress: '::1' })).status).toBe(200)
  })

  test.for([
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a page of another port', { 'sec-fetch-site': 'same-site' }],
    ['an address typed by hand', { 'sec-fetch-site': 'none' }],
    ['another origin', { origin: 'http://localhost:5173' }],
    ['an opaque origin', { origin: 'null' }],
    ['a request without the header of the page', { 'mandate-explorer': undefined }],
    ['a foreign name that points here', { host: 'attacker.example:4000', origin: 'http://attacker.example:4000' }],
    ['a name that only begins like ours', { host: 'localhost.attacker.example' }],
    ['somebody behind a proxy', { 'x-forwarded-for': '192.0.2.7' }],
  ] as const)('not for %s', async ([, headers]) => {
    const { status, code, body } = await ask(headers)
    expect([status, code]).toEqual([403, 'EXPLORER_NOT_HERE'])
    expect(body.token).toBeUndefined()
  })

  test('not for another machine', async () => {
    expect((await ask({}, { remoteAddress: '192.0.2.7' })).code).toBe('EXPLORER_NOT_HERE')
  })

  test.for([{ identity: 'root' }, { identity: '__proto__' }, { identity: ['support-agent'] }, {}, [], 'support-agent'])(
    'not for %o',
    async (payload) => {
      const { status, code, body } = await ask({}, { payload: JSON.stringify(payload) })
      expect([status, code]).toEqual([400, 'BAD_REQUEST'])
      expect(body.errors?.[0]?.extensions['known']).toEqual(['support-agent', 'broken'])
    },
  )

  test('not for a body that is not JSON, or too long', async () => {
    expect((await ask({}, { payload: '{' })).code).toBe('BAD_REQUEST')
    expect((await ask({}, { payload: JSON.stringify({ identity: 'x'.repeat(2_000) }) })).code).toBe('BAD_REQUEST')
    expect((await ask({ 'content-type': 'text/plain' }, { payload: '{"identity":"support-agent"}' })).code).toBe(
      'BAD_REQUEST',
    )
  })

  test('that cannot be made: the log has the cause, the browser does not', async () => {
    const { status, code, body } = await ask({}, { payload: { identity: 'broken' } })
    expect([status, code]).toEqual([500, 'INTERNAL_SERVER_ERROR'])
    expect(JSON.stringify(body)).not.toContain('secret')
    expect(logged).toHaveLength(1)
  })

  test('is not to be had by GET', async () => {
    expect((await server.inject({ method: 'GET', url: '/explorer/token', headers: ownPage })).statusCode).toBe(404)
  })
})

describe('files', () => {
  test.for([
    ['/explorer/app/explorer.js', 'text/javascript; charset=utf-8'],
    ['/explorer/app/explorer.css', 'text/css; charset=utf-8'],
    ['/explorer/vendor/graphiql.js', 'text/javascript; charset=utf-8'],
    ['/explorer/vendor/graphiql.css', 'text/css; charset=utf-8'],
    ['/explorer/vendor/react.js', 'text/javascript; charset=utf-8'],
    ['/explorer/vendor/react-dom.js', 'text/javascript; charset=utf-8'],
  ] as const)('%s', async ([url, type]) => {
    const response = await server.inject({ url })
    expect(response.statusCode).toBe(200)
    expect(response.headers).toMatchObject({ 'content-type': type, 'x-content-type-options': 'nosniff' })
    expect(response.body.length).toBeGreaterThan(200)
  })

  test('every module that another one imports is served', async () => {
    const seen = new Set<string>()
    const visit = async (url: string) => {
      if (seen.has(url)) return
      seen.add(url)
      const response = await server.inject({ url })
      expect([url, response.statusCode]).toEqual([url, 200])
      for (const [, name] of response.body.matchAll(/^import .* from '\.\/(.+)'$/gmu))
        await visit(`/explorer/app/${name ?? ''}`)
    }
    await visit('/explorer/app/explorer.js')
    expect(seen.size).toBeGreaterThan(4)
  })

  test('a file that the browser has is not sent again', async () => {
    const url = '/explorer/vendor/react.js'
    const { etag } = (await server.inject({ url })).headers
    const again = await server.inject({ url, headers: { 'if-none-match': String(etag) } })
    expect([again.statusCode, again.body]).toEqual([304, ''])
  })

  test.for([
    '/explorer/app/../register.ts',
    '/explorer/app/%2e%2e/register.ts',
    '/explorer/app/tsconfig.json',
    '/explorer/vendor/package.json',
    '/explorer/vendor/..%2f..%2fpackage.json',
    '/explorer/',
  ])('%s is not there', async (url) => {
    expect((await server.inject({ url })).statusCode).toBe(404)
  })

  test('the editors’ files name no other host that a browser would load from', async () => {
    const style = (await server.inject({ url: '/explorer/vendor/graphiql.css' })).body
    expect(style).not.toMatch(/url\(\s*["']?(?:https?:)?\/\//u)
    expect(style).not.toContain('@import')
  })
})
