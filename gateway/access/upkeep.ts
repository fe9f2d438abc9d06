/**
 * What becomes of access with time, where nobody asks for it: grants expire, and campaigns close at their due moment. The moment itself
 * counts wherever grants are read; this writes it down, once among all gateways, and records it in the ledger.
 */
import type { World } from '../../lib/world.ts'
import type { Cache } from '../../storage/cache.ts'
import type { Database } from '../../storage/database.ts'
import { agentsChannel } from '../../storage/stores/agents.ts'
import { type CampaignItem, type ClosedCampaign, createCampaignStore } from '../../storage/stores/campaigns.ts'
import { type Grant, createGrantStore, grantsChannel } from '../../storage/stores/grants.ts'
import type { Ledger } from '../audit/entry.ts'
import { type NotedEvent, gatewayPrincipal, noteEvent } from '../audit/note-event.ts'

export interface UpkeepOptions {
  readonly database: Pick<Database, 'kysely'>
  readonly cache: Pick<Cache, 'publish'>
  readonly ledger: Ledger
  readonly world: World
  /** The policy revision in force. */
  readonly revision: () => string
  readonly log: { warn(details: Readonly<Record<string, unknown>>, message: string): void }
  /** Default 5 seconds. */
  readonly everyMs?: number
}

export interface Upkeep extends AsyncDisposable {
  /** Writes down what is over now. Never rejects: what could not be done is done the next time. */
  run(): Promise<void>
}

/** The most events that wait for a ledger that is away. */
const maxWaiting = 10_000

/** Starts the upkeep of access. */
export function startAccessUpkeep(options: UpkeepOptions): Upkeep {
  const { database, cache, ledger, world, revision, log, everyMs = 5_000 } = options
  let waiting: NotedEvent[] = []
  let running: Promise<void> | null = null
  let failing = false

  async function expire(): Promise<void> {
    const expired = await createGrantStore(database.kysely).expireDue(gatewayPrincipal, world.now())
    waiting.push(...expired.map((grant) => expiryOf(grant, revision())))
  }

  async function closeCampaigns(): Promise<void> {
    for (;;) {
      const now = world.now()
      const closed = await database.kysely
        .transaction()
        .execute((transaction) => createCampaignStore(transaction).closeNextDue(gatewayPrincipal, now))
      if (closed === null) return
      waiting.push(...closingOf(closed, revision()))
      await announce(closed.revoked)
    }
  }

  /** Who does not hear it finds it within a second. */
  async function announce(revoked: readonly CampaignItem[]): Promise<void> {
    const channels = new Set(revoked.map(({ kind }) => (kind === 'GRANT' ? grantsChannel : agentsChannel)))
    for (const channel of channels) await cache.publish(channel, 'changed').catch(() => undefined)
  }

  async function record(): Promise<void> {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      await noteEvent(ledger, next, world)
      waiting.shift()
    }
  }

  async function work(): Promise<void> {
    try {
      // First, so that what a campaign finds expired is not told as revoked.
      await expire()
      await closeCampaigns()
      await record()
      failing = false
    } catch (error) {
      if (!failing) log.warn({ err: error }, 'what is over in access could not be written down; it is tried again')
      failing = true
      waiting = waiting.slice(0, maxWaiting)
    }
  }

  const run = () =>
    (running ??= work().finally(() => {
      running = null
    }))
  const timer = setInterval(() => void run(), everyMs).unref()

  return {
    run,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await running
    },
  }
}

function expiryOf({ id, principal, requestId }: Grant, revision: string): NotedEvent {
  return { name: 'access.grant.expired', args: { grant: id, principal, request: requestId }, revision }
}

/** One event for the campaign, and one for each thing that it took away. */
function closingOf({ campaign, revoked }: ClosedCampaign, revision: string): readonly NotedEvent[] {
  return [
    { name: 'access.campaign.closed', args: { campaign: campaign.id, revoked: revoked.length }, revision },
    ...revoked.map(({ kind, subjectId, principal }): NotedEvent => {
      const args = { campaign: campaign.id, principal }
      return kind === 'GRANT'
        ? { name: 'access.grant.revoked', args: { grant: subjectId, ...args }, revision }
        : { name: 'access.assignment.ended', args: { assignment: subjectId, ...args }, revision }
    }),
  ]
}
