/**
 * Each statement is good for one fetch: its id is remembered until it expires, in Redis, so that all replicas of a subgraph agree.
 * While Redis is away a replica remembers for itself, and takes reads only: a change that cannot be told from a repeated one is
 * refused.
 */
import { LRUCache } from 'lru-cache'
import type { World } from '../lib/world.ts'
import type { Cache } from '../storage/cache.ts'

export interface ReplayGuard {
  /** Marks the statement as used. Rejects when it was, or when that cannot be known and the fetch `changes` something. */
  use(id: string, statement: { readonly untilMs: number; readonly changes: boolean }): Promise<void>
}

export interface ReplayGuardOptions {
  /** The name of the subgraph: what one has seen says nothing of another. */
  readonly audience: string
  readonly cache: Pick<Cache, 'setIfAbsent'>
  readonly world: Pick<World, 'now'>
  /** Told when the shared memory could not be asked. */
  readonly onAway?: () => void
  /** Ids that one process remembers at most. */
  readonly remembered?: number
}

/** After a failure reads do not ask Redis for so long: one slow answer a second, not one a fetch. */
const awayMs = 1_000

/** Makes the memory of one subgraph. */
export function createReplayGuard(options: ReplayGuardOptions): ReplayGuard {
  const { audience, cache, world, onAway = () => undefined, remembered = 200_000 } = options
  const own = new LRUCache<string, number>({ max: remembered })
  let askAgainAt = 0

  async function isNew(id: string, ttlMs: number): Promise<boolean> {
    try {
      const fresh = await cache.setIfAbsent(`statement:${audience}:${id}`, '1', ttlMs)
      askAgainAt = 0
      return fresh
    } catch (error) {
      askAgainAt = world.now().getTime() + awayMs
      onAway()
      throw error
    }
  }

  return {
    async use(id, { untilMs, changes }) {
      const now = world.now().getTime()
      if ((own.get(id) ?? 0) > now) throw new Error('The statement was used before.')
      // Before the shared memory is asked: two of the same that arrive together must not both pass while it is away.
      own.set(id, untilMs)
      if (!changes && now < askAgainAt) return
      let fresh: boolean
      try {
        fresh = await isNew(id, Math.max(untilMs - now, 1))
      } catch (cause) {
        if (!changes) return
        throw new Error('Whether the statement was used before cannot be known while Redis is away.', { cause })
      }
      if (!fresh) throw new Error('The statement was used before.')
    },
  }
}
