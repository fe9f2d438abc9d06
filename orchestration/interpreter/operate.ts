/** What operators do to runs: let them stand still, go on, end, go back; and decide about what has failed. */
import { minuteClock } from './clock.ts'
import { cancelRun, withdrawAll } from './end-run.ts'
import { offer, runsItself } from './offer.ts'
import type { Json } from '../../lib/json.ts'
import { type RunState, type Step, isOpen, isOver } from './state.ts'
import { close, isTask, isUnderWay } from './steps.ts'
import { RefusedEvent, type Turn, emit, nodeOf } from './turn.ts'
import { begin, complete } from './walk.ts'

/** Nothing is claimed or begun any more; leases end. What the engine runs, ends, and counts when the run goes on. */
export function suspend(turn: Turn, reason: string, by: string): void {
  mustBe(turn.state, ['RUNNING'])
  turn.state.status = 'SUSPENDED'
  for (const step of Object.values(turn.state.steps)) {
    if (!isTask(step.kind) || !['READY', 'CLAIMED', 'IN_PROGRESS'].includes(step.state)) continue
    if (isUnderWay(step)) continue
    step.state = 'SUSPENDED'
    step.generation += 1
    minuteClock(turn, step)
  }
  emit(turn, 'run.suspended', null, { reason, by })
}

/** Offers again what stood still. What came meanwhile is applied by `apply`. */
export function resume(turn: Turn): void {
  mustBe(turn.state, ['SUSPENDED'])
  turn.state.status = 'RUNNING'
  emit(turn, 'run.resumed', null)
  for (const step of Object.values(turn.state.steps)) {
    if (step.state !== 'SUSPENDED') continue
    offer(turn, step, null)
    minuteClock(turn, step)
  }
}

export function cancel(turn: Turn, reason: string, by: string): void {
  mustBe(turn.state, ['PENDING', 'RUNNING', 'SUSPENDED'])
  emit(turn, 'run.cancelling', null, { reason, by })
  cancelRun(turn)
}

/** An operator has the step done again. */
export function retryStep(turn: Turn, step: Step): void {
  step.incident = null
  step.endedAt = null
  // With a new key only where every attempt has certainly changed nothing: else it could be done twice.
  if (step.attempt > 0 && step.innocent === step.attempt) step.group += 1
  anew(step)
  emit(turn, 'incident.resolved', step, { by: 'retry' })
  begin(turn, step)
}

/** As the definition has it, with nobody's failures and nobody's votes. */
function anew(step: Step): void {
  step.state = 'WAITING'
  step.level = 0
  step.manual = false
  step.charged = 0
  step.failed = []
  step.excluded = []
  step.target = null
  step.votes = []
  step.question = null
  step.approval = null
}

export function skipStep(turn: Turn, step: Step, result: Json): void {
  if (runsItself(step) && isUnderWay(step)) {
    throw new RefusedEvent(
      'NOT_POSSIBLE',
      'The operation is running, or people decide about it; wait until it has ended.',
    )
  }
  if (!isTask(step.kind) && step.kind !== 'timer' && step.kind !== 'awaitEvent') {
    throw new RefusedEvent('NOT_POSSIBLE', 'Only tasks, timers and awaited events are skipped.')
  }
  if (isUnderWay(step)) turn.effects.push({ kind: 'cancelRun', step: step.id })
  step.endedAt = null
  complete(turn, step, result, 'SKIPPED')
}

/** Goes back to a node: what is open is withdrawn, what was done since is undone, and the node is entered again. */
export function rewind(turn: Turn, nodeId: string): void {
  const { state } = turn
  mustBe(state, ['RUNNING'])
  nodeOf(turn, nodeId)
  const entered = Object.values(state.steps).filter(
    (step) => step.node === nodeId && step.undoes === null && step.item === null && !step.rewound,
  )
  const last = entered.at(-1)
  if (!last) throw new RefusedEvent('NOT_POSSIBLE', `The run has not come to \`${nodeId}\` yet.`)
  if (last.scope.length > 0)
    throw new RefusedEvent('NOT_POSSIBLE', 'Inside a fork a run does not go back; go back to the fork.')
  const since = before(state, last)
  for (const step of from(state, last)) step.rewound = true
  withdrawAll(turn)
  state.undo = { since, enter: nodeId }
  state.status = 'COMPENSATING'
  emit(turn, 'run.rewound', null, { node: nodeId })
}

/** The step, and those that were entered after it. */
function from({ steps }: RunState, { id }: Step): readonly Step[] {
  return Object.values(steps).slice(Object.keys(steps).indexOf(id))
}

/** How many steps had been done when this one was entered. */
function before({ steps }: RunState, { id, enteredAt }: Step): number {
  const order = Object.keys(steps)
  const place = order.indexOf(id)
  const done = Object.values(steps).filter((step) => step.doneAs !== null && step.endedAt !== null)
  const earlier = done.filter((step) => order.indexOf(step.id) < place && (step.endedAt ?? '') <= enteredAt)
  return Math.max(0, ...earlier.map((step) => step.doneAs ?? 0))
}

/** A copy of a run begins to live: what is open in it is set in motion again, with the input that was given. */
export function fork(turn: Turn, input: RunState['input'] | null, context: RunState['context'] | null): void {
  const { state } = turn
  if (isOver(state)) throw new RefusedEvent('RUN_NOT_OPEN', 'Fork the run at a point before its end.')
  state.input = { ...state.input, ...input }
  state.context = { ...state.context, ...context }
  if (state.status === 'SUSPENDED') state.status = 'RUNNING'
  for (const step of Object.values(state.steps)) {
    if (isOpen(step)) setInMotion(turn, step)
    else if (step.state === 'FAILED' && step.incident) retryStep(turn, step)
  }
}

function setInMotion(turn: Turn, step: Step): void {
  // What was under way for nobody is under way in the other run only.
  if (step.abandoned) {
    close(turn, step, 'CANCELLED')
    return
  }
  anew(step)
  // Its clock begins with the copy.
  step.pauses = [{ from: step.enteredAt, to: turn.now.toISOString() }]
  step.alarms = []
  if (step.kind !== 'forEach' && step.kind !== 'parallel') begin(turn, step)
}

function mustBe({ status }: RunState, allowed: readonly RunState['status'][]): void {
  if (!allowed.includes(status)) throw new RefusedEvent('RUN_NOT_OPEN', `The run is ${status}.`)
}
