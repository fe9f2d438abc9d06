/** One event of one run: locked, applied, logged, and set in motion, in the transaction of whoever brings it. */
import type { RunEvent } from '../interpreter/events.ts'
import { apply } from '../interpreter/apply.ts'
import type { RunState } from '../interpreter/state.ts'
import { isOver } from '../interpreter/state.ts'
import type { Program, RefusalCode } from '../interpreter/turn.ts'
import { type Engine, type Work } from './engine.ts'
import { keepRun, lockRun } from './keep-run.ts'
import { perform } from './perform.ts'
import { projectTasks } from './project-tasks.ts'
import { eventsQueue, jobId } from './queues.ts'

export type Delivered =
  | { readonly outcome: 'applied'; readonly state: RunState; readonly program: Program; readonly now: Date }
  | { readonly outcome: 'ignored'; readonly reason: string }
  | { readonly outcome: 'refused'; readonly code: RefusalCode | 'RUN_UNKNOWN'; readonly reason: string }

/** Delivers an event to a run. What it refuses or ignores has changed nothing. */
export async function deliver(engine: Engine, work: Work, runId: string, event: RunEvent): Promise<Delivered> {
  const row = await lockRun(work.tx, runId)
  if (!row) return { outcome: 'refused', code: 'RUN_UNKNOWN', reason: `There is no run ${runId}.` }
  const program = await engine.programs.get(work.tx, row.workflow, row.workflow_version)
  const before = row.state as unknown as RunState
  const { now } = row
  const applied = apply(program, before, event, now)
  if (applied.outcome !== 'applied') return applied
  const { state, effects } = applied
  await keepRun(work.tx, { row, state, event, effects, now })
  await projectTasks(work.tx, { program, before, state, event, effects, now, priority: row.priority })
  const unclaimable = await perform(engine, work, { program, state, effects, now, priority: row.priority, runId })
  work.runs.add(runId)
  if (isOver(state) && !isOver(before)) await tellParent(engine, work, row, state)
  let last: Delivered = { outcome: 'applied', state, program, now }
  for (const offer of unclaimable) {
    const next = await deliver(engine, work, runId, { kind: 'nobodyEligible', ...offer })
    if (next.outcome === 'applied') last = next
  }
  return last
}

interface Child {
  readonly id: string
  readonly parent_run: string | null
  readonly parent_step: string | null
  readonly parent_generation: number | null
}

/** Through the queue: who holds a child never waits for its parent, so no two wait for one another. */
async function tellParent(engine: Engine, work: Work, child: Child, state: RunState): Promise<void> {
  if (child.parent_run === null || child.parent_step === null) return
  const event: RunEvent = {
    kind: 'childEnded',
    step: child.parent_step,
    generation: child.parent_generation ?? 0,
    outcome: state.outcome ?? 'failed',
    output: state.output,
  }
  const id = jobId('child', child.id)
  await engine.queue.enqueue(work.tx, eventsQueue, [{ id, data: { runId: child.parent_run, event: { ...event } } }])
  work.queues.add(eventsQueue)
}
