/**
 * The cache port: rate limits, broadcasts and short-lived shared values, over Redis (`REDIS_URL`) or memory. Nothing in it
 * is the only copy of anything: the database is the truth.
 */
import { openMemoryCache } from './memory-cache.ts'
import { openRedisCache } from './redis-cache.ts'
import type { StorageLog } from './storage-log.ts'

export interface RateVerdict {
  readonly allowed: boolean
  /** Points left in the current window. */
  readonly remaining: number
  /** Milliseconds until the window is full again. */
  readonly resetMs: number
}

export interface RateLimiter {
  /** Takes `points` from the key's window, or nothing when fewer are left. Rejects when the cache is out of reach: the caller decides what that means. */
  take(key: string, points: number): Promise<RateVerdict>
  /** Gives back points that an estimate took too many of. */
  giveBack(key: string, points: number): Promise<void>
}

export interface Cache extends AsyncDisposable {
  readonly kind: 'redis' | 'memory'
  get(key: string): Promise<string | null>
  set(key: string, value: string, ttlMs: number): Promise<void>
  /** Sets only when absent; true when this call set it. */
  setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean>
  delete(key: string): Promise<void>
  publish(channel: string, message: string): Promise<void>
  /**
   * Calls `handler` for every message of the channel until the returned function is called. When the cache was out of reach
   * the subscription comes back by itself; what was published meanwhile is lost, so ask the database from time to time.
   */
  subscribe(channel: string, handler: (message: string) => void): Promise<() => Promise<void>>
  /** A fixed-window limiter: `points` per `windowMs` (whole seconds) for each key. */
  rateLimiter(name: string, options: { readonly points: number; readonly windowMs: number }): RateLimiter
  /** Resolves when the cache answers; rejects when it does not within `timeoutMs`. */
  ping(timeoutMs?: number): Promise<void>
  close(): Promise<void>
}

export type CacheOptions =
  | { readonly kind: 'memory'; readonly log?: StorageLog }
  | {
      readonly kind: 'redis'
      readonly url: string
      /** Before every key and channel; default `mandate:`. */
      readonly prefix?: string
      /** Limit of one command; default 1 s. */
      readonly timeoutMs?: number
      readonly log?: StorageLog
    }

const silentLog: StorageLog = { warn: () => undefined, error: () => undefined }

/**
 * Opens the cache. Redis may be away: then it is opened all the same, its calls reject within `timeoutMs`, and it works as
 * soon as Redis does.
 */
export async function openCache(options: CacheOptions): Promise<Cache> {
  const { log = silentLog } = options
  if (options.kind === 'memory') return openMemoryCache(log)
  const { url, prefix = 'mandate:', timeoutMs = 1_000 } = options
  return await openRedisCache({ url, prefix, timeoutMs, log })
}
