/**
 * Which agents may be here, known to every gateway within a second: a snapshot of the registered agents, their assignments in force,
 * their own budgets, and the versions of roles that people let into force. Whatever a token says, an agent holds no more than what
 * stands here.
 */
import { sql } from 'kysely'
import type { Actor } from '../../lib/caller.ts'
import type { World } from '../../lib/world.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import { governRoles } from '../../policies/engine/role-changes.ts'
import type { Cache } from '../../storage/cache.ts'
import type { Database } from '../../storage/database.ts'
import { isInForce } from '../../storage/stores/agent-assignments.ts'
import { type AgentBudget, createAgentBudgets } from '../../storage/stores/agent-budgets.ts'
import { agentsChannel } from '../../storage/stores/agents.ts'
import { type RoleVersion, createRoleVersions } from '../../storage/stores/role-versions.ts'
import type { AgentStatus } from '../../storage/tables/agents.ts'
import { openLiveSnapshot } from '../live-snapshot.ts'
import type { CallerClaims } from './claims.ts'
import { refuseIdentity } from './refusals.ts'

/** An agent that came with a good token and that nobody has registered. */
export interface UnknownAgent {
  readonly id: string
  readonly roles: readonly string[]
  /** Who issued its token. */
  readonly issuer: string
  readonly clientId: string
  readonly at: Date
}

export interface AgentDirectoryOptions {
  readonly database: Pick<Database, 'kysely'>
  readonly cache: Pick<Cache, 'subscribe'>
  readonly world: World
  readonly log: { warn(details: Readonly<Record<string, unknown>>, message: string): void }
  /** Told of each agent that is refused because nobody has registered it. Must not throw, and is not waited for. */
  readonly onUnknown?: (agent: UnknownAgent) => void
  /** Told after each reading. */
  readonly onRead?: () => void
  /** Default 1 second. */
  readonly pollMs?: number
  /** A directory older than this lets no agent pass. Default 10 seconds. */
  readonly maxAgeMs?: number
  /** How long a request with a stale directory waits for a new one. Default 2 seconds. */
  readonly waitMs?: number
}

export interface AgentDirectory extends AsyncDisposable {
  /**
   * The claims with the roles of each agent cut to its assignments in force; rejects with an identity refusal where an agent of the
   * chain is not registered, not active, or was out of force since the token was issued. People and services pass as they are.
   */
  admit(claims: CallerClaims): Promise<CallerClaims>
  /** The revision with each role for agents cut to what its approved version gives; itself where that changes nothing. */
  govern(revision: PolicyRevision): PolicyRevision
  /** What an agent may use beside its roles, as last read. */
  limitsOf(agentId: string): readonly AgentBudget[]
  /** The roles that an agent holds now, whatever a token says of it, as last read. */
  rolesOf(agentId: string): readonly string[]
  /** Whether the snapshot is young enough; readiness reads it. */
  healthy(): boolean
  /** Reads the store again. Never rejects. */
  refresh(): Promise<void>
  close(): Promise<void>
}

interface KnownAgent {
  readonly status: AgentStatus
  readonly tokensValidFrom: Date | null
  readonly assignments: readonly {
    readonly roleKey: string
    readonly validFrom: Date
    readonly validUntil: Date | null
    readonly endedAt: Date | null
  }[]
}

interface Snapshot {
  readonly agents: ReadonlyMap<string, KnownAgent>
  readonly budgets: ReadonlyMap<string, readonly AgentBudget[]>
  readonly roles: ReadonlyMap<string, RoleVersion>
  /** Equal for equal `roles`. */
  readonly rolesKey: string
}

const nothingRead: Snapshot = { agents: new Map(), budgets: new Map(), roles: new Map(), rolesKey: '' }

/** Opens the directory. It comes up without its store too, and lets no agent pass until it has read it. */
export async function openAgentDirectory(options: AgentDirectoryOptions): Promise<AgentDirectory> {
  const { database, world, onUnknown = () => undefined, onRead = () => undefined, ...rest } = options
  // INVARIANT: nobody passes `admit` while the reading is too old, so what is asked of the last one has been young enough.
  let last = nothingRead
  const governed = new WeakMap<PolicyRevision, { readonly rolesKey: string; readonly revision: PolicyRevision }>()
  const live = await openLiveSnapshot<Snapshot>({
    ...rest,
    world,
    name: 'the directory of agents',
    channel: agentsChannel,
    load: (now) => readSnapshot(database, now),
    onChange: (snapshot) => {
      last = snapshot
      onRead()
    },
  })

  function admitAgent(agent: Actor, claims: CallerClaims, { agents }: Snapshot): Actor {
    const now = world.now()
    const known = agents.get(agent.id)
    if (known === undefined) {
      const { issuer, clientId } = claims
      onUnknown({ id: agent.id, roles: agent.roles, issuer, clientId, at: now })
      throw refuseIdentity('agent-unknown', `\`${agent.id}\` is not registered.`, { agent: agent.id })
    }
    assertInForce(agent.id, known, claims)
    const assigned = assignedTo(known, now)
    return Object.freeze({ ...agent, roles: Object.freeze(agent.roles.filter((role) => assigned.has(role))) })
  }

  const close = () => live.close()
  return {
    healthy: () => live.healthy(),
    refresh: () => live.refresh(),
    async admit(claims) {
      const { subject, actors, clientId } = claims
      const isAgent = ({ kind }: Actor) => kind === 'agent'
      const client = clientId.startsWith('agent:')
      if (!client && !isAgent(subject) && !actors.some(isAgent)) return claims
      const snapshot = await live.fresh()
      if (snapshot === null) throw refuseIdentity('directory-stale', 'The directory of agents cannot be read.')
      // A token that an agent got for somebody else names it as its client, whether or not it is in the chain.
      const known = client ? snapshot.agents.get(clientId) : undefined
      if (known) assertInForce(clientId, known, claims)
      const admit = (principal: Actor) => (isAgent(principal) ? admitAgent(principal, claims, snapshot) : principal)
      return Object.freeze({ ...claims, subject: admit(subject), actors: Object.freeze(actors.map(admit)) })
    },
    govern(revision) {
      const { roles, rolesKey } = last
      const kept = governed.get(revision)
      if (kept?.rolesKey === rolesKey) return kept.revision
      const made = { rolesKey, revision: governRevision(revision, roles) }
      governed.set(revision, made)
      return made.revision
    },
    limitsOf: (agentId) => last.budgets.get(agentId) ?? [],
    rolesOf(agentId) {
      const known = last.agents.get(agentId)
      return known === undefined ? [] : [...assignedTo(known, world.now())]
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function assignedTo({ assignments }: KnownAgent, now: Date): ReadonlySet<string> {
  return new Set(assignments.filter((each) => isInForce(each, now)).map(({ roleKey }) => roleKey))
}

function assertInForce(id: string, { status, tokensValidFrom }: KnownAgent, { issuedAt }: CallerClaims): void {
  if (status !== 'ACTIVE') {
    throw refuseIdentity('agent-not-active', `\`${id}\` is ${status}.`, { agent: id, status })
  }
  // `iat` has whole seconds, so a token of the very second counts as older: better one token too many.
  if (tokensValidFrom !== null && issuedAt * 1000 < tokensValidFrom.getTime()) {
    throw refuseIdentity('agent-was-out', `\`${id}\` has been out of force since the token was issued.`)
  }
}

function governRevision(revision: PolicyRevision, approved: ReadonlyMap<string, RoleVersion>): PolicyRevision {
  const roles = governRoles(revision.roles, approved)
  return roles === revision.roles ? revision : { ...revision, roles }
}

/** Agents and assignments in one statement, so that they are of one moment. */
async function readSnapshot({ kysely }: Pick<Database, 'kysely'>, now: Date): Promise<Snapshot> {
  const versions = await createRoleVersions(kysely).active()
  const budgets = await createAgentBudgets(kysely).all()
  const { rows } = await sql<{
    id: string
    status: AgentStatus
    tokens_valid_from: Date | null
    role_key: string | null
    valid_from: Date
    valid_until: Date | null
    ended_at: Date | null
  }>`
    select g.id, g.status, g.tokens_valid_from, a.role_key, a.valid_from, a.valid_until, a.ended_at
    from mandate.agents g left join mandate.agent_assignments a
      on a.agent_id = g.id and a.ended_at is null and (a.valid_until is null or a.valid_until > ${now})`.execute(kysely)
  const agents = new Map<string, KnownAgent & { readonly assignments: KnownAgent['assignments'][number][] }>()
  for (const row of rows) {
    const agent = agents.get(row.id) ?? { status: row.status, tokensValidFrom: row.tokens_valid_from, assignments: [] }
    agents.set(row.id, agent)
    if (row.role_key === null) continue
    const { role_key: roleKey, valid_from: validFrom, valid_until: validUntil, ended_at: endedAt } = row
    agent.assignments.push({ roleKey, validFrom, validUntil, endedAt })
  }
  return {
    agents,
    budgets,
    roles: new Map(versions.map((version) => [version.roleKey, version])),
    rolesKey: versions.map(({ roleKey, checksum }) => `${roleKey}=${checksum}`).join(' '),
  }
}
