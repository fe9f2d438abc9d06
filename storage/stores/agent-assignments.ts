/** Which roles an agent is assigned to, from when to when. An assignment is never deleted; its end is written on it. */
import type { Kysely, Selectable } from 'kysely'
import type { AgentTables } from '../tables/agents.ts'
import type { Tables } from '../tables.ts'

export interface Assignment {
  readonly id: string
  readonly agentId: string
  readonly roleKey: string
  readonly validFrom: Date
  /** Null for no end. */
  readonly validUntil: Date | null
  readonly assignedAt: Date
  readonly assignedBy: string
  readonly endedAt: Date | null
  readonly endedBy: string | null
}

/** The assignments. `kysely` may be a transaction of the caller's. */
export interface AssignmentStore {
  get(id: string): Promise<Assignment | null>
  /** All that each of the agents ever had, the newest first. */
  of(agentIds: readonly string[]): Promise<readonly Assignment[]>
  /** All that give their role at a moment. */
  inForce(now: Date): Promise<readonly Assignment[]>
  add(assignment: Omit<Assignment, 'endedAt' | 'endedBy'>): Promise<Assignment>
  /** Ends one at once; null where it has ended already, by a person or by its time. */
  end(id: string, by: string, now: Date): Promise<Assignment | null>
}

/** Whether an assignment gives its role at a moment. */
export function isInForce(
  { validFrom, validUntil, endedAt }: Pick<Assignment, 'validFrom' | 'validUntil' | 'endedAt'>,
  now: Date,
): boolean {
  return validFrom <= now && (validUntil === null || validUntil > now) && (endedAt === null || endedAt > now)
}

/** Opens the assignments over `mandate.agent_assignments`. */
export function createAssignmentStore(kysely: Kysely<Tables>): AssignmentStore {
  return {
    async get(id) {
      const row = await kysely
        .selectFrom('mandate.agent_assignments')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst()
      return row ? toAssignment(row) : null
    },
    async of(agentIds) {
      if (agentIds.length === 0) return []
      const rows = await kysely
        .selectFrom('mandate.agent_assignments')
        .selectAll()
        .where('agent_id', 'in', agentIds)
        .orderBy('assigned_at', 'desc')
        .orderBy('id', 'desc')
        .execute()
      return rows.map(toAssignment)
    },
    async inForce(now) {
      const rows = await kysely
        .selectFrom('mandate.agent_assignments')
        .selectAll()
        .where('valid_from', '<=', now)
        .where((own) => own.or([own('valid_until', 'is', null), own('valid_until', '>', now)]))
        .where((own) => own.or([own('ended_at', 'is', null), own('ended_at', '>', now)]))
        .orderBy('id')
        .execute()
      return rows.map(toAssignment)
    },
    async add({ id, agentId, roleKey, validFrom, validUntil, assignedAt, assignedBy }) {
      const row = await kysely
        .insertInto('mandate.agent_assignments')
        .values({
          id,
          agent_id: agentId,
          role_key: roleKey,
          valid_from: validFrom,
          valid_until: validUntil,
          assigned_at: assignedAt,
          assigned_by: assignedBy,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return toAssignment(row)
    },
    async end(id, by, now) {
      const row = await kysely
        .updateTable('mandate.agent_assignments')
        .set({ ended_at: now, ended_by: by })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .where((own) => own.or([own('valid_until', 'is', null), own('valid_until', '>', now)]))
        .returningAll()
        .executeTakeFirst()
      return row ? toAssignment(row) : null
    },
  }
}

function toAssignment(row: Selectable<AgentTables['mandate.agent_assignments']>): Assignment {
  return {
    id: row.id,
    agentId: row.agent_id,
    roleKey: row.role_key,
    validFrom: row.valid_from,
    validUntil: row.valid_until,
    assignedAt: row.assigned_at,
    assignedBy: row.assigned_by,
    endedAt: row.ended_at,
    endedBy: row.ended_by,
  }
}
