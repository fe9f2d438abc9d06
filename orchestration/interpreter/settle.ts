/** Undoing: what was done is undone in the opposite order, one compensation after the other, and then the run ends or goes on. */
import { beginActivity } from './begin.ts'
import { type Step, isOpen } from './state.ts'
import { addStep, orIncident } from './steps.ts'
import { type Turn, activityOf, emit } from './turn.ts'
import { enter } from './walk.ts'

/** Goes on with what has to be undone, after every event. */
export function settle(turn: Turn): void {
  const { state } = turn
  if (state.status !== 'COMPENSATING' && state.status !== 'COMPENSATION_FAILED') return
  // What cannot be called back must end first: if it was done, it has to be undone as well.
  if (steps(turn).some((step) => step.abandoned && isOpen(step))) return
  state.undo ??= { since: 0, enter: null }
  const waiting = steps(turn).find(({ undoes, state: at }) => undoes !== null && at !== 'COMPLETED' && at !== 'SKIPPED')
  if (waiting) {
    state.status = waiting.state === 'FAILED' ? 'COMPENSATION_FAILED' : 'COMPENSATING'
    return
  }
  state.status = 'COMPENSATING'
  const next = lastDone(turn, state.undo.since)
  if (next === undefined) finish(turn, state.undo.enter)
  else {
    undo(turn, next)
    settle(turn)
  }
}

/** What was done last since the given place in the order, and can be undone. */
function lastDone(turn: Turn, since: number): Step | undefined {
  return steps(turn)
    .filter((step) => step.doneAs !== null && step.doneAs > since && !step.undone && step.undoes === null)
    .filter((step) => step.state === 'COMPLETED' && activityOf(turn, step).compensate !== undefined)
    .toSorted((a, b) => (a.doneAs ?? 0) - (b.doneAs ?? 0))
    .at(-1)
}

function undo(turn: Turn, step: Step): void {
  const { compensate } = activityOf(turn, step)
  step.undone = true
  if (compensate === undefined) return
  const begun = addStep(turn, {
    id: `undo:${step.id}`,
    node: compensate,
    kind: 'operation',
    scope: [],
    undoes: step.id,
  })
  orIncident(turn, begun, () => {
    beginActivity(turn, begun)
  })
}

function finish(turn: Turn, next: string | null): void {
  const { state } = turn
  const undone = steps(turn).some(({ undoes }) => undoes !== null)
  state.undo = null
  if (state.ending === null) {
    state.status = 'RUNNING'
    if (next !== null) enter(turn, next, [])
    // The node may lead straight to an end that has something to undo.
    settle(turn)
    return
  }
  state.status = undone ? 'COMPENSATED' : state.ending
  state.endedAt = turn.now.toISOString()
  emit(turn, state.ending === 'CANCELLED' ? 'run.cancelled' : 'run.failed', null, { outcome: state.outcome, undone })
}

const steps = ({ state }: Turn): readonly Step[] => Object.values(state.steps)
