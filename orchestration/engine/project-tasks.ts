/** Tasks as they are found and listed: one row for each, brought up to date with the state of its run; and the ends of attempts. */
import type { Insertable } from 'kysely'
import type { Tx } from '../../storage/queue/durable-queue.ts'
import type { OrchestrationTables } from '../../storage/tables/orchestration.ts'
import type { Effect } from '../interpreter/effects.ts'
import type { RunEvent } from '../interpreter/events.ts'
import type { RunState, Step } from '../interpreter/state.ts'
import { isTask } from '../interpreter/steps.ts'
import { type Program, activityOf } from '../interpreter/turn.ts'

export interface Projection {
  readonly program: Program
  readonly before: RunState
  readonly state: RunState
  readonly event: RunEvent
  readonly effects: readonly Effect[]
  readonly now: Date
  readonly priority: number
}

type TaskRow = Insertable<OrchestrationTables['mandate.tasks']>

/** Writes the tasks that the event has changed. */
export async function projectTasks(tx: Tx, projection: Projection): Promise<void> {
  const { before, state, event, now } = projection
  const changed = Object.values(state.steps).filter(
    (step) => isTask(step.kind) && JSON.stringify(step) !== JSON.stringify(before.steps[step.id] ?? null),
  )
  for (const step of changed) {
    const old = before.steps[step.id]
    if (old && isBusy(old) && !(isBusy(step) && step.attempt === old.attempt)) {
      await endAttempt(tx, state.runId, old, outcomeOf(event, old), now)
    }
  }
  if (changed.length === 0) return
  const rows = changed.map((step) => rowOf(projection, step))
  await tx
    .insertInto('mandate.tasks')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['run_id', 'step']).doUpdateSet((eb) => ({
        title: eb.ref('excluded.title'),
        state: eb.ref('excluded.state'),
        candidates: eb.ref('excluded.candidates'),
        target: eb.ref('excluded.target'),
        excluded: eb.ref('excluded.excluded'),
        holder: eb.ref('excluded.holder'),
        attempt: eb.ref('excluded.attempt'),
        level: eb.ref('excluded.level'),
        generation: eb.ref('excluded.generation'),
        priority: eb.ref('excluded.priority'),
        input: eb.ref('excluded.input'),
        question: eb.ref('excluded.question'),
        approval: eb.ref('excluded.approval'),
        incident: eb.ref('excluded.incident'),
        ready_at: eb.ref('excluded.ready_at'),
        // Whoever claims or gives back a task changes nothing about when it is due.
        due_at: eb.fn.coalesce(eb.ref('excluded.due_at'), 'mandate.tasks.due_at'),
        ended_at: eb.ref('excluded.ended_at'),
      })),
    )
    .execute()
}

function rowOf({ program, state, effects, now, priority }: Projection, step: Step): TaskRow {
  const due = effects.find(
    (effect) => effect.kind === 'setTimer' && effect.step === step.id && effect.timer === 'completion',
  )
  return {
    run_id: state.runId,
    step: step.id,
    workflow: state.workflow,
    node: step.node,
    kind: step.kind,
    title: activityOf({ program, state, effects: [], now, entered: 0 }, step).title,
    state: step.state,
    candidates: step.candidates,
    target: step.target,
    excluded: step.excluded,
    holder: step.holder,
    attempt: step.attempt,
    level: step.level,
    generation: step.generation,
    priority,
    input: JSON.stringify(step.input),
    question: step.question === null ? null : JSON.stringify(step.question),
    approval: step.approval,
    incident: step.incident === null ? null : JSON.stringify(step.incident),
    entered_at: new Date(step.enteredAt),
    ready_at: step.readyAt === null ? null : new Date(step.readyAt),
    due_at: due?.kind === 'setTimer' ? due.at : null,
    ended_at: step.endedAt === null ? null : new Date(step.endedAt),
  }
}

const isBusy = ({ state }: Step): boolean => state === 'CLAIMED' || state === 'IN_PROGRESS'

async function endAttempt(tx: Tx, runId: string, { id, attempt }: Step, outcome: string, now: Date): Promise<void> {
  await tx
    .updateTable('mandate.task_attempts')
    .set({ ended_at: now, outcome })
    .where('run_id', '=', runId)
    .where('step', '=', id)
    .where('n', '=', attempt)
    .where('ended_at', 'is', null)
    .execute()
}

/** How the attempt of a step ended: as the event says where it is about this step, otherwise somebody else ended it. */
function outcomeOf(event: RunEvent, { id }: Step): string {
  if (!('step' in event) || event.step !== id) return 'cancelled'
  switch (event.kind) {
    case 'completed':
      return 'completed'
    case 'failed':
      return event.error.class.toLowerCase()
    case 'released':
      return 'released'
    case 'leaseExpired':
    case 'invoked':
      return 'lease_lost'
    case 'handedOff':
    case 'escalated':
    case 'reassigned':
      return 'handed_off'
    case 'inputRequested':
    case 'approvalAwaited':
      return 'parked'
    default:
      return 'cancelled'
  }
}
