/** Runs from the database: one by its id, or a page of them, and of either only what the caller sees. */
import { sql } from 'kysely'
import type { Caller } from '../../../lib/caller.ts'
import { boundedFirst } from '../../sources/page-size.ts'
import { connectionOf, moment, readCursor } from '../cursors.ts'
import type { OrchestrationResolver, OrchestrationServices } from '../services.ts'
import { seesRun } from '../../../orchestration/engine/sight.ts'
import { isRunId, noRun, uuid } from '../task-id.ts'
import { type RunNode, runColumns, runNode } from './run-fields.ts'

interface RunFilter {
  readonly workflow?: string | null
  readonly statuses?: readonly string[] | null
  readonly businessKey?: string | null
  readonly hasIncident?: boolean | null
  readonly open?: boolean | null
}

interface ListArgs {
  readonly filter?: RunFilter | null
  readonly first: number
  readonly after?: string | null
}

type Services = Pick<OrchestrationServices, 'database'>

/** A run that the caller sees; null for every other id. `anyone`: it has been decided that the caller is told of it. */
export async function findRun({ database }: Services, id: string, caller: Caller | 'anyone'): Promise<RunNode | null> {
  if (!isRunId(id)) return null
  const row = await database.kysely
    .selectFrom('mandate.runs as run')
    .select(runColumns)
    .where('run.id', '=', id)
    .where((eb) => (caller === 'anyone' ? sql<boolean>`true` : seesRun(eb, caller)))
    .executeTakeFirst()
  return row === undefined ? null : runNode(row)
}

/** The same, or `NOT_FOUND`. */
export async function requireRun(services: Services, id: string, caller: Caller | 'anyone'): Promise<RunNode> {
  const found = await findRun(services, id, caller)
  if (found === null) throw noRun(id)
  return found
}

export const run: OrchestrationResolver<{ readonly id: string }> = (_source, { id }, { services, caller }) =>
  findRun(services, id, caller)

const cursorForm = new RegExp(`^(${moment})_(${uuid})$`, 'u')

export const runs: OrchestrationResolver<ListArgs> = async (
  _source,
  { filter, first, after },
  { services, caller },
) => {
  const { workflow, statuses, businessKey, hasIncident, open } = filter ?? {}
  const [before, beforeId] = readCursor(after, cursorForm) ?? []
  let query = services.database.kysely
    .selectFrom('mandate.runs as run')
    .select(runColumns)
    .where((eb) => seesRun(eb, caller))
    .orderBy('run.created_at', 'desc')
    .orderBy('run.id', 'desc')
    .limit(boundedFirst(first) + 1)
  if (before !== undefined && beforeId !== undefined) {
    query = query.where(sql<boolean>`(run.created_at, run.id) < (${before}::timestamptz, ${beforeId}::uuid)`)
  }
  if (workflow != null) query = query.where('run.workflow', '=', workflow)
  if (statuses != null) query = query.where('run.status', 'in', [...statuses, ''])
  if (businessKey != null) query = query.where('run.business_key', '=', businessKey)
  if (hasIncident != null) query = query.where('run.has_incident', '=', hasIncident)
  if (open != null) query = query.where('run.ended_at', open ? 'is' : 'is not', null)
  const rows = await query.execute()
  return connectionOf(rows.map(runNode), first, ({ createdAt, id }) => `${createdAt.toISOString()}_${id}`)
}
