/** Which agents hold a role now: registered, active, and assigned. */
import { sql, type Kysely } from 'kysely'
import type { Tables } from '../tables.ts'

/** The agents that hold one of the roles at this moment, by id. `kysely` may be a transaction of the caller's. */
export async function holdersOf(kysely: Kysely<Tables>, roles: readonly string[]): Promise<readonly string[]> {
  if (roles.length === 0) return []
  const now = sql<Date>`clock_timestamp()`
  const rows = await kysely
    .selectFrom('mandate.agent_assignments as assigned')
    .innerJoin('mandate.agents as agent', 'agent.id', 'assigned.agent_id')
    .select('agent.id')
    .distinct()
    .where('assigned.role_key', 'in', roles)
    .where('agent.status', '=', 'ACTIVE')
    .where('assigned.valid_from', '<=', now)
    .where((eb) => eb.or([eb('assigned.valid_until', 'is', null), eb('assigned.valid_until', '>', now)]))
    .where((eb) => eb.or([eb('assigned.ended_at', 'is', null), eb('assigned.ended_at', '>', now)]))
    .orderBy('agent.id')
    .execute()
  return rows.map(({ id }) => id)
}
