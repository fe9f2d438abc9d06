/** A statement is good once, for all replicas of a subgraph together, and for changes even while Redis is away. */
import { describe, expect, test } from 'vitest'
import { realWorld } from '../../lib/world.ts'
import type { Cache } from '../../storage/cache.ts'
import { createReplayGuard } from '../../subgraphs/statement-replay.ts'
import { createCache } from '../support/caches.ts'

const in30s = () => Date.now() + 30_000
const read = () => ({ untilMs: in30s(), changes: false })
const change = () => ({ untilMs: in30s(), changes: true })

const kinds = process.env.REDIS_URL === undefined ? (['memory'] as const) : (['memory', 'redis'] as const)
for (const kind of kinds) {
  describe(`on ${kind}`, () => {
    test('what one replica has taken, another refuses; another subgraph does not', async () => {
      await using cache = await createCache(kind)
      const replica = (audience: string) => createReplayGuard({ audience, cache, world: realWorld })
      const id = crypto.randomUUID()
      await replica('crm').use(id, read())
      await expect(replica('crm').use(id, read())).rejects.toThrow('used before')
      await replica('itsm').use(id, read())
    })

    test('ten at once: one passes', async () => {
      await using cache = await createCache(kind)
      const id = crypto.randomUUID()
      const guards = Array.from({ length: 10 }, () => createReplayGuard({ audience: 'crm', cache, world: realWorld }))
      const results = await Promise.allSettled(guards.map((guard) => guard.use(id, change())))
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    })
  })
}

describe('while Redis is away', () => {
  function broken() {
    let asked = 0
    const cache: Pick<Cache, 'setIfAbsent'> = {
      setIfAbsent: () => {
        asked += 1
        return Promise.reject(new Error('away'))
      },
    }
    return { cache, asked: () => asked }
  }

  test('a change is refused', async () => {
    const guard = createReplayGuard({ audience: 'crm', cache: broken().cache, world: realWorld })
    await expect(guard.use('a', change())).rejects.toThrow('cannot be known')
  })

  test('a read passes, once here, and does not ask again for a second', async () => {
    const { cache, asked } = broken()
    let away = 0
    const guard = createReplayGuard({ audience: 'crm', cache, world: realWorld, onAway: () => (away += 1) })
    for (const id of ['a', 'b', 'c']) await guard.use(id, read())
    await expect(guard.use('a', read())).rejects.toThrow('used before')
    expect([asked(), away]).toEqual([1, 1])
  })

  test('a refused change is not good afterwards either', async () => {
    const guard = createReplayGuard({ audience: 'crm', cache: broken().cache, world: realWorld })
    await guard.use('a', change()).catch(() => undefined)
    await expect(guard.use('a', read())).rejects.toThrow('used before')
  })
})
