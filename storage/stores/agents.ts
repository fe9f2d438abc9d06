/**
 * The agents of the workforce and where each is in its life. What changes an agent names the version it was read at; leaving
 * ACTIVE writes down from when on tokens count, so that no token from before ever opens anything again.
 */
import { type ExpressionBuilder, type Kysely, type Selectable, type SqlBool, type Expression, sql } from 'kysely'
import type { PrincipalId } from '../../lib/caller.ts'
import type { AgentEnvironment, AgentStatus, AgentTables } from '../tables/agents.ts'
import type { Tables } from '../tables.ts'
import { agentStatesBefore } from './agent-states.ts'
import { cancelPendingOf } from './approvals/execution.ts'

/** Gateways read the directory again when something is said here. */
export const agentsChannel = 'agents:changed'

/** What somebody says of an agent. */
export interface AgentProfile {
  /** `agent:support-agent`; what its tokens say in `sub`. */
  readonly id: PrincipalId
  readonly name: string
  readonly description: string
  /** The person who answers for it. */
  readonly ownerId: PrincipalId
  readonly sponsorId: PrincipalId | null
  readonly environment: AgentEnvironment
  /** Where its data must stay, `EU`; null for no demand. */
  readonly dataResidency: string | null
  /** What it must never do, in sentences for people. */
  readonly constraints: readonly string[]
  /** Where other agents reach it (A2A); null where none does. */
  readonly a2aUrl: string | null
}

export interface Agent extends AgentProfile {
  readonly status: AgentStatus
  readonly statusReason: string | null
  /** Tokens issued before this moment are refused; null where it never left ACTIVE. */
  readonly tokensValidFrom: Date | null
  /** Since when its owner has been gone; null while the owner is there. */
  readonly ownerMissingSince: Date | null
  readonly version: number
  readonly createdAt: Date
  readonly createdBy: string
  readonly updatedAt: Date
  readonly updatedBy: string
}

export interface AgentFilter {
  readonly status?: readonly AgentStatus[]
  readonly ownerId?: string
  readonly environment?: AgentEnvironment
  /** Assigned to this role now. */
  readonly roleKey?: string
  /** In the id, the name or the description, upper and lower case alike. */
  readonly text?: string
}

/** Who does something, and when. */
export interface Doing {
  readonly by: string
  readonly now: Date
}

export interface AgentStep extends Doing {
  readonly to: AgentStatus
  /** Null where nobody has to say. */
  readonly reason: string | null
  /** The version the agent was read at; left out where the control plane acts by itself, whatever others just did. */
  readonly version?: number
}

/** The agents. `kysely` may be a transaction of the caller's. */
export interface AgentStore {
  get(id: string): Promise<Agent | null>
  /** One page, by id; the agents after `after`. */
  list(
    filter: AgentFilter,
    page: { readonly first: number; readonly after: string | null; readonly now: Date },
  ): Promise<{ readonly items: readonly Agent[]; readonly hasMore: boolean }>
  count(filter: AgentFilter, now: Date): Promise<number>
  /** Registers an agent; null where there is one with this id. */
  add(profile: AgentProfile, status: AgentStatus, doing: Doing): Promise<Agent | null>
  /** Takes one step of its life; null where it is not at this version, or in no state that may go there. */
  step(id: string, step: AgentStep): Promise<Agent | null>
  /** Gives it another owner; null where it is not at this version. */
  changeOwner(id: string, ownerId: string, version: number, doing: Doing): Promise<Agent | null>
  /** Notes since when its owner is gone, or that the owner is there (null); true where that was news. */
  noteOwner(id: string, missingSince: Date | null): Promise<boolean>
}

/** Opens the agents over `mandate.agents`. */
export function createAgentStore(kysely: Kysely<Tables>): AgentStore {
  const change = (id: string, version: number | undefined) => {
    const query = kysely.updateTable('mandate.agents').where('id', '=', id).returningAll()
    return version === undefined ? query : query.where('version', '=', version)
  }
  const stamp = ({ by, now }: Doing) => ({ version: sql<number>`version + 1`, updated_at: now, updated_by: by })

  return {
    async get(id) {
      const row = await kysely.selectFrom('mandate.agents').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? toAgent(row) : null
    },
    async list(filter, { first, after, now }) {
      const rows = await kysely
        .selectFrom('mandate.agents')
        .selectAll()
        .where((row) => matching(row, filter, now))
        .$if(after !== null, (query) => query.where('id', '>', after))
        .orderBy('id')
        .limit(first + 1)
        .execute()
      return { items: rows.slice(0, first).map(toAgent), hasMore: rows.length > first }
    },
    async count(filter, now) {
      const { total } = await kysely
        .selectFrom('mandate.agents')
        .select((row) => row.fn.countAll<number>().as('total'))
        .where((row) => matching(row, filter, now))
        .executeTakeFirstOrThrow()
      return total
    },
    async add(profile, status, { by, now }) {
      const row = await kysely
        .insertInto('mandate.agents')
        .values({
          id: profile.id,
          name: profile.name,
          description: profile.description,
          owner_id: profile.ownerId,
          sponsor_id: profile.sponsorId,
          environment: profile.environment,
          data_residency: profile.dataResidency,
          constraints: JSON.stringify(profile.constraints),
          a2a_url: profile.a2aUrl,
          status,
          version: 1,
          created_at: now,
          created_by: by,
          updated_at: now,
          updated_by: by,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst()
      return row ? toAgent(row) : null
    },
    async step(id, { to, reason, version, ...doing }) {
      const row = await change(id, version)
        .where(sql<boolean>`status = any(${agentStatesBefore(to)}::text[])`)
        .set({
          ...stamp(doing),
          status: to,
          status_reason: reason,
          tokens_valid_from: sql<Date>`case when status = 'ACTIVE' then ${doing.now}::timestamptz(3) else tokens_valid_from end`,
        })
        .executeTakeFirst()
      // What it has asked people for is asked by nobody any more.
      if (row && to !== 'ACTIVE') await cancelPendingOf(kysely, id, { ...doing, reason: `Its agent is ${to}.` })
      return row ? toAgent(row) : null
    },
    async changeOwner(id, ownerId, version, doing) {
      const row = await change(id, version)
        .set({ ...stamp(doing), owner_id: ownerId, owner_missing_since: null })
        .executeTakeFirst()
      return row ? toAgent(row) : null
    },
    async noteOwner(id, missingSince) {
      const row = await kysely
        .updateTable('mandate.agents')
        .set({ owner_missing_since: missingSince })
        .where('id', '=', id)
        .where('owner_missing_since', missingSince === null ? 'is not' : 'is', null)
        .returning('id')
        .executeTakeFirst()
      return row !== undefined
    },
  }
}

/** The people who answer for these agents, once each; nobody for what is not registered. */
export async function ownersOf(
  { kysely }: { readonly kysely: Kysely<Tables> },
  agentIds: readonly string[],
): Promise<readonly string[]> {
  if (agentIds.length === 0) return []
  const rows = await kysely
    .selectFrom('mandate.agents')
    .select('owner_id')
    .distinct()
    .where('id', 'in', agentIds)
    .execute()
  return rows.map((row) => row.owner_id)
}

/**
 * Shuts an agent out until a person has looked: what the control plane does by itself. Null where it is not ACTIVE. Tell the
 * gateways afterwards ({@link agentsChannel}).
 */
export function quarantineAgent(
  kysely: Kysely<Tables>,
  agentId: string,
  { reason, ...doing }: Doing & { readonly reason: string },
): Promise<Agent | null> {
  return createAgentStore(kysely).step(agentId, { ...doing, to: 'QUARANTINED', reason })
}

function matching(
  row: ExpressionBuilder<Tables, 'mandate.agents'>,
  { status, ownerId, environment, roleKey, text }: AgentFilter,
  now: Date,
): Expression<SqlBool> {
  const conditions: Expression<SqlBool>[] = []
  if (status !== undefined) conditions.push(sql<SqlBool>`status = any(${status}::text[])`)
  if (ownerId !== undefined) conditions.push(row('owner_id', '=', ownerId))
  if (environment !== undefined) conditions.push(row('environment', '=', environment))
  if (text !== undefined) {
    const pattern = `%${text.replaceAll(/[\\%_]/gu, '\\$&')}%`
    conditions.push(
      row.or([row('id', 'ilike', pattern), row('name', 'ilike', pattern), row('description', 'ilike', pattern)]),
    )
  }
  if (roleKey !== undefined) {
    conditions.push(sql`exists (select from mandate.agent_assignments a where a.agent_id = mandate.agents.id
      and a.role_key = ${roleKey} and a.ended_at is null and a.valid_from <= ${now}
      and (a.valid_until is null or a.valid_until > ${now}))`)
  }
  return row.and(conditions)
}

function toAgent(row: Selectable<AgentTables['mandate.agents']>): Agent {
  return {
    id: row.id as PrincipalId,
    name: row.name,
    description: row.description,
    ownerId: row.owner_id as PrincipalId,
    sponsorId: row.sponsor_id as PrincipalId | null,
    environment: row.environment,
    dataResidency: row.data_residency,
    constraints: row.constraints,
    a2aUrl: row.a2a_url,
    status: row.status,
    statusReason: row.status_reason,
    tokensValidFrom: row.tokens_valid_from,
    ownerMissingSince: row.owner_missing_since,
    version: row.version,
    createdAt: row.created_at,
    createdBy: row.created_by,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  }
}
