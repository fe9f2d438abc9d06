/**
 * The cache that several gateways share, on Redis. While Redis is away every call rejects within the limit instead of
 * waiting in a queue, the clients reconnect by themselves, and subscriptions come back with them.
 */
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { createClient } from 'redis'
import type { Cache } from './cache.ts'
import { ChannelHandlers } from './channel-handlers.ts'
import { createRateLimiter, windowSeconds } from './rate-limiter.ts'
import { type StorageLog, reasonOf } from './storage-log.ts'
import { within } from './within.ts'

export interface RedisCacheOptions {
  readonly url: string
  readonly prefix: string
  readonly timeoutMs: number
  readonly log: StorageLog
}

type Client = ReturnType<typeof connectTo>

/** Never gives up; waits a little longer each time, at most 2 s, with jitter so that gateways do not return in step. */
function reconnectDelay(retries: number): number {
  return Math.min(50 * 2 ** Math.min(retries, 6), 2_000) * (0.75 + Math.random() / 2)
}

function connectTo(options: RedisCacheOptions, role: string) {
  const client = createClient({
    url: options.url,
    name: `mandate-${role}`,
    disableOfflineQueue: true,
    // A server that hangs: beyond so many unanswered commands, reject at once.
    commandsQueueMaxLength: 10_000,
    socket: { connectTimeout: 2_000, reconnectStrategy: reconnectDelay },
  })
  let reachable = true
  // Without a listener, an error of the connection would end the process. One line for each outage, not for each retry.
  client.on('error', (error: unknown) => {
    if (reachable) options.log.warn({ role, reason: reasonOf(error) }, 'Redis is out of reach')
    reachable = false
  })
  client.on('ready', () => {
    reachable = true
  })
  return client
}

export async function openRedisCache(options: RedisCacheOptions): Promise<Cache> {
  const { prefix, timeoutMs, log } = options
  const commands = connectTo(options, 'commands')
  // A connection that subscribes takes no other commands.
  const listener = connectTo(options, 'listener')
  const handlers = new ChannelHandlers(log)
  const listening = new Set<string>()

  // INVARIANT: one function for all subscriptions. The client keeps them in a set, so one that is repeated after an answer
  // that came too late does not deliver twice.
  const hear = (message: string, channel: string) => handlers.deliver(channel.slice(prefix.length), message)

  const call = <T>(work: () => Promise<T>): Promise<T> => within(timeoutMs, 'Redis did not answer', work())

  /** Subscribes the connection to what it should hear and does not; after a reconnect the client itself does the others. */
  const listen = async () => {
    for (const channel of handlers.channels) {
      if (listening.has(channel)) continue
      listening.add(channel)
      try {
        await call(() => listener.subscribe(prefix + channel, hear))
      } catch (error) {
        listening.delete(channel)
        throw error
      }
    }
  }
  listener.on('ready', () => {
    listen().catch((error: unknown) => log.warn({ reason: reasonOf(error) }, 'A subscription could not be restored'))
  })

  const close = () => {
    handlers.clear()
    for (const client of [commands, listener]) if (client.isOpen) client.destroy()
    return Promise.resolve()
  }

  await connectAll([commands, listener], timeoutMs)
  return {
    kind: 'redis',
    get: (key) => call(() => commands.get(prefix + key)),
    async set(key, value, ttlMs) {
      await call(() => commands.set(prefix + key, value, { expiration: { type: 'PX', value: ttlMs } }))
    },
    async setIfAbsent(key, value, ttlMs) {
      const answer = await call(() =>
        commands.set(prefix + key, value, { condition: 'NX', expiration: { type: 'PX', value: ttlMs } }),
      )
      return answer === 'OK'
    },
    async delete(key) {
      await call(() => commands.del(prefix + key))
    },
    async publish(channel, message) {
      await call(() => commands.publish(prefix + channel, message))
    },
    async subscribe(channel, handler) {
      const remove = handlers.add(channel, handler)
      // Redis may be away: `ready` subscribes later.
      await listen().catch(() => undefined)
      return async () => {
        if (remove() > 0 || !listening.delete(channel)) return
        await call(() => listener.unsubscribe(prefix + channel)).catch(() => undefined)
      }
    },
    rateLimiter(name, limits) {
      const counters = new RateLimiterRedis({
        storeClient: commands,
        useRedisPackage: true,
        keyPrefix: `${prefix}rate:${name}`,
        points: limits.points,
        duration: windowSeconds(limits),
      })
      return createRateLimiter(counters, call)
    },
    async ping(limit = timeoutMs) {
      await within(limit, 'Redis did not answer', commands.ping())
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Starts connecting and waits for it a moment; who is not there yet comes later by itself. */
async function connectAll(clients: readonly Client[], timeoutMs: number): Promise<void> {
  const connecting = Promise.all(clients.map((client) => client.connect()))
  await within(timeoutMs, 'Redis did not answer', connecting).catch(() => undefined)
}
