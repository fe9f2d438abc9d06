/**
 * Enters agents that come with a good token and that nobody has registered into the inventory, beside the requests that they are refused:
 * no request waits for it. What floods in is counted, not kept: at most so many wait to be entered, and of one issuer so many stay.
 */
import { LRUCache } from 'lru-cache'
import type { World } from '../../lib/world.ts'
import type { Database } from '../../storage/database.ts'
import { countUnlisted, noteUnregistered } from '../../storage/stores/discovered-principals.ts'

/** An agent that was refused because nobody has registered it. */
export interface MetAgent {
  readonly id: string
  /** Who issued its token. */
  readonly issuer: string
  readonly at: Date
}

export interface DiscoveryOptions {
  readonly database: Pick<Database, 'kysely'>
  readonly world: Pick<World, 'newId'>
  readonly log: { warn(details: Readonly<Record<string, unknown>>, message: string): void }
  /** How many discovered pilots of one issuer may wait for a person. */
  readonly perIssuer: number
  /** Records the discovery before it is made; when it fails, nothing is entered. */
  readonly record: (pilot: { readonly id: string; readonly principal: string }) => Promise<unknown>
}

export interface Discovery extends AsyncDisposable {
  /** Notes an agent. Returns at once and never throws. */
  meet(agent: MetAgent): void
  /** Resolves when everything that was noted so far is entered or counted. */
  settled(): Promise<void>
  /** Enters what waits, and notes nothing any more. */
  close(): Promise<void>
}

/** How many agents may wait to be entered; further ones are only counted. */
const mostWaiting = 100
/** An agent that keeps knocking is written down once in this time. */
const againAfterMs = 60_000

/** Starts to discover. */
export function createDiscovery({ database, world, log, perIssuer, record }: DiscoveryOptions): Discovery {
  const recent = new LRUCache<string, true>({ max: 10_000, ttl: againAfterMs })
  const waiting = new Map<string, MetAgent>()
  const surplus = new Map<string, { count: number; at: Date }>()
  let running: Promise<void> | null = null
  let closed = false

  function meet(agent: MetAgent): void {
    if (closed || recent.has(agent.id) || waiting.has(agent.id)) return
    recent.set(agent.id, true)
    if (waiting.size < mostWaiting) waiting.set(agent.id, agent)
    else surplus.set(agent.issuer, { count: (surplus.get(agent.issuer)?.count ?? 0) + 1, at: agent.at })
    running ??= work()
  }

  /** One statement at a time: whoever floods the door gets one connection, not all of them. Never rejects. */
  async function work(): Promise<void> {
    await Promise.resolve()
    for (const agent of waiting.values()) {
      await attempt(() => enter(agent))
      waiting.delete(agent.id)
    }
    for (const [issuer, { count, at }] of surplus) {
      surplus.delete(issuer)
      await attempt(() => countUnlisted(database.kysely, issuer, count, at))
    }
    running = waiting.size > 0 || surplus.size > 0 ? work() : null
    if (running !== null) await running
  }

  async function enter({ id, issuer, at }: MetAgent): Promise<void> {
    const sighting = { issuer, firstSeen: at, id: world.newId(), perIssuer, beforeEntering: record }
    await noteUnregistered(database.kysely, id, sighting)
  }

  async function attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      log.warn(
        { err: error },
        'an unregistered agent could not be entered into the inventory; its next request will be',
      )
      recent.clear()
    }
  }

  const settled = async () => {
    while (running !== null) await running
  }
  const close = async () => {
    closed = true
    await settled()
  }
  return { meet, settled, close, [Symbol.asyncDispose]: close }
}
