/**
 * The public keys of one issuer: cached, fetched again for an unknown key, and kept for a bounded time while the issuer is
 * down. Whatever tokens arrive, the issuer is asked at most once per cool-down, and by one request for all.
 */
import { createLocalJWKSet, errors, type CompactVerifyGetKey, type JSONWebKeySet } from 'jose'
import { z } from 'zod'
import type { World } from '../../lib/world.ts'
import { refuseIdentity } from './refusals.ts'

/** Gets the key set document from where it is; rejects when it cannot. */
export type LoadKeys = () => Promise<unknown>

export interface KeySetOptions {
  readonly load: LoadKeys
  readonly world: Pick<World, 'now'>
  /** How long fetched keys count; a withdrawn key is refused after this time. Default 10 minutes. */
  readonly cacheMs?: number
  /** How long beyond that they may serve while the issuer does not answer. Default 1 hour. */
  readonly staleMs?: number
  /** The shortest time from any fetch to one for an unknown key. Default 30 seconds. */
  readonly coolDownMs?: number
  /** The shortest time from a failed fetch to the next one for keys that have run out. Default 5 seconds. */
  readonly retryMs?: number
}

/** The key set of one issuer. */
export interface KeySet {
  /** The key that a token's header names; throws an identity refusal when there is none, or none can be had. */
  readonly find: CompactVerifyGetKey
}

const minute = 60_000

const jwk = z.looseObject({ kty: z.enum(['EC', 'OKP', 'RSA']), kid: z.string().min(1) })
const keySetDocument = z.object({ keys: z.array(z.unknown()).max(100) })

/** Makes the key set of one issuer; nothing is fetched before the first token. */
export function createKeySet(options: KeySetOptions): KeySet {
  const { load, world, cacheMs = 10 * minute, staleMs = 60 * minute, coolDownMs = 30_000, retryMs = 5_000 } = options
  let current: { readonly keys: ReturnType<typeof createLocalJWKSet>; readonly fetchedAt: number } | null = null
  let attempt: { readonly startedAt: number; failed: boolean } | null = null
  let pending: Promise<void> | null = null

  const now = () => world.now().getTime()
  const age = () => (current === null ? Infinity : now() - current.fetchedAt)
  const triedWithin = (ms: number) => attempt !== null && now() - attempt.startedAt < ms
  const failing = () => attempt?.failed === true

  /** Never rejects: whether it worked is in `attempt` and `current`. */
  function refresh(): Promise<void> {
    pending ??= fetchOnce().finally(() => {
      pending = null
    })
    return pending
  }

  async function fetchOnce(): Promise<void> {
    const started = { startedAt: now(), failed: true }
    try {
      current = { keys: createLocalJWKSet(publicKeys(await load())), fetchedAt: started.startedAt }
      started.failed = false
    } catch {
      // The keys at hand stay as long as they may.
    }
    attempt = started
  }

  /** Waits for fresh keys only while the issuer is believed to be up: an outage slows down one request, not each of them. */
  async function ensureUsable(): Promise<void> {
    if (age() <= cacheMs) return
    if (pending !== null || !failing() || !triedWithin(retryMs)) {
      const refreshed = refresh()
      if (!failing() || age() > cacheMs + staleMs) await refreshed
    }
    if (age() > cacheMs + staleMs) throw refuseIdentity('keys-unavailable', 'The keys of the issuer cannot be fetched.')
  }

  const lookUp: CompactVerifyGetKey = async (header, token) => {
    if (current === null) throw refuseIdentity('keys-unavailable', 'The keys of the issuer have never been fetched.')
    return current.keys(header, token)
  }

  return {
    find: async (header, token) => {
      await ensureUsable()
      try {
        return await lookUp(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      }
      if (pending !== null || !triedWithin(coolDownMs)) await refresh()
      try {
        return await lookUp(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
        if (failing()) {
          throw refuseIdentity(
            'keys-unavailable',
            'The key is not known, and the keys of the issuer cannot be fetched.',
          )
        }
        throw refuseIdentity('key-unknown', 'The issuer has no key with this id for this algorithm.')
      }
    },
  }
}

/** Keeps the public signature keys with an id; a set that shows a private or a secret key is refused as a whole. */
function publicKeys(document: unknown): JSONWebKeySet {
  const keys = keySetDocument.parse(document).keys
  for (const key of keys) {
    if (typeof key === 'object' && key !== null && ('d' in key || 'k' in key)) {
      throw new TypeError('The key set shows a key that is not public.')
    }
  }
  return { keys: keys.flatMap((key) => jwk.safeParse(key).data ?? []) }
}
