import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { assertLocalOnly, isLocalRequest } from '../../../gateway/identity/local-only.ts'

const good = { issuer: 'http://localhost:4000', bindHost: '127.0.0.1', environment: {} }

const request = (remoteAddress: string | undefined, headers: Record<string, string>) =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage

describe('where the development issuer starts', () => {
  test('on this machine', () => {
    expect(() => assertLocalOnly(good)).not.toThrow()
    expect(() => assertLocalOnly({ ...good, issuer: 'http://[::1]:4000', bindHost: '::1' })).not.toThrow()
    expect(() => assertLocalOnly({ ...good, bindHost: 'localhost', environment: { NODE_ENV: 'test' } })).not.toThrow()
  })

  test('not in production', () => {
    expect(() => assertLocalOnly({ ...good, environment: { NODE_ENV: 'production' } })).toThrow('NODE_ENV')
  })

  test.each([
    'http://gateway.test',
    'http://10.0.0.1:4000',
    'http://localhost.evil.test',
    'http://127.0.0.1.evil.test',
  ])('not as %s', (issuer) => {
    expect(() => assertLocalOnly({ ...good, issuer })).toThrow('must be on this machine')
  })

  test.each(['0.0.0.0', '::', '10.0.0.1', '', 'gateway.test'])('not while the gateway listens on %j', (bindHost) => {
    expect(() => assertLocalOnly({ ...good, bindHost })).toThrow('does not run while the gateway listens')
  })
})

describe('whom it answers', () => {
  test.each([
    ['127.0.0.1', 'localhost:4000'],
    ['::1', '[::1]:4000'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
  ])('%s asking for %s', (address, host) => {
    expect(isLocalRequest(request(address, { host }))).toBe(true)
  })

  test.each([
    ['another machine', '10.0.0.1', { host: 'localhost:4000' }],
    ['another machine over IPv6', '::ffff:10.0.0.1', { host: 'localhost' }],
    ['a closed socket', undefined, { host: 'localhost' }],
    ['a name that was pointed here (DNS rebinding)', '127.0.0.1', { host: 'evil.test:4000' }],
    ['a name that begins like this machine', '127.0.0.1', { host: 'localhost.evil.test' }],
    ['no host', '127.0.0.1', {}],
    ['a proxy on this machine', '127.0.0.1', { host: 'localhost', 'x-forwarded-for': '203.0.113.7' }],
    ['a proxy that follows RFC 7239', '127.0.0.1', { host: 'localhost', forwarded: 'for=203.0.113.7' }],
  ])('not %s', (_, address, headers) => {
    expect(isLocalRequest(request(address, headers))).toBe(false)
  })
})
