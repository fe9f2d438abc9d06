/**
 * Fresh caches for tests, used as `databases.ts`: `memory` is always there, `redis` when REDIS_URL names a server. Each call
 * gives a cache whose keys and channels no other test sees; they expire by themselves.
 */
import { randomUUID } from 'node:crypto'
import { type Cache, openCache } from '../../storage/cache.ts'

export type CacheKind = Cache['kind']

/** The adapters that a contract suite runs on. */
export function cacheKinds(): readonly CacheKind[] {
  if (process.env.REDIS_URL === undefined) return ['memory']
  return process.env.TEST_ONLY_SERVERS === 'true' ? ['redis'] : ['memory', 'redis']
}

/** A fresh cache. */
export async function createCache(kind: CacheKind): Promise<Cache> {
  if (kind === 'memory') return await openCache({ kind })
  const url = process.env.REDIS_URL
  if (url === undefined) throw new Error('Set REDIS_URL to test on Redis.')
  return await openCache({ kind, url, prefix: `mandate-test:${randomUUID()}:` })
}
