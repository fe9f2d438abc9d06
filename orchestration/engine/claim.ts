/** Claiming tasks: first what is kept for the claimer, then the queue of its role; never more at once than it may hold. */
import { type Kysely, sql } from 'kysely'
import { taskBearer } from '../../lib/flow-bearers.ts'
import type { Tx } from '../../storage/queue/durable-queue.ts'
import { passOnReads } from '../../storage/stores/flow-passed-on.ts'
import type { Tables } from '../../storage/tables.ts'
import type { Doer } from '../interpreter/events.ts'
import type { RunState, Step } from '../interpreter/state.ts'
import { type Program, activityOf } from '../interpreter/turn.ts'
import { type Delivered, deliver } from './deliver.ts'
import { type Engine, type Work, transact } from './engine.ts'
import { lockRun, lockRuns } from './keep-run.ts'
import { type Held, type TaskRef, grantLease, renewLease } from './lease.ts'
import { taskName } from './perform.ts'
import { jobId, roleQueue } from './queues.ts'
import { workItemOf } from './work-item.ts'

export interface Claim {
  readonly by: Doer
  /** Under which of its roles. */
  readonly role: string
  readonly max: number
  /** How many tasks the claimer may hold at once. */
  readonly limit: number
}

/** A task in the hands of its holder. */
export interface ClaimedTask extends TaskRef {
  readonly state: RunState
  readonly step_: Step
  readonly program: Program
  readonly lease: Held
}

/** Claims up to `max` tasks. Of any number of claimers one gets each. */
export async function claimTasks(engine: Engine, claim: Claim): Promise<readonly ClaimedTask[]> {
  await engine.queue.ensure(roleQueue(claim.role))
  return await transact(engine, async (work) => {
    const room = Math.min(claim.max, await roomOf(work.tx, claim))
    const claimed: ClaimedTask[] = []
    if (room <= 0) return claimed
    for (const kept of await keptFor(work.tx, claim.by.id, room)) {
      const task = await take(engine, work, kept, claim.by)
      if (task.taken) claimed.push(task.taken)
    }
    await takeFromQueue(engine, work, claim, room, claimed)
    return claimed
  })
}

/** Claims one task by name. A person who has it already is given it again: the answer to the first claim may have been lost. */
export async function claimTask(
  engine: Engine,
  { by, limit, task }: { readonly by: Doer; readonly limit: number; readonly task: TaskRef },
): Promise<ClaimedTask | Delivered> {
  return await transact(engine, async (work) => {
    const room = await roomOf(work.tx, { by, limit })
    const again = by.kind === 'person' ? await takeAgain(engine, work, task, by) : null
    if (again) return again
    if (room <= 0)
      return { outcome: 'refused', code: 'NOT_ELIGIBLE', reason: `You hold ${limit} tasks, which is the most at once.` }
    const { taken, delivered } = await take(engine, work, task, by)
    return taken ?? delivered
  })
}

async function takeFromQueue(
  engine: Engine,
  work: Work,
  { by, role }: Claim,
  room: number,
  claimed: ClaimedTask[],
): Promise<void> {
  const queue = roleQueue(role)
  const ignoreGroups = [...(await notFor(work.tx, by.id, role))]
  while (claimed.length < room) {
    const jobs = await engine.queue.claim(work.tx, queue, { max: room - claimed.length, ignoreGroups })
    if (jobs.length === 0) return
    const offers = jobs.map((job) => ({ job, ...(job.data as { runId: string; step: string; generation: number }) }))
    await lockRuns(
      work.tx,
      offers.map(({ runId }) => runId),
    )
    for (const { job, runId, step, generation } of offers) {
      const { taken } = await take(engine, work, { runId, step }, by)
      if (taken) claimed.push(taken)
      await engine.queue.complete(work.tx, job)
      // It may still be to be done, and not by this claimer: the job of another takes the place of this one.
      if (!taken) await putBack(engine, work, queue, { runId, step, generation })
      ignoreGroups.push(taskName(runId, step))
    }
  }
}

interface Taken {
  readonly taken: ClaimedTask | null
  readonly delivered: Delivered
}

async function take(engine: Engine, work: Work, task: TaskRef, by: Doer): Promise<Taken> {
  const delivered = await deliver(engine, work, task.runId, { kind: 'claimed', step: task.step, by })
  if (delivered.outcome !== 'applied') return { taken: null, delivered }
  const { state, program, now } = delivered
  const step_ = state.steps[task.step]
  if (!step_) throw new Error(`The step ${task.step} was claimed and is not there.`)
  const activity = activityOf({ program, state, effects: [], now, entered: 0 }, step_)
  const seconds = by.kind === 'person' ? null : activity.type === 'agentTask' ? activity.leaseSeconds : 60
  // What was read in the run is in what the task is given: it counts against an agent as if it had read it itself.
  if (by.kind === 'agent') await passOnReads(work.tx, { from: taskBearer(workItemOf(state)), to: by.id, now })
  const lease = await grantLease(work.tx, engine.queue, { ...task, attempt: step_.attempt, by: by.id, seconds })
  return { taken: { ...task, state, step_, program, lease }, delivered }
}

async function takeAgain(engine: Engine, { tx }: Work, task: TaskRef, { id }: Doer): Promise<ClaimedTask | null> {
  const run = await lockRun(tx, task.runId)
  const lease = run ? await renewLease(tx, task, id) : null
  if (!run || !lease) return null
  const state = run.state as unknown as RunState
  const step_ = state.steps[task.step]
  // INVARIANT: an attempt that is open is that of a step that is held.
  if (!step_) throw new Error(`The step ${task.step} is held and is not there.`)
  return { ...task, state, step_, lease, program: await engine.programs.get(tx, run.workflow, run.workflow_version) }
}

interface Offer extends TaskRef {
  readonly generation: number
}

/** Leaves the job of an offer that still stands to others, by the database's clock and as urgent as it was. */
async function putBack(engine: Engine, { tx }: Work, queue: string, { runId, step, generation }: Offer): Promise<void> {
  const row = await tx
    .selectFrom('mandate.tasks')
    .select(['priority', sql<Date>`clock_timestamp() + interval '1 second'`.as('after')])
    .where('run_id', '=', runId)
    .where('step', '=', step)
    .where('state', '=', 'READY')
    .where('generation', '=', generation)
    .executeTakeFirst()
  if (!row) return
  const job = { id: jobId('again', engine.newId()), data: { runId, step, generation }, group: taskName(runId, step) }
  await engine.queue.enqueue(tx, queue, [{ ...job, ...row }])
}

/** INVARIANT: two claims of one principal are made one after the other, so that it never holds more than it may. */
async function roomOf(tx: Tx, { by, limit }: Pick<Claim, 'by' | 'limit'>): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`mandate:tasks:${by.id}`}, 0))`.execute(tx)
  return limit - (await countHeld(tx, by.id))
}

/** How many tasks a principal holds now. What the engine does as an agent has no token, and is not counted. */
export async function countHeld(kysely: Kysely<Tables>, principal: string): Promise<number> {
  const { held } = await kysely
    .selectFrom('mandate.task_attempts')
    .select(({ fn }) => fn.countAll<number>().as('held'))
    .where('by', '=', principal)
    .where('ended_at', 'is', null)
    .where('token_hash', 'is not', null)
    .executeTakeFirstOrThrow()
  return held
}

async function keptFor(tx: Tx, principal: string, most: number): Promise<readonly TaskRef[]> {
  const rows = await tx
    .selectFrom('mandate.tasks')
    .select(['run_id', 'step'])
    .where('target', '=', principal)
    .where('state', '=', 'READY')
    .where('kind', '<>', 'approval')
    .where('ready_at', '<=', sql<Date>`clock_timestamp()`)
    .orderBy('ready_at')
    .limit(most)
    .execute()
  return rows.map(({ run_id, step }) => ({ runId: run_id, step }))
}

/** The tasks of a role that are ready and not for this principal. */
async function notFor(tx: Tx, principal: string, role: string): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('mandate.tasks')
    .select(['run_id', 'step'])
    .where('state', '=', 'READY')
    .where(sql<boolean>`candidates @> array[${role}]`)
    .where((eb) => eb.or([eb('target', '<>', principal), sql<boolean>`excluded @> array[${principal}]`]))
    .execute()
  return rows.map(({ run_id, step }) => taskName(run_id, step))
}
