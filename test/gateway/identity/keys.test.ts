import { describe, expect, test } from 'vitest'
import { createKeySet, type LoadKeys } from '../../../gateway/identity/keys.ts'
import { remoteKeys } from '../../../gateway/identity/remote-keys.ts'
import { createTestWorld, makeSigningKey, verdictOf, type SigningKey } from '../../support/identity.ts'

const minute = 60_000

/** A key set over a source that can fail, hang and change; `find` says which kind of answer a key id gets. */
async function setUp(options: { readonly keys?: readonly unknown[] } = {}) {
  const world = createTestWorld()
  const key = await makeSigningKey()
  const source = { keys: options.keys ?? [key.publicJwk], down: false, loads: 0, gate: Promise.resolve() }
  const load: LoadKeys = async () => {
    source.loads += 1
    await source.gate
    if (source.down) throw new Error('down')
    return { keys: source.keys }
  }
  const keySet = createKeySet({ load, world })
  const find = (kid: string) =>
    verdictOf(Promise.resolve(keySet.find({ alg: 'ES256', kid }, { payload: '', signature: '' })))
  return { world, key, source, find }
}

const unknown = 'UNAUTHENTICATED key-unknown'
const unavailable = 'IDENTITY_UNAVAILABLE keys-unavailable'

describe('row 43: a key set', () => {
  test('fetches nothing before it is asked, and once for many who ask at once', async () => {
    const { key, source, find } = await setUp()
    expect(source.loads).toBe(0)
    await Promise.all(Array.from({ length: 50 }, () => find(key.kid)))
    expect(source.loads).toBe(1)
  })

  test('fetches again after 10 minutes and not before', async () => {
    const { world, key, source, find } = await setUp()
    await find(key.kid)
    world.advance(10 * minute)
    await find(key.kid)
    expect(source.loads).toBe(1)
    world.advance(1)
    await find(key.kid)
    expect(source.loads).toBe(2)
  })

  test('while the issuer is down, tries every 5 seconds at most and keeps nobody waiting', async () => {
    const { world, key, source, find } = await setUp()
    await find(key.kid)
    source.down = true
    world.advance(11 * minute)
    expect(await find(key.kid)).toBe('accepted')
    expect(source.loads).toBe(2)
    expect(await Promise.all([find(key.kid), find(key.kid)])).toEqual(['accepted', 'accepted'])
    expect(source.loads).toBe(2)
    world.advance(5_000)
    source.gate = new Promise(() => undefined)
    expect(await find(key.kid)).toBe('accepted')
    expect(source.loads).toBe(3)
  })

  test('an issuer that was never reached lets nobody pass, and is tried again soon', async () => {
    const { world, key, source, find } = await setUp()
    source.down = true
    expect(await find(key.kid)).toBe(unavailable)
    expect(await find(key.kid)).toBe(unavailable)
    expect(source.loads).toBe(1)
    source.down = false
    world.advance(5_000)
    expect(await find(key.kid)).toBe('accepted')
  })

  test('an unknown key while the issuer is down cannot be judged; once it is back, it can', async () => {
    const { world, key, source, find } = await setUp()
    await find(key.kid)
    world.advance(31_000)
    source.down = true
    expect(await find('other')).toBe(unavailable)
    expect(await find(key.kid)).toBe('accepted')
    source.down = false
    world.advance(31_000)
    expect(await find('other')).toBe(unknown)
  })

  test('a set that shows a private or a secret key is refused as a whole', async () => {
    const { key } = await setUp()
    for (const leaked of [
      { ...key.publicJwk, kid: 'p', d: 'AA' },
      { kty: 'oct', kid: 's', k: 'AA' },
    ]) {
      const { find } = await setUp({ keys: [key.publicJwk, leaked] })
      expect(await find(key.kid)).toBe(unavailable)
    }
  })

  test('keys without an id, or that are none, are left out; the others serve', async () => {
    const good: SigningKey = await makeSigningKey()
    const { find } = await setUp({
      keys: [null, 'x', { ...good.publicJwk, kid: undefined }, { kty: 'X' }, good.publicJwk],
    })
    expect(await find(good.kid)).toBe('accepted')
  })

  test.each([[[]], [{}], [null], ['text'], [{ keys: {} }]])('the document %j is refused', async (document) => {
    const keySet = createKeySet({ load: () => Promise.resolve(document), world: createTestWorld() })
    const found = Promise.resolve(keySet.find({ alg: 'ES256', kid: 'a' }, { payload: '', signature: '' }))
    expect(await verdictOf(found)).toBe(unavailable)
  })
})

describe('fetching a key set', () => {
  const url = 'https://issuer.test/jwks.json'
  const answering = (make: (init: RequestInit) => Response | Promise<Response>): typeof fetch => {
    return async (_, init) => await make(init ?? {})
  }

  test('asks for no redirects and gives up after the timeout', async () => {
    const seen: RequestInit[] = []
    const load = remoteKeys({
      url,
      timeoutMs: 20,
      fetch: answering((init) => {
        seen.push(init)
        return new Promise((_, reject) => {
          init.signal?.addEventListener('abort', () => {
            reject(init.signal?.reason as Error)
          })
        })
      }),
    })
    await expect(load()).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(seen[0]?.redirect).toBe('error')
  })

  test('takes 256 KiB and no byte more', async () => {
    const body = (size: number) => `{"keys":[]${' '.repeat(size - 11)}}`
    const sized = (size: number) => remoteKeys({ url, fetch: answering(() => new Response(body(size))) })
    await expect(sized(256 * 1024)()).resolves.toEqual({ keys: [] })
    await expect(sized(256 * 1024 + 1)()).rejects.toThrow('larger than')
  })

  test.each([204, 304, 404, 500])('refuses status %d', async (status) => {
    const load = remoteKeys({ url, fetch: answering(() => new Response(null, { status })) })
    await expect(load()).rejects.toThrow(`status ${status}`)
  })

  test.each([
    'http://issuer.test/jwks',
    'ftp://localhost/jwks',
    'http://localhost.evil.test/',
    'http://127.0.0.1.evil.test/',
  ])('refuses the address %s', (address) => {
    expect(() => remoteKeys({ url: address, fetch })).toThrow('https://')
  })

  test.each(['http://localhost:4000/jwks', 'http://127.0.0.1/jwks', 'http://[::1]:9/jwks', url])(
    'takes %s',
    (address) => {
      expect(remoteKeys({ url: address, fetch })).toBeTypeOf('function')
    },
  )
})
