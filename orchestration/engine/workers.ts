/**
 * What every process of the engine does: lets timers fire, hands on what runs tell one another, ends leases, and runs operations.
 * A worker that dies leaves nothing undone: its jobs come back, and what was delivered is known by its generation or attempt.
 */
import { sql } from 'kysely'
import type { Json, JsonObject } from '../../lib/json.ts'
import { holdersOf } from '../../storage/stores/role-holders.ts'
import type { Lease, Stop, Tx } from '../../storage/queue/durable-queue.ts'
import type { RunEvent, TaskError } from '../interpreter/events.ts'
import type { RunState } from '../interpreter/state.ts'
import { type Program, activityOf, stepKey } from '../interpreter/turn.ts'
import { deliver } from './deliver.ts'
import { type Engine, type Work, tell, transact, workIn } from './engine.ts'
import { lockRun } from './keep-run.ts'
import { leaseEnd, lookAt } from './lease.ts'
import { QueueMissing, eventsQueue, operationsQueue } from './queues.ts'

/** One operation to run for a step. */
export interface OperationCall {
  readonly runId: string
  readonly step: string
  readonly workflow: string
  readonly role: string
  /** Agents that are not to do it. */
  readonly excluded: readonly string[]
  readonly document: string
  readonly variables: JsonObject
}

/** What came of it. */
export type Performed =
  | { readonly outcome: 'succeeded'; readonly data: Json }
  | { readonly outcome: 'failed'; readonly error: TaskError }
  /** People have to decide first; the act is carried out when they have. */
  | { readonly outcome: 'waits'; readonly approval: string }

/** Runs operations through the gateway. */
export interface Performer {
  /** Runs the operation as this agent. What a system or a rule says is an outcome, and no error. */
  perform(agent: string, call: OperationCall, signal: AbortSignal): Promise<Performed>
}

export interface WorkersOptions {
  readonly performer: Performer
  /** How many operations run at once in this process. Default 8. */
  readonly operations?: number
  /** How many events are delivered at once in this process. Default 4. */
  readonly events?: number
}

/** Starts the workers of this process. */
export function startWorkers(engine: Engine, { performer, operations = 8, events = 4 }: WorkersOptions): Stop {
  const stops = [
    engine.queue.work(
      eventsQueue,
      { kind: 'transactional', handle: (job, tx) => makingQueues(engine, () => handleEvent(engine, job, tx)) },
      { concurrency: events },
    ),
    engine.queue.work(
      operationsQueue,
      { kind: 'leased', handle: (job, signal) => handleOperation(engine, performer, job, signal) },
      { concurrency: operations },
    ),
  ]
  return async () => {
    await Promise.all(stops.map((stop) => stop()))
  }
}

type EventData =
  | { readonly runId: string; readonly event: RunEvent }
  | { readonly runId: string; readonly lease: { readonly step: string; readonly attempt: number } }

async function handleEvent(engine: Engine, job: Lease, tx: Tx): Promise<void> {
  const data = job.data as unknown as EventData
  const work = workIn(tx)
  if ('lease' in data) await endLease(engine, data, job, work)
  else if (data.event.kind === 'cancelled') await cancel(engine, data.runId, data.event, work)
  else await deliver(engine, work, data.runId, data.event)
  // It wakes others a moment too early where the commit takes long; they look again by themselves.
  setImmediate(() => {
    tell(engine, work)
  })
}

/** A role that is newer than this process has no queue here yet: it is made, and the job comes again. */
async function makingQueues<T>(engine: Engine, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof QueueMissing) {
      const { queue } = error
      // Not inside the transaction that is still open.
      setImmediate(() => void engine.queue.ensure(queue).catch(() => undefined))
    }
    throw error
  }
}

/** A run that goes back to a node takes this when it has arrived. */
async function cancel(engine: Engine, runId: string, event: RunEvent, work: Work): Promise<void> {
  const { outcome } = await deliver(engine, work, runId, event)
  const run = outcome === 'refused' ? await lockRun(work.tx, runId) : undefined
  if (run?.ended_at !== null || (run.state as unknown as RunState).ending !== null) return
  throw new Error(`The run ${runId} is ${run.status} and cannot be cancelled yet.`)
}

async function endLease(
  engine: Engine,
  { runId, lease }: Extract<EventData, { lease: unknown }>,
  { jobId: from }: Lease,
  work: Work,
): Promise<void> {
  const run = await lockRun(work.tx, runId)
  if (!run) return
  const until = await leaseEnd(work.tx, { runId, step: lease.step }, lease.attempt)
  if (until === null || until === undefined) return
  if (until > run.now) await lookAt(work.tx, engine.queue, { runId, ...lease }, until, from)
  else await deliver(engine, work, runId, { kind: 'leaseExpired', ...lease })
}

async function handleOperation(engine: Engine, performer: Performer, job: Lease, signal: AbortSignal) {
  const { runId, step, generation } = job.data as { runId: string; step: string; generation: number }
  const begun = await transact(engine, async (work) => {
    const run = await lockRun(work.tx, runId)
    if (!run) return null
    const program = await engine.programs.get(work.tx, run.workflow, run.workflow_version)
    const call = callOf(program, run.state as unknown as RunState, step, run.now)
    if (call === null) return null
    const agent = (await holdersOf(work.tx, [call.role])).find((each) => !call.excluded.includes(each))
    if (agent === undefined) {
      await deliver(engine, work, runId, nobodyFor(run.state as unknown as RunState, step, generation))
      return null
    }
    const delivered = await deliver(engine, work, runId, { kind: 'invoked', step, generation, by: agent })
    if (delivered.outcome !== 'applied') return null
    const attempt = delivered.state.steps[step]?.attempt ?? 0
    await addAttempt(work.tx, { runId, step, attempt, agent })
    return { agent, call, attempt }
  })
  if (begun === null) return undefined
  const performed = await performer.perform(begun.agent, begun.call, signal)
  return async (tx: Tx) => {
    const work = workIn(tx)
    await makingQueues(engine, () => deliver(engine, work, runId, eventOf(performed, step, begun.attempt)))
    setImmediate(() => {
      tell(engine, work)
    })
  }
}

/** Nobody who may do it is active. Where a worker has begun it and died, it may have been done: then people have to look. */
function nobodyFor({ steps }: RunState, id: string, generation: number): RunEvent {
  const step = steps[id]
  if (step?.state !== 'IN_PROGRESS' || step.generation !== generation) {
    return { kind: 'nobodyEligible', step: id, generation }
  }
  const message = `Nobody who may do it is active: ${step.candidates.join(', ')}.`
  // What nobody needs any more has nobody who looks; it ends, and is undone, when somebody is there again.
  if (step.abandoned) throw new Error(message)
  const error = { class: 'BUSINESS', code: 'NOBODY_ELIGIBLE', message, nothingDone: false } as const
  return { kind: 'failed', step: id, attempt: step.attempt, error }
}

function callOf(program: Program, state: RunState, id: string, now: Date): OperationCall | null {
  const step = state.steps[id]
  if (step?.kind !== 'operation') return null
  const activity = activityOf({ program, state, effects: [], now, entered: 0 }, step)
  if (activity.type !== 'operation') return null
  const { runId, workflow } = state
  const { role, document } = activity
  const variables = step.input
  return { runId, step: stepKey(state, step), workflow, role, excluded: step.excluded, document, variables }
}

function eventOf(performed: Performed, step: string, attempt: number): RunEvent {
  switch (performed.outcome) {
    case 'succeeded':
      return { kind: 'completed', step, attempt, result: performed.data }
    case 'failed':
      return { kind: 'failed', step, attempt, error: performed.error }
    case 'waits':
      return { kind: 'approvalAwaited', step, attempt, approval: performed.approval }
  }
}

async function addAttempt(
  tx: Tx,
  {
    runId,
    step,
    attempt,
    agent,
  }: { readonly runId: string; readonly step: string; readonly attempt: number; readonly agent: string },
): Promise<void> {
  await tx
    .insertInto('mandate.task_attempts')
    .values({
      run_id: runId,
      step,
      n: attempt,
      by: agent,
      token_hash: null,
      leased_at: sql<Date>`clock_timestamp()`,
      started_at: sql<Date>`clock_timestamp()`,
      lease_seconds: null,
    })
    .execute()
}
