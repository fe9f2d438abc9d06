/** The cache of a single gateway: the same port as Redis, in this process's memory. */
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Cache } from './cache.ts'
import { ChannelHandlers } from './channel-handlers.ts'
import { createRateLimiter, windowSeconds } from './rate-limiter.ts'
import type { StorageLog } from './storage-log.ts'

interface Entry {
  readonly value: string
  readonly expiresAt: number
}

/** Expired entries go when they are asked for, and all of them once in so many writes. */
const writesBetweenSweeps = 1_000

export function openMemoryCache(log: StorageLog): Cache {
  const entries = new Map<string, Entry>()
  const handlers = new ChannelHandlers(log)
  let writes = 0
  let closed = false

  const live = (key: string): Entry | undefined => {
    const entry = entries.get(key)
    if (entry === undefined || entry.expiresAt > performance.now()) return entry
    entries.delete(key)
    return undefined
  }
  const write = (key: string, value: string, ttlMs: number) => {
    const now = performance.now()
    entries.set(key, { value, expiresAt: now + ttlMs })
    writes += 1
    if (writes % writesBetweenSweeps !== 0) return
    for (const [name, entry] of entries) if (entry.expiresAt <= now) entries.delete(name)
  }
  /** A closed cache rejects, as a closed connection does. */
  const whenOpen = <T>(work: () => T | Promise<T>): Promise<T> =>
    closed ? Promise.reject(new Error('The cache is closed.')) : Promise.resolve().then(work)

  const close = () => {
    closed = true
    entries.clear()
    handlers.clear()
    return Promise.resolve()
  }

  return {
    kind: 'memory',
    get: (key) => whenOpen(() => live(key)?.value ?? null),
    set: (key, value, ttlMs) => whenOpen(() => write(key, value, ttlMs)),
    setIfAbsent: (key, value, ttlMs) =>
      whenOpen(() => {
        if (live(key) !== undefined) return false
        write(key, value, ttlMs)
        return true
      }),
    delete: (key) => whenOpen(() => void entries.delete(key)),
    // Later, as over a network: a publisher never runs a subscriber's code inside its own call.
    publish: (channel, message) => whenOpen(() => void setImmediate(() => handlers.deliver(channel, message))),
    subscribe: (channel, handler) =>
      whenOpen(() => {
        const remove = handlers.add(channel, handler)
        return () => {
          remove()
          return Promise.resolve()
        }
      }),
    rateLimiter(name, options) {
      const counters = new RateLimiterMemory({
        keyPrefix: name,
        points: options.points,
        duration: windowSeconds(options),
      })
      return createRateLimiter(counters, whenOpen)
    },
    ping: () => whenOpen(() => undefined),
    close,
    [Symbol.asyncDispose]: close,
  }
}
