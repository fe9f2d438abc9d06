/** What the holder of a task does with it: each shows the token of its lease, and a lease that is lost changes nothing. */
import { sql } from 'kysely'
import type { Json, JsonObject } from '../../lib/json.ts'
import type { RunEvent } from '../interpreter/events.ts'
import { type Delivered, deliver } from './deliver.ts'
import { type Engine, transact } from './engine.ts'
import { lockRun } from './keep-run.ts'
import { type TaskRef, attemptOf, extendLease } from './lease.ts'

/** A task and the token of the lease on it. */
export interface Holding extends TaskRef {
  readonly token: string
}

/** What the work has used, as its holder says. */
export interface Usage {
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly toolCalls?: number
  readonly costEur?: number
}

const lost: Delivered = {
  outcome: 'refused',
  code: 'LEASE_LOST',
  reason: 'The lease is lost: the task is somebody else’s, or ready again.',
}

/** Brings an event of the holder; `event` is given the number of its attempt. */
export async function deliverHeld(
  engine: Engine,
  holding: Holding,
  event: (attempt: number) => RunEvent,
  report: { readonly usage?: Usage; readonly confidence?: number; readonly error?: JsonObject } = {},
): Promise<Delivered> {
  return await transact(engine, async (work) => {
    // The run is locked first, as everywhere: between the look at the lease and the event nobody comes.
    if (!(await lockRun(work.tx, holding.runId))) return lost
    const attempt = await attemptOf(work.tx, holding, holding.token)
    if (attempt === null) return lost
    const delivered = await deliver(engine, work, holding.runId, event(attempt))
    const { usage, confidence, error } = report
    if (delivered.outcome === 'applied' && (usage ?? confidence ?? error)) {
      await work.tx
        .updateTable('mandate.task_attempts')
        .set({
          usage: usage ? JSON.stringify(usage) : null,
          confidence: confidence ?? null,
          error: error ? JSON.stringify(error) : null,
        })
        .where('run_id', '=', holding.runId)
        .where('step', '=', holding.step)
        .where('n', '=', attempt)
        .execute()
    }
    return delivered
  })
}

/** The holder begins. */
export async function beginTask(engine: Engine, holding: Holding): Promise<Delivered> {
  return await transact(engine, async (work) => {
    if (!(await lockRun(work.tx, holding.runId))) return lost
    const attempt = await attemptOf(work.tx, holding, holding.token)
    if (attempt === null) return lost
    const delivered = await deliver(engine, work, holding.runId, { kind: 'begun', step: holding.step, attempt })
    if (delivered.outcome !== 'applied') return delivered
    await work.tx
      .updateTable('mandate.task_attempts')
      .set({ started_at: sql<Date>`clock_timestamp()` })
      .where('run_id', '=', holding.runId)
      .where('step', '=', holding.step)
      .where('n', '=', attempt)
      .execute()
    return delivered
  })
}

/** Extends the lease; null when it is lost, and then the holder is to stop. */
export async function heartbeat(engine: Engine, holding: Holding): Promise<{ readonly until: Date | null } | null> {
  return await transact(engine, async ({ tx }) => {
    const attempt = await attemptOf(tx, holding, holding.token)
    if (attempt === null) return null
    const until = await extendLease(tx, holding, attempt)
    if (until !== null) return { until }
    // People have no lease that ends.
    const open = await tx
      .selectFrom('mandate.task_attempts')
      .select('lease_seconds')
      .where('run_id', '=', holding.runId)
      .where('step', '=', holding.step)
      .where('n', '=', attempt)
      .executeTakeFirst()
    return open?.lease_seconds === null ? { until: null } : null
  })
}

/** The work is done. */
export function completeTask(
  engine: Engine,
  holding: Holding,
  result: Json,
  report: { readonly usage?: Usage; readonly confidence?: number } = {},
): Promise<Delivered> {
  return deliverHeld(engine, holding, (attempt) => ({ kind: 'completed', step: holding.step, attempt, result }), report)
}
