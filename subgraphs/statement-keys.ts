/**
 * The public keys of the gateways, found by key id. Where they are comes from the configuration only; a key id that nobody knows
 * has them fetched again, at most once in a while for each gateway, so that forged tokens cause no storm. While a gateway does not
 * answer, the keys it last showed stay good for a bounded time: what it signed before it went away is still taken.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { createLocalJWKSet, type CompactVerifyGetKey, type JSONWebKeySet, errors } from 'jose'
import { z } from 'zod'
import type { World } from '../lib/world.ts'

/** One gateway, as this subgraph knows it. */
export interface KeySource {
  /** For the log: the address. */
  readonly name: string
  /** Fetches the key set document; rejects when it cannot. */
  readonly load: () => Promise<unknown>
}

export interface StatementKeysOptions {
  readonly sources: readonly KeySource[]
  readonly world: Pick<World, 'now'>
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void }
  /** How often the keys are fetched anyway, which is how withdrawn ones are forgotten. Default 30 seconds. */
  readonly refreshMs?: number
  /** The shortest time from any fetch to one for an unknown key. Default 1 second, which whoever asks for such a key waits. */
  readonly coolDownMs?: number
  /** How long keys stay good while their gateway does not answer. Default 10 minutes. */
  readonly keptMs?: number
}

export interface StatementKeys extends AsyncDisposable {
  /** The key that a token's header names; rejects when no gateway has it. */
  readonly find: CompactVerifyGetKey
  /** Fetches from every gateway now. Never rejects. */
  refresh(): Promise<void>
  /** How many gateways have shown keys that are still good. */
  known(): number
}

const keySet = z.object({
  keys: z
    .array(
      z.strictObject({
        kty: z.literal('OKP'),
        crv: z.literal('Ed25519'),
        x: z.string().min(1).max(100),
        kid: z.string().min(1).max(100),
        alg: z.literal('Ed25519'),
        use: z.literal('sig'),
      }),
    )
    .max(20),
})

interface Source {
  find(kid: string): CompactVerifyGetKey | null
  refresh(): Promise<void>
  refreshInTime(): Promise<void>
  isKnown(): boolean
}

/** Makes the keys of all gateways. They are fetched when first asked for, or by {@link StatementKeys.refresh}. */
export function createStatementKeys(options: StatementKeysOptions): StatementKeys {
  const { refreshMs = 30_000 } = options
  const sources = options.sources.map((source) => openSource(source, options))
  const refresh = async () => {
    await Promise.all(sources.map((source) => source.refresh()))
  }
  const timer = setInterval(() => void refresh(), refreshMs).unref()

  const lookUp = (kid: string) => {
    for (const source of sources) {
      const found = source.find(kid)
      if (found) return found
    }
    return null
  }

  return {
    refresh,
    known: () => sources.filter((source) => source.isKnown()).length,
    find: async (header, token) => {
      const { kid } = header
      if (typeof kid !== 'string') throw new errors.JWKSNoMatchingKey()
      const known = lookUp(kid)
      if (known) return await known(header, token)
      await Promise.all(sources.map((source) => source.refreshInTime()))
      const fetched = lookUp(kid)
      if (!fetched) throw new errors.JWKSNoMatchingKey()
      return await fetched(header, token)
    },
    [Symbol.asyncDispose]() {
      clearInterval(timer)
      return Promise.resolve()
    },
  }
}

function openSource({ name, load }: KeySource, options: StatementKeysOptions): Source {
  const { world, log, coolDownMs = 1_000, keptMs = 600_000 } = options
  let current: { readonly kids: ReadonlySet<string>; readonly find: CompactVerifyGetKey; readonly at: number } | null =
    null
  let triedAt = -Infinity
  let failing = false
  let pending: Promise<void> | null = null
  let next: Promise<void> | null = null
  const now = () => world.now().getTime()
  const good = () => (current !== null && now() - current.at <= keptMs ? current : null)

  /** One fetch at a time, for everybody who waits for it. Never rejects. */
  function refresh(): Promise<void> {
    pending ??= fetchOnce().finally(() => {
      pending = null
    })
    return pending
  }

  async function fetchOnce(): Promise<void> {
    triedAt = now()
    try {
      const { keys } = keySet.parse(await load())
      const document: JSONWebKeySet = { keys }
      current = { kids: new Set(keys.map(({ kid }) => kid)), find: createLocalJWKSet(document), at: now() }
      failing = false
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown'
      if (!failing) log.warn({ gateway: name, reason }, 'the keys of a gateway cannot be fetched; the last ones stay')
      failing = true
    }
  }

  /** All who ask within the cool-down wait for one and the same fetch at its end: a gateway that has just started is found. */
  function refreshInTime(): Promise<void> {
    const waitMs = triedAt + coolDownMs - now()
    if (pending !== null || waitMs <= 0) return refresh()
    next ??= delay(waitMs).then(() => {
      next = null
      return refresh()
    })
    return next
  }

  return {
    find(kid) {
      const known = good()
      return known?.kids.has(kid) ? known.find : null
    },
    refresh,
    refreshInTime,
    isKnown: () => good() !== null,
  }
}
