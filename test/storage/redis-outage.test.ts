import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Cache, openCache } from '../../storage/cache.ts'
import type { StorageLog } from '../../storage/storage-log.ts'
import { type BreakableProxy, openProxy } from '../support/breakable-proxy.ts'
import { freePort, hasRedisServer, startRedisServer } from '../support/redis-server.ts'

const minute = { points: 10, windowMs: 60_000 }

/** Every call rejects, and none takes longer than `limitMs`. */
async function expectOutage(cache: Cache, limitMs: number): Promise<void> {
  const limiter = cache.rateLimiter('outage', minute)
  const start = performance.now()
  const outcomes = await Promise.allSettled([
    cache.get('a'),
    cache.set('a', 'b', 1_000),
    cache.setIfAbsent('a', 'b', 1_000),
    cache.delete('a'),
    cache.publish('news', 'x'),
    limiter.take('a', 1),
    limiter.giveBack('a', 1),
    cache.ping(),
  ])
  expect(performance.now() - start).toBeLessThan(limitMs)
  expect(outcomes.map((outcome) => outcome.status)).toStrictEqual(Array.from({ length: 8 }, () => 'rejected'))
}

function collectLog(): { readonly log: StorageLog; readonly messages: string[] } {
  const messages: string[] = []
  const add = (_: unknown, message: string) => void messages.push(message)
  return { log: { warn: add, error: add }, messages }
}

/** Publishes until a message is heard: a subscription needs a moment to come back. */
async function expectHeard(cache: Cache, heard: string[]): Promise<void> {
  heard.length = 0
  await vi.waitFor(
    async () => {
      await cache.publish('news', 'back')
      expect(heard).toContain('back')
    },
    { timeout: 10_000, interval: 100 },
  )
}

describe.skipIf(!hasRedisServer())('when the Redis server is killed', () => {
  test('calls are refused at once, and all works again when it returns', async () => {
    const port = await freePort()
    await using first = await startRedisServer(port)
    const { log, messages } = collectLog()
    await using cache = await openCache({ kind: 'redis', url: `redis://127.0.0.1:${port}`, log })
    const heard: string[] = []
    await cache.subscribe('news', (message) => heard.push(message))
    await expectHeard(cache, heard)

    await first.kill()
    await expectOutage(cache, 1_000)
    await cache.subscribe('later', (message) => heard.push(`later ${message}`))
    expect(messages.filter((message) => message === 'Redis is out of reach')).toHaveLength(2)

    await using second = await startRedisServer(port)
    expect(second.pid).not.toBe(first.pid)
    await vi.waitFor(() => cache.ping(), { timeout: 10_000, interval: 100 })
    await cache.set('a', 'b', 1_000)
    expect(await cache.get('a')).toBe('b')
    expect(await cache.rateLimiter('back', minute).take('a', 1)).toMatchObject({ allowed: true, remaining: 9 })
    await expectHeard(cache, heard)
    await vi.waitFor(async () => {
      await cache.publish('later', 'too')
      expect(heard).toContain('later too')
    })
    heard.length = 0
    await cache.publish('news', 'once')
    await vi.waitFor(() => expect(heard).toContain('once'))
    expect(heard.filter((message) => message === 'once')).toHaveLength(1)
  })

  test('a cache that is opened before Redis is there works when it comes', async () => {
    const port = await freePort()
    const start = performance.now()
    await using cache = await openCache({ kind: 'redis', url: `redis://127.0.0.1:${port}`, timeoutMs: 300 })
    expect(performance.now() - start).toBeLessThan(1_000)
    const heard: string[] = []
    await cache.subscribe('news', (message) => heard.push(message))
    await expectOutage(cache, 1_000)

    await using server = await startRedisServer(port)
    expect(server.pid).toBeGreaterThan(0)
    await vi.waitFor(() => cache.ping(), { timeout: 10_000, interval: 100 })
    await expectHeard(cache, heard)
  })

  test('a cache that is closed while Redis is away stays closed', async () => {
    const port = await freePort()
    const { log, messages } = collectLog()
    const cache = await openCache({ kind: 'redis', url: `redis://127.0.0.1:${port}`, timeoutMs: 100, log })
    await cache.close()
    messages.length = 0
    await using server = await startRedisServer(port)
    expect(server.pid).toBeGreaterThan(0)
    await expect(cache.ping()).rejects.toThrow()
    expect(messages).toStrictEqual([])
  })
})

describe.skipIf(process.env.REDIS_URL === undefined)('when Redis no longer answers', () => {
  let proxy: BreakableProxy
  let cache: Cache
  beforeAll(async () => {
    proxy = await openProxy(process.env.REDIS_URL ?? '', 6379)
    const prefix = `mandate-test:${randomUUID()}:`
    cache = await openCache({ kind: 'redis', url: proxy.url, prefix, timeoutMs: 500 })
  })
  afterAll(async () => {
    await cache.close()
    await proxy[Symbol.asyncDispose]()
  })

  test('calls are given up within the limit, and work again when the line is back', async () => {
    const heard: string[] = []
    await cache.subscribe('news', (message) => heard.push(message))
    await expectHeard(cache, heard)
    proxy.stall()
    await expectOutage(cache, 1_000)
    await proxy.restore()
    await vi.waitFor(() => cache.ping(), { timeout: 10_000, interval: 100 })
    await expectHeard(cache, heard)
  })
})
