/**
 * Looks for agents whose owner has left the company: an agent for which nobody answers is noted, and after a time of grace
 * quarantined. HR's directory of people is what tells; somebody whom it does not know has not left.
 */
import { sql } from 'kysely'
import type { Database } from '../../storage/database.ts'
import { createAgentStore, quarantineAgent } from '../../storage/stores/agents.ts'

/** What a look came to: agents by id. */
export interface OwnerFindings {
  /** Whose owner has been found gone. */
  readonly missing: readonly string[]
  /** Whose owner came back. */
  readonly found: readonly string[]
  readonly quarantined: readonly string[]
}

export interface OwnerWatch {
  /** How long an agent may be without an owner, in days. */
  readonly graceDays: number
  readonly by: string
  readonly now: Date
}

const dayMs = 24 * 60 * 60_000

/** Looks once. Several gateways may look at the same time: each finding is one of them's. */
export async function checkOwners(
  { kysely }: Pick<Database, 'kysely'>,
  { graceDays, by, now }: OwnerWatch,
): Promise<OwnerFindings> {
  const agents = createAgentStore(kysely)
  const { rows } = await sql<{ id: string; owner_id: string; active: boolean; since: Date | null; status: string }>`
    select a.id, a.owner_id, u.active, a.owner_missing_since as since, a.status
    from mandate.agents a join hr.users u on u.principal = a.owner_id
    where a.status <> 'RETIRED' and (not u.active or a.owner_missing_since is not null)
    order by a.id`.execute(kysely)
  const findings = { missing: [] as string[], found: [] as string[], quarantined: [] as string[] }
  for (const { id, owner_id: owner, active, since, status } of rows) {
    if (active) {
      if (await agents.noteOwner(id, null)) findings.found.push(id)
      continue
    }
    if (since === null && (await agents.noteOwner(id, now))) findings.missing.push(id)
    const isOver = now.getTime() - (since ?? now).getTime() >= graceDays * dayMs
    if (!isOver || status !== 'ACTIVE') continue
    const reason = `Its owner \`${owner}\` has left, and nobody took it over within ${graceDays} days.`
    if (await quarantineAgent(kysely, id, { reason, by, now })) findings.quarantined.push(id)
  }
  return findings
}
