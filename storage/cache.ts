/**
 * The cache port: rate limits, broadcasts and short-lived shared values, over Redis (`REDIS_URL`) or memory. Nothing in it
 * is the only copy of anything: the database is the truth.
 */

export interface RateVerdict {
  readonly allowed: boolean
  /** Points left in the current window. */
  readonly remaining: number
  /** Milliseconds until the window is full again. */
  readonly resetMs: number
}

export interface RateLimiter {
  /** Takes `points` from the key's window. Rejects when the cache is out of reach: the caller decides what that means. */
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
  /** Calls `handler` for every message of the channel until the returned function is called. */
  subscribe(channel: string, handler: (message: string) => void): Promise<() => Promise<void>>
  /** A fixed-window limiter: `points` per `windowMs` for each key. */
  rateLimiter(name: string, options: { readonly points: number; readonly windowMs: number }): RateLimiter
  /** Resolves when the cache answers; rejects when it does not within `timeoutMs`. */
  ping(timeoutMs?: number): Promise<void>
  close(): Promise<void>
}
