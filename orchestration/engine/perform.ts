/** Sets in motion what an event asks for, in its transaction: jobs, timers, other runs. */
import { holdersOf } from '../../storage/stores/role-holders.ts'
import type { QueueJob } from '../../storage/queue/durable-queue.ts'
import type { Effect } from '../interpreter/effects.ts'
import type { RunEvent } from '../interpreter/events.ts'
import type { RunState, Step } from '../interpreter/state.ts'
import { type Program, activityOf } from '../interpreter/turn.ts'
import type { Engine, Work } from './engine.ts'
import { eventsQueue, jobId, operationsQueue, roleQueue } from './queues.ts'
import { startChildRun } from './start-run.ts'
import { withdrawApproval } from './withdraw-approval.ts'

interface Performance {
  readonly program: Program
  readonly runId: string
  readonly state: RunState
  readonly effects: readonly Effect[]
  readonly now: Date
  readonly priority: number
}

/** An offer that nobody can take. */
interface Unclaimable {
  readonly step: string
  readonly generation: number
}

/** Performs the effects. Gives the offers that nobody can take, of which the run has to be told. */
export async function perform(engine: Engine, work: Work, performance: Performance): Promise<readonly Unclaimable[]> {
  const { runId, state, effects, priority } = performance
  const jobs = new Map<string, QueueJob[]>()
  const add = (queue: string, job: QueueJob) => jobs.set(queue, [...(jobs.get(queue) ?? []), job])
  const unclaimable: Unclaimable[] = []

  for (const effect of effects) {
    switch (effect.kind) {
      case 'offer': {
        const step = state.steps[effect.step]
        // A later effect of the same event has withdrawn it.
        if (step?.state !== 'READY' || step.generation !== effect.generation) break
        const { candidates, kind } = step
        for (const role of candidates) work.roles.add(role)
        if (isOfOthers(performance, step) && (await isNobodys(engine, work, step))) {
          unclaimable.push({ step: effect.step, generation: effect.generation })
        }
        // An approval is voted on; nobody claims it.
        if (kind === 'approval') break
        for (const role of candidates) add(roleQueue(role), offerJob(effect, role, { runId, priority }))
        break
      }
      case 'invoke': {
        const { step, generation, after } = effect
        const job = { id: jobId('invoke', runId, step, generation), data: { runId, step, generation }, priority }
        add(operationsQueue, after === null ? job : { ...job, after })
        break
      }
      case 'setTimer': {
        const { step, timer, generation, at } = effect
        const event: RunEvent = { kind: 'timerFired', step, timer, generation }
        // By the event too: an alarm that nobody heard, because its step had failed, is set for the same moment again.
        const id = jobId('timer', runId, state.version, step, timer, generation)
        add(eventsQueue, { id, data: { runId, event }, after: at })
        break
      }
      case 'startRun':
        await startChildRun(engine, work, { parent: runId, startedBy: state.startedBy ?? '', priority, ...effect })
        break
      case 'cancelRun':
        for (const child of await openChildren(work, runId, effect.step)) {
          const event: RunEvent = {
            kind: 'cancelled',
            by: 'service:orchestration',
            reason: `Its parent ${runId} needs it no more.`,
          }
          add(eventsQueue, { id: jobId('cancel', child), data: { runId: child, event } })
        }
        break
      case 'emit': {
        const approval = effect.data['approval']
        if (effect.name === 'task.approval-unneeded' && typeof approval === 'string') {
          await withdrawApproval(work.tx, approval, performance.now)
        }
        break
      }
      case 'writeContext':
      case 'escalate':
      case 'handOff':
        break
    }
  }
  for (const [queue, list] of jobs) {
    await engine.queue.enqueue(work.tx, queue, list)
    work.queues.add(queue)
  }
  return unclaimable
}

function offerJob(
  { step, generation, after }: Extract<Effect, { kind: 'offer' }>,
  role: string,
  { runId, priority }: Pick<Performance, 'runId' | 'priority'>,
): QueueJob {
  const id = jobId('offer', runId, step, generation, role)
  const job = { id, data: { runId, step, generation }, group: taskName(runId, step), priority }
  return after === null ? job : { ...job, after }
}

/** Whether the task is for agents, and none who may have it is active. */
async function isNobodys(engine: Engine, { tx }: Work, { candidates, excluded, target }: Step): Promise<boolean> {
  // Kept for somebody: when it is kept no longer, it is offered again.
  if (target !== null) return false
  const known = engine.agentRoles()
  if (candidates.some((role) => !known.has(role))) return false
  return (await holdersOf(tx, candidates)).every((agent) => excluded.includes(agent))
}

/** Where the last level, people of the owner, is not yet reached: whoever is to do it must be there. */
function isOfOthers({ program, state, effects, now }: Performance, step: Step): boolean {
  return step.level <= activityOf({ program, state, effects: [...effects], now, entered: 0 }, step).escalation.length
}

async function openChildren({ tx }: Work, parent: string, step: string): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('mandate.runs')
    .select('id')
    .where('parent_run', '=', parent)
    .where('parent_step', '=', step)
    .where('ended_at', 'is', null)
    .execute()
  return rows.map(({ id }) => id)
}

/** How a task is named outside: its run and its step. */
export function taskName(runId: string, step: string): string {
  return `${runId}:${step}`
}
