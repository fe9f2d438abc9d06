/** Starting runs: of the newest published version of a workflow, once for each open business key. */
import { sql } from 'kysely'
import type { JsonObject } from '../../lib/json.ts'
import type { Tx } from '../../storage/queue/durable-queue.ts'
import { ExpressionError, evaluateExpression } from '../definition/expressions.ts'
import type { RunEvent } from '../interpreter/events.ts'
import { initialState } from '../interpreter/state.ts'
import type { Engine, Work } from './engine.ts'
import { eventsQueue, jobId } from './queues.ts'

export interface NewRun {
  readonly id: string
  readonly workflow: string
  readonly version: number
  readonly businessKey: string | null
  readonly startedBy: string
  /** Null: as the definition has it. */
  readonly priority: number | null
  readonly parent?: { readonly run: string; readonly step: string; readonly generation: number }
  readonly forkedFrom?: { readonly run: string; readonly seq: number }
}

/** The newest published version of a workflow; null where there is none. */
export async function newestVersion(tx: Tx, key: string): Promise<number | null> {
  const row = await tx
    .selectFrom('mandate.workflow_definitions')
    .select('version')
    .where('key', '=', key)
    .where('status', '=', 'PUBLISHED')
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.version ?? null
}

/** Adds the row of a run that has not begun. Where the business key belongs to an open run, gives that run and adds nothing. */
export async function addRun(
  engine: Engine,
  { tx }: Work,
  run: NewRun,
): Promise<{ readonly id: string; readonly added: boolean }> {
  const { definition } = await engine.programs.get(tx, run.workflow, run.version)
  const state = initialState({ runId: run.id, workflow: run.workflow, businessKey: run.businessKey })
  const now = sql<Date>`clock_timestamp()`
  const insert = tx
    .insertInto('mandate.runs')
    .values({
      id: run.id,
      workflow: run.workflow,
      workflow_version: run.version,
      business_key: run.businessKey,
      status: state.status,
      outcome: null,
      priority: run.priority ?? definition.priority,
      started_by: run.startedBy,
      parent_run: run.parent?.run ?? null,
      parent_step: run.parent?.step ?? null,
      parent_generation: run.parent?.generation ?? null,
      forked_from: run.forkedFrom?.run ?? null,
      forked_seq: run.forkedFrom?.seq ?? null,
      has_incident: false,
      state: JSON.stringify(state),
      seq: 0,
      notices: 0,
      created_at: now,
      changed_at: now,
      ended_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
  // The run that has the key may end between two statements; then the key is free.
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    if (await insert.executeTakeFirst()) return { id: run.id, added: true }
    const open = await tx
      .selectFrom('mandate.runs')
      .select('id')
      .where('workflow', '=', run.workflow)
      .where('business_key', '=', run.businessKey)
      .where('ended_at', 'is', null)
      .where('forked_from', 'is', null)
      .executeTakeFirst()
    if (open) return { id: open.id, added: false }
  }
  // INVARIANT: ids are made anew, so only a business key can have been there.
  throw new Error(`The run ${run.id} could not be added.`)
}

/** What names a run with this input, as its workflow declares. @throws ExpressionError */
export function businessKeyOf(expression: string | undefined, input: JsonObject): string | null {
  if (expression === undefined) return null
  const key = evaluateExpression(expression, { input })
  if (typeof key === 'string' && key !== '') return key
  throw new ExpressionError(expression, 'a business key is a text that is not empty')
}

interface ChildStart {
  readonly parent: string
  readonly step: string
  readonly generation: number
  readonly workflow: string
  readonly input: JsonObject
  readonly startedBy: string
  readonly priority: number
}

/** Starts the run of a subprocess; it begins through the queue, when its parent is no longer held. */
export async function startChildRun(engine: Engine, work: Work, child: ChildStart): Promise<void> {
  const version = await newestVersion(work.tx, child.workflow)
  const parent = { run: child.parent, step: child.step, generation: child.generation }
  work.queues.add(eventsQueue)
  if (version === null) {
    // Its workflow was withdrawn since: an operator has to decide, and what went before has happened.
    const event: RunEvent = {
      kind: 'childEnded',
      step: child.step,
      generation: child.generation,
      outcome: 'failed',
      output: {},
    }
    const job = {
      id: jobId('no run', child.parent, child.step, child.generation),
      data: { runId: child.parent, event },
    }
    await engine.queue.enqueue(work.tx, eventsQueue, [job])
    return
  }
  const id = jobId('run', child.parent, child.step, child.generation)
  const run = {
    id,
    workflow: child.workflow,
    version,
    businessKey: null,
    startedBy: child.startedBy,
    priority: child.priority,
    parent,
  }
  await addRun(engine, work, run)
  const event: RunEvent = { kind: 'started', by: child.startedBy, input: child.input }
  await engine.queue.enqueue(work.tx, eventsQueue, [{ id: jobId('start', id), data: { runId: id, event } }])
}
