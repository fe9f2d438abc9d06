/**
 * The interpreter: what one event makes of a run. Pure: the same definition, state, event and time always give the same, and nothing
 * outside is touched; a run can be rebuilt, simulated and searched by a `for` loop over its log.
 */
import { minuteClock } from './clock.ts'
import { writeContext } from './context.ts'
import type { Effect } from './effects.ts'
import { escalate, takeFailure } from './escalate.ts'
import type { RunEvent } from './events.ts'
import { runsItself } from './offer.ts'
import * as operators from './operate.ts'
import { settle } from './settle.ts'
import { type RunState, type Step, isOpen, isOver } from './state.ts'
import { isTask, isUnderWay } from './steps.ts'
import * as tasks from './tasks.ts'
import { fire } from './timers.ts'
import { type TaskEventKind, takes, taskTransitions } from './transitions.ts'
import { type Program, type RefusalCode, RefusedEvent, StaleEvent, type Turn, emit, nodeOf, stepOf } from './turn.ts'
import { enter, takeEvent } from './walk.ts'

export type Applied =
  | { readonly outcome: 'applied'; readonly state: RunState; readonly effects: readonly Effect[] }
  /** It came too late to matter: nothing has changed, and nothing is wrong. */
  | { readonly outcome: 'ignored'; readonly reason: string }
  /** It cannot be: nothing has changed, and who sent it is told. */
  | { readonly outcome: 'refused'; readonly code: RefusalCode; readonly reason: string }

/**
 * Applies one event.
 * @param state is not changed
 * @example
 * const result = apply(program, initialState({ runId, workflow: 'invoice', businessKey: null }), { kind: 'started', by, input }, now)
 */
export function apply(program: Program, state: RunState, event: RunEvent, now: Date): Applied {
  const turn: Turn = { program, state: structuredClone(state), effects: [], now, entered: 0 }
  try {
    dispatch(turn, event)
    settle(turn)
    turn.state.version += 1
    return { outcome: 'applied', state: turn.state, effects: turn.effects }
  } catch (error) {
    if (error instanceof StaleEvent) return { outcome: 'ignored', reason: error.message }
    if (error instanceof RefusedEvent) return { outcome: 'refused', code: error.code, reason: error.message }
    throw error
  }
}

/** What must not be lost while a run stands still: it is kept, and applied when the run goes on. */
const kept: ReadonlySet<RunEvent['kind']> = new Set<RunEvent['kind']>([
  'approvalSettled',
  'childEnded',
  'contextWritten',
  'inputGiven',
  'signalled',
  'timerFired',
])

function dispatch(turn: Turn, event: RunEvent): void {
  const { state } = turn
  if (state.status === 'SUSPENDED' && mustWait(turn, event)) {
    tryOut(turn, event)
    state.deferred = [...state.deferred, event]
    return
  }
  if (event.kind in taskTransitions) dispatchTask(turn, event as Extract<RunEvent, { kind: TaskEventKind }>)
  else dispatchRun(turn, event as Exclude<RunEvent, { kind: TaskEventKind }>)
}

/** Also what the engine's own operation has come to: it runs on while its run stands still. */
function mustWait({ state }: Turn, event: RunEvent): boolean {
  if (kept.has(event.kind)) return true
  if (event.kind !== 'completed' && event.kind !== 'failed' && event.kind !== 'approvalAwaited') return false
  return state.steps[event.step]?.state === 'IN_PROGRESS'
}

/** Throws where the event could not be if the run went on now: nobody is told that something is kept which will come to nothing. */
function tryOut(turn: Turn, event: RunEvent): void {
  const trial: Turn = { ...turn, state: structuredClone(turn.state), effects: [], entered: 0 }
  dispatch(trial, { kind: 'resumed', by: 'service:orchestration' })
  dispatch(trial, event)
}

/** What came while the run stood still. */
function catchUp(turn: Turn): void {
  const waiting = turn.state.deferred
  turn.state.deferred = []
  for (const each of waiting) ignoringStale(() => dispatch(turn, each))
}

function dispatchRun(turn: Turn, event: Exclude<RunEvent, { kind: TaskEventKind }>): void {
  const { state } = turn
  switch (event.kind) {
    case 'started':
      if (state.status !== 'PENDING') throw new RefusedEvent('RUN_NOT_OPEN', 'The run has been started.')
      state.status = 'RUNNING'
      state.input = event.input
      state.startedAt = turn.now.toISOString()
      state.startedBy = event.by
      emit(turn, 'run.started', null, { by: event.by })
      enter(turn, turn.program.definition.start, [])
      return
    case 'timerFired':
      fire(turn, current(turn, event.step), event.timer, event.generation)
      return
    case 'signalled':
      signal(turn, event)
      return
    case 'contextWritten':
      mustGoOn(state)
      writeContext(turn, event)
      return
    case 'suspended':
      operators.suspend(turn, event.reason, event.by)
      return
    case 'resumed':
      operators.resume(turn)
      catchUp(turn)
      return
    case 'cancelled':
      operators.cancel(turn, event.reason, event.by)
      // What was under way may have ended while the run stood still.
      catchUp(turn)
      return
    case 'rewound':
      operators.rewind(turn, event.node)
      return
    case 'forked':
      operators.fork(turn, event.input, event.context)
      catchUp(turn)
      return
  }
}

function dispatchTask(turn: Turn, event: Extract<RunEvent, { kind: TaskEventKind }>): void {
  const step = current(turn, event.step)
  assertTakes(turn, step, event)
  perform(turn, step, event)
  if (isOpen(step) && turn.state.status !== 'SUSPENDED' && isTask(step.kind)) minuteClock(turn, step)
}

function perform(turn: Turn, step: Step, event: Extract<RunEvent, { kind: TaskEventKind }>): void {
  switch (event.kind) {
    case 'claimed':
      tasks.claim(turn, step, event)
      return
    case 'begun':
      step.state = 'IN_PROGRESS'
      return
    case 'completed':
      tasks.finish(turn, step, event.result)
      return
    case 'failed':
      takeFailure(turn, step, event.error)
      return
    case 'released':
      tasks.release(turn, step)
      return
    case 'leaseExpired':
      tasks.expireLease(turn, step)
      return
    case 'handedOff':
      tasks.handOff(turn, step, event)
      return
    case 'escalated':
      escalate(turn, step, 'agent_request', event.reason)
      return
    case 'inputRequested':
      tasks.requestInput(turn, step, event)
      return
    case 'approvalAwaited':
      tasks.awaitApproval(turn, step, event.approval)
      return
    case 'inputGiven':
      tasks.giveInput(turn, step, event.answer)
      return
    case 'approvalSettled':
      tasks.settleApproval(turn, step, event)
      return
    case 'voted':
      tasks.vote(turn, step, event)
      return
    case 'invoked':
      if (!runsItself(step)) throw new RefusedEvent('NOT_POSSIBLE', 'The engine does not run the step.')
      if (step.generation !== event.generation) throw new StaleEvent('The operation was offered again since.')
      step.attempt += 1
      step.holder = event.by
      step.state = 'IN_PROGRESS'
      return
    case 'nobodyEligible':
      if (step.generation !== event.generation) throw new StaleEvent('The task was offered again since.')
      tasks.giveUpOffer(turn, step)
      return
    case 'childEnded':
      tasks.endChild(turn, step, event)
      return
    case 'retried':
      operators.retryStep(turn, step)
      return
    case 'skipped':
      operators.skipStep(turn, step, event.result)
      return
    case 'reassigned':
      tasks.reassign(turn, step, event.to)
      step.incident = null
      step.endedAt = null
      step.charged = 0
      return
  }
}

/** Throws where the table does not have the event, the run takes no more, or the lease is another's. */
function assertTakes({ state }: Turn, step: Step, event: Extract<RunEvent, { kind: TaskEventKind }>): void {
  const undoing = step.undoes !== null || step.abandoned
  // An operation that was begun goes on to its end while its run stands still, also where its worker has died.
  const begunAgain = event.kind === 'invoked' && state.status === 'SUSPENDED' && step.state === 'IN_PROGRESS'
  if (!undoing && !begunAgain && state.status !== 'RUNNING') {
    throw new RefusedEvent('RUN_NOT_OPEN', `The run is ${state.status}.`)
  }
  // A lost lease is told before anything else: whoever held the task is to stop.
  if ('attempt' in event) tasks.assertHeld(step, event.attempt)
  const isSettled = step.state === 'FAILED' && step.incident === null
  if (isSettled || !takes(step.state, event.kind) || (step.abandoned && !ends.has(event.kind))) {
    throw new RefusedEvent('TASK_NOT_OPEN', `The task is ${step.state}; \`${event.kind}\` is not possible there.`)
  }
  if (isUnderWay(step) && ofHolders.has(event.kind)) {
    throw new RefusedEvent('NOT_POSSIBLE', 'The engine does it by itself; what it is doing has no holder.')
  }
}

/** What somebody in whose hands a task is may do with it, besides ending it. */
const ofHolders: ReadonlySet<TaskEventKind> = new Set<TaskEventKind>([
  'released',
  'leaseExpired',
  'handedOff',
  'escalated',
  'inputRequested',
])

/** What may still become of a step that nobody needs any more. */
const ends: ReadonlySet<TaskEventKind> = new Set<TaskEventKind>([
  'invoked',
  'completed',
  'failed',
  'approvalAwaited',
  'approvalSettled',
  'childEnded',
])

function signal(turn: Turn, event: Extract<RunEvent, { kind: 'signalled' }>): void {
  mustGoOn(turn.state)
  const waiting = Object.values(turn.state.steps).filter(
    ({ kind, state, input }) =>
      kind === 'awaitEvent' &&
      state === 'WAITING' &&
      input['event'] === event.event &&
      (input['key'] ?? event.key) === event.key,
  )
  if (waiting.length === 0) throw new StaleEvent('Nothing in the run waits for such an event.')
  for (const step of waiting) {
    const node = nodeOf(turn, step.node)
    if (node.type !== 'awaitEvent' || !isOpen(step)) continue
    takeEvent(turn, step, node, event.payload, event.by)
  }
}

function current(turn: Turn, id: string): Step {
  const step = stepOf(turn, id)
  // What cannot be called back may end after its run.
  if (isOver(turn.state) && !(step.abandoned && isOpen(step))) throw new StaleEvent(`The run is ${turn.state.status}.`)
  return step
}

function mustGoOn({ status }: RunState): void {
  if (status !== 'RUNNING') throw new RefusedEvent('RUN_NOT_OPEN', `The run is ${status}.`)
}

function ignoringStale(work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof StaleEvent) && !(error instanceof RefusedEvent)) throw error
  }
}
