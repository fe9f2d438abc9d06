/**
 * The workforce as a gateway keeps it: the agents it begins with, the versions of their roles, the directory that says who may be
 * here, and the hourly look for agents whose owner has left. Everything of it is done again until it has worked.
 */
import type { World } from '../../lib/world.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import type { Cache } from '../../storage/cache.ts'
import type { Database } from '../../storage/database.ts'
import { agentsChannel } from '../../storage/stores/agents.ts'
import type { Ledger } from '../audit/entry.ts'
import { gatewayPrincipal, noteEvent } from '../audit/note-event.ts'
import { type AgentDirectory, type UnknownAgent, openAgentDirectory } from '../identity/agent-directory.ts'
import type { Log } from '../log.ts'
import { type SeedAgent, seedAgents } from './seed-agents.ts'
import { type RoleNews, syncRoles } from './sync-roles.ts'
import { checkOwners } from './watch-owners.ts'

export interface WorkforceOptions {
  readonly database: Pick<Database, 'kysely'>
  readonly cache: Pick<Cache, 'publish' | 'subscribe'>
  readonly ledger: Ledger
  readonly world: World
  readonly log: Log
  /** The revision that decides now, as its files have it. */
  readonly revision: () => PolicyRevision
  /** Whom this deployment begins with. */
  readonly seeds: readonly SeedAgent[]
  readonly ownerGraceDays: number
  /** Told of each agent that is refused because nobody has registered it. */
  readonly onUnknown?: (agent: UnknownAgent) => void
  /** How often owners are looked for. Default 1 hour. */
  readonly ownersMs?: number
}

export interface Workforce extends AsyncDisposable {
  readonly directory: AgentDirectory
  /** The revision that decides now, with the roles as people have let them into force. */
  revision(): PolicyRevision
  /** Looks for agents without an owner now. Never rejects. */
  checkOwners(): Promise<void>
}

const hourMs = 60 * 60_000

/** Opens the workforce; resolves when the roles and the first agents are in the store, or the store cannot be had. */
export async function openWorkforce(options: WorkforceOptions): Promise<Workforce> {
  const { database, cache, ledger, world, log, revision, seeds, ownerGraceDays, ownersMs = hourMs } = options
  const by = gatewayPrincipal
  let seeded = false
  let synced: string | null = null
  let running: Promise<void> | null = null
  let closed = false

  const announce = () => cache.publish(agentsChannel, 'changed').catch(() => undefined)

  async function note(name: string, args: Readonly<Record<string, unknown>>): Promise<void> {
    try {
      await noteEvent(ledger, { name, args, revision: revision().id }, world)
    } catch (error) {
      log.error({ err: error, event: name, ...args }, 'what the workforce did by itself could not be recorded')
    }
  }

  /** Seeds and synchronises what has not been yet: the directory's own readings come back here until it has worked. */
  function settle(): Promise<void> {
    if (closed || (seeded && synced === revision().id)) return Promise.resolve()
    running ??= settleOnce().finally(() => {
      running = null
    })
    return running
  }

  async function settleOnce(): Promise<void> {
    try {
      if (!seeded) await seedAgents(database, seeds, { by, world })
      seeded = true
      const current = revision()
      const news = await syncRoles(database, current, { by, now: world.now() })
      synced = current.id
      for (const each of news) await tell(each)
      await announce()
    } catch (error) {
      log.warn({ err: error }, 'the workforce is not in the store yet; it is tried again')
    }
  }

  async function tell({ role, version, outcome, widens }: RoleNews): Promise<void> {
    if (outcome === 'waits') {
      log.warn({ role, version, widens }, `version ${version} of the role ${role} waits for approval: it opens more`)
    }
    await note(outcome === 'waits' ? 'role.waits' : 'role.activated', { role, version, widens })
  }

  async function lookForOwners(): Promise<void> {
    try {
      const found = await checkOwners(database, { graceDays: ownerGraceDays, by, now: world.now() })
      for (const agent of found.missing) await note('agent.owner-missing', { agent })
      for (const agent of found.found) await note('agent.owner-found', { agent })
      for (const agent of found.quarantined) {
        log.warn({ agent }, 'an agent is quarantined: its owner has left')
        await note('agent.quarantined', { agent, cause: 'owner-missing' })
      }
      if (found.quarantined.length > 0) await announce()
    } catch (error) {
      log.warn({ err: error }, 'the owners of agents could not be looked for; it is tried again')
    }
  }

  await settle()
  const directory = await openAgentDirectory({ ...options, onRead: () => void settle() })
  await lookForOwners()
  const timer = setInterval(() => void lookForOwners(), ownersMs).unref()

  return {
    directory,
    revision: () => directory.govern(revision()),
    checkOwners: lookForOwners,
    async [Symbol.asyncDispose]() {
      closed = true
      clearInterval(timer)
      await directory.close()
      await running
    },
  }
}
