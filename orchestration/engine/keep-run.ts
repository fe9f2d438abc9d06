/** The row of a run, its log and its notices. */
import { type Selectable, sql } from 'kysely'
import type { JsonObject } from '../../lib/json.ts'
import type { Tx } from '../../storage/queue/durable-queue.ts'
import type { OrchestrationTables } from '../../storage/tables/orchestration.ts'
import type { Effect } from '../interpreter/effects.ts'
import type { RunEvent } from '../interpreter/events.ts'
import { type RunState, isOver } from '../interpreter/state.ts'

export type RunRow = Selectable<OrchestrationTables['mandate.runs']>

/** Locks a run until the transaction ends; `now` is the database's time, and never before the run's last event. */
export async function lockRun(tx: Tx, id: string): Promise<(RunRow & { readonly now: Date }) | undefined> {
  return await tx
    .selectFrom('mandate.runs')
    .selectAll()
    .select(sql<Date>`greatest(clock_timestamp(), changed_at)`.as('now'))
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

/** Locks several, always in the same order: else two who take tasks of the same runs would wait for one another. */
export async function lockRuns(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length < 2) return
  await tx.selectFrom('mandate.runs').select('id').where('id', 'in', ids).orderBy('id').forUpdate().execute()
}

export interface Kept {
  readonly row: Pick<RunRow, 'id' | 'notices'>
  readonly state: RunState
  readonly event: RunEvent
  readonly effects: readonly Effect[]
  readonly now: Date
}

/** Writes what the event has made of the run. */
export async function keepRun(tx: Tx, { row, state, event, effects, now }: Kept): Promise<void> {
  const notices = noticesOf(effects)
  await tx
    .updateTable('mandate.runs')
    .set({
      status: state.status,
      outcome: state.outcome,
      has_incident: Object.values(state.steps).some(({ incident }) => incident !== null),
      state: JSON.stringify(state),
      seq: state.version,
      notices: row.notices + notices.length,
      changed_at: now,
      ended_at: isOver(state) ? new Date(state.endedAt ?? now) : null,
    })
    .where('id', '=', row.id)
    .execute()
  await tx
    .insertInto('mandate.run_events')
    .values({ run_id: row.id, seq: state.version, at: now, kind: event.kind, event: JSON.stringify(event) })
    .execute()
  if (notices.length > 0) {
    const rows = notices.map(({ name, step, data }, index) => ({
      run_id: row.id,
      n: row.notices + index + 1,
      seq: state.version,
      at: now,
      name,
      step,
      data: JSON.stringify(data),
    }))
    await tx.insertInto('mandate.run_notices').values(rows).execute()
  }
  await keepContext(tx, row.id, effects, now)
}

/** Each write to the context is a revision of its own. */
async function keepContext(tx: Tx, runId: string, effects: readonly Effect[], now: Date): Promise<void> {
  const writes = effects.filter((effect) => effect.kind === 'writeContext')
  if (writes.length === 0) return
  const { last } = await tx
    .selectFrom('mandate.run_context')
    .select(({ fn }) => fn.coalesce(fn.max('revision'), sql<number>`0`).as('last'))
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow()
  const rows = writes.map(({ path, value, by, step }, index) => ({
    run_id: runId,
    revision: last + index + 1,
    path,
    value: JSON.stringify(value),
    written_by: by,
    step,
    at: now,
  }))
  await tx.insertInto('mandate.run_context').values(rows).execute()
}

interface Notice {
  readonly name: string
  readonly step: string | null
  readonly data: JsonObject
}

/** What is told to whoever follows the run. */
function noticesOf(effects: readonly Effect[]): readonly Notice[] {
  return effects.flatMap((effect): Notice[] => {
    switch (effect.kind) {
      case 'emit':
        return [{ name: effect.name, step: effect.step, data: effect.data }]
      case 'escalate': {
        const { step, level, trigger, reason, to } = effect
        return [{ name: 'task.escalated', step, data: { level, trigger, reason, to } }]
      }
      case 'handOff': {
        const { step, from, to, note } = effect
        return [{ name: 'task.handed-off', step, data: { from, to, note } }]
      }
      case 'offer':
      case 'invoke':
      case 'startRun':
      case 'cancelRun':
      case 'setTimer':
      case 'writeContext':
        return []
    }
  })
}
