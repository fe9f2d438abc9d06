import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Cache } from '../../storage/cache.ts'
import { cacheKinds, createCache } from '../support/caches.ts'

const minute = { points: 10, windowMs: 60_000 }

for (const kind of cacheKinds()) {
  describe(`the cache on ${kind}`, () => {
    let cache: Cache
    beforeAll(async () => {
      cache = await createCache(kind)
    })
    afterAll(() => cache.close())

    test('keeps a value until it is deleted', async () => {
      await cache.set('kept', 'a ☃\n"value"', 60_000)
      expect(await cache.get('kept')).toBe('a ☃\n"value"')
      await cache.set('kept', 'another', 60_000)
      expect(await cache.get('kept')).toBe('another')
      await cache.delete('kept')
      await cache.delete('kept')
      expect(await cache.get('kept')).toBeNull()
    })

    test('tells an empty value from none', async () => {
      await cache.set('empty', '', 60_000)
      expect(await cache.get('empty')).toBe('')
      expect(await cache.get('toString')).toBeNull()
    })

    test('forgets a value after its time', async () => {
      await cache.set('short', 'value', 80)
      expect(await cache.get('short')).toBe('value')
      await delay(120)
      expect(await cache.get('short')).toBeNull()
    })

    test('sets only what is absent, and once among many', async () => {
      const set = await Promise.all(Array.from({ length: 20 }, (_, i) => cache.setIfAbsent('once', String(i), 80)))
      expect(set.filter(Boolean)).toHaveLength(1)
      expect(await cache.get('once')).toBe(String(set.indexOf(true)))
      await delay(120)
      expect(await cache.setIfAbsent('once', 'again', 60_000)).toBe(true)
    })

    test('delivers messages in order to every subscriber of the channel, and to no other', async () => {
      const heard: string[] = []
      await cache.subscribe('news', (message) => heard.push(`first ${message}`))
      await cache.subscribe('news', (message) => heard.push(`second ${message}`))
      await cache.subscribe('weather', (message) => heard.push(`weather ${message}`))
      await cache.publish('news', 'a')
      await cache.publish('news', 'b')
      await vi.waitFor(() => expect(heard).toHaveLength(4))
      expect(heard).toStrictEqual(['first a', 'second a', 'first b', 'second b'])
    })

    test('stops delivering to one that unsubscribed, and to it alone', async () => {
      const heard: string[] = []
      const stop = await cache.subscribe('stop', () => heard.push('stopped'))
      await cache.subscribe('stop', () => heard.push('stays'))
      await stop()
      await stop()
      await cache.publish('stop', 'x')
      await vi.waitFor(() => expect(heard).toStrictEqual(['stays']))
    })

    test('lets a channel be subscribed again after its last subscriber left', async () => {
      const heard: string[] = []
      await (
        await cache.subscribe('again', () => heard.push('first'))
      )()
      await cache.subscribe('again', () => heard.push('second'))
      await cache.publish('again', 'x')
      await vi.waitFor(() => expect(heard).toStrictEqual(['second']))
    })

    test('a subscriber that fails does not keep the others from hearing', async () => {
      const heard: string[] = []
      await cache.subscribe('failing', () => {
        throw new Error('This subscriber always fails.')
      })
      await cache.subscribe('failing', (message) => heard.push(message))
      await cache.publish('failing', 'x')
      await vi.waitFor(() => expect(heard).toStrictEqual(['x']))
    })

    test('takes points from each key by itself', async () => {
      const limiter = cache.rateLimiter('each', minute)
      expect(await limiter.take('a', 4)).toMatchObject({ allowed: true, remaining: 6 })
      const last = await limiter.take('a', 6)
      expect(last).toMatchObject({ allowed: true, remaining: 0 })
      expect(last.resetMs).toBeGreaterThan(50_000)
      expect(last.resetMs).toBeLessThanOrEqual(60_000)
      expect(await limiter.take('a', 1)).toMatchObject({ allowed: false, remaining: 0 })
      expect(await limiter.take('b', 1)).toMatchObject({ allowed: true, remaining: 9 })
    })

    test('keeps limiters of other names apart', async () => {
      await cache.rateLimiter('one', minute).take('a', 10)
      expect(await cache.rateLimiter('two', minute).take('a', 1)).toMatchObject({ allowed: true })
    })

    test('a refusal takes nothing', async () => {
      const limiter = cache.rateLimiter('refused', minute)
      await limiter.take('a', 7)
      expect(await limiter.take('a', 1_000)).toMatchObject({ allowed: false, remaining: 3 })
      expect(await limiter.take('a', 3)).toMatchObject({ allowed: true, remaining: 0 })
    })

    test('gives back what an estimate took too many of, and never more than the window has', async () => {
      const limiter = cache.rateLimiter('back', minute)
      await limiter.take('a', 8)
      await limiter.giveBack('a', 5)
      expect(await limiter.take('a', 7)).toMatchObject({ allowed: true, remaining: 0 })
      await limiter.giveBack('a', 500)
      await limiter.giveBack('new', 500)
      for (const key of ['a', 'new']) {
        expect(await limiter.take(key, 11)).toMatchObject({ allowed: false, remaining: 10 })
        expect(await limiter.take(key, 10)).toMatchObject({ allowed: true, remaining: 0 })
      }
    })

    test('never lets more through than the points, however many ask at once', async () => {
      const limiter = cache.rateLimiter('burst', minute)
      const verdicts = await Promise.all(Array.from({ length: 40 }, () => limiter.take('a', 1)))
      expect(verdicts.filter((verdict) => verdict.allowed)).toHaveLength(10)
    })

    test('fills the window again when it is over', async () => {
      const limiter = cache.rateLimiter('window', { points: 2, windowMs: 1_000 })
      await limiter.take('a', 2)
      expect(await limiter.take('a', 1)).toMatchObject({ allowed: false })
      await delay(1_100)
      expect(await limiter.take('a', 2)).toMatchObject({ allowed: true })
    })

    test('counts a part of a point as a whole one, and refuses what is no number of points', async () => {
      const limiter = cache.rateLimiter('parts', minute)
      expect(await limiter.take('a', 0.2)).toMatchObject({ remaining: 9 })
      for (const points of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
        await expect(limiter.take('a', points)).rejects.toThrow(RangeError)
        await expect(limiter.giveBack('a', points)).rejects.toThrow(RangeError)
      }
    })

    test.each([0, 500, 1_500])('refuses a window of %d ms', (windowMs) => {
      expect(() => cache.rateLimiter('bad', { points: 1, windowMs })).toThrow('whole number of seconds')
    })

    test('answers a ping until it is closed, and closes once', async () => {
      const closing = await createCache(kind)
      await closing.ping()
      const limiter = closing.rateLimiter('closed', minute)
      await Promise.all([closing.close(), closing.close()])
      await expect(closing.ping()).rejects.toThrow()
      await expect(closing.get('a')).rejects.toThrow()
      await expect(limiter.take('a', 1)).rejects.toThrow()
    })
  })
}
