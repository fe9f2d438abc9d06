/** Willing people, agents and an engine: what they do next for a run, so that it comes to its end. */
import type { Doer, RunEvent } from '../../orchestration/interpreter/events.ts'
import { isEngines } from '../../orchestration/interpreter/offer.ts'
import type { JsonObject } from '../../lib/json.ts'
import { type Step, isOpen, isOver } from '../../orchestration/interpreter/state.ts'
import { isTask } from '../../orchestration/interpreter/steps.ts'
import { type Simulator, everybody } from './orchestration.ts'

const by = 'person:pat'

/** A result that breaks no check and has all that any output reads. */
export const good: JsonObject = { n: 1, ok: true, decision: 'approved', output: { n: 1 } }

/** Keeps what the engine would know of an event that was taken: an operation that has begun ends some time. */
export function keepFlights(run: Simulator, event: RunEvent): void {
  if (event.kind === 'invoked') run.flights.push({ step: event.step, attempt: run.step(event.step).attempt })
}

/** One thing that brings the run nearer to its end, as willing people, agents and an engine would do it; none when it is over. */
export function nextGood(run: Simulator, turn: number): RunEvent | undefined {
  const { state } = run
  if (isOver(state)) return undefined
  if (state.status === 'PENDING') return { kind: 'started', by: 'person:starter', input: { n: 2 } }
  if (state.status === 'SUSPENDED') return { kind: 'resumed', by }
  if (state.status === 'RUNNING' && state.context['fixed'] !== true)
    return { kind: 'contextWritten', path: 'fixed', value: true, by, step: null }
  const steps = Object.values(state.steps)
  const ways = steps.flatMap((step) => goodFor(run, step) ?? [])
  const [flight] = run.flights.splice(0, 1)
  if (flight) return { kind: 'completed', ...flight, result: good }
  const [due] = run.invocations.splice(0, 1)
  if (due) return { kind: 'invoked', step: due.step, generation: due.generation, by: 'agent:engine' }
  const [child] = run.children.splice(0, 1)
  if (child) {
    const outcome = child.cancelled ? 'cancelled' : 'success'
    return { kind: 'childEnded', step: child.step, generation: child.generation, outcome, output: { n: 1, ok: true } }
  }
  const way = ways[turn % Math.max(1, ways.length)]
  if (way) return way
  const [timer] = run.timers.toSorted((a, b) => a.at.getTime() - b.at.getTime()).splice(0, 1)
  const later = steps.filter(
    ({ state: at, readyAt }) => at === 'READY' && readyAt !== null && new Date(readyAt) > run.now,
  )
  if (later[0] && (!timer || timer.at > new Date(later[0].readyAt ?? ''))) {
    run.now = new Date(later[0].readyAt ?? '')
    return nextGood(run, turn)
  }
  if (!timer) throw new Error(`The run is stranded in ${state.status}: ${JSON.stringify(run.states)}`)
  run.timers.splice(run.timers.indexOf(timer), 1)
  if (timer.at > run.now) run.now = timer.at
  return { kind: 'timerFired', step: timer.step, timer: timer.timer, generation: timer.generation }
}

/** What brings one step nearer to its end; none where it is the engine's turn. */
export function goodFor(run: Simulator, step: Step): RunEvent | undefined {
  const { id, attempt } = step
  if (step.incident) {
    // What has been tried again in vain is left out.
    const tried = run.log.some(({ event }) => event.kind === 'retried' && event.step === id)
    if (tried && isTask(step.kind)) return { kind: 'skipped', step: id, by, result: good }
    return { kind: 'retried', step: id, by }
  }
  if (!isOpen(step)) return undefined
  if (step.kind === 'awaitEvent')
    return {
      kind: 'signalled',
      event: 'paid',
      key: typeof step.input['key'] === 'string' ? step.input['key'] : null,
      payload: good,
      by,
    }
  switch (step.state) {
    case 'READY':
      return takenBy(run, step)
    case 'CLAIMED':
    case 'IN_PROGRESS':
      // What the engine does, the engine ends.
      if (isEngines(step)) return undefined
      return { kind: 'completed', step: id, attempt, result: good }
    case 'INPUT_REQUIRED':
      return { kind: 'inputGiven', step: id, by, answer: 'This.' }
    case 'APPROVAL_REQUIRED':
      return {
        kind: 'approvalSettled',
        step: id,
        approval: step.approval ?? '',
        status: 'SUCCEEDED',
        result: good,
        message: '',
      }
    default:
      return undefined
  }
}

/** Whoever may have the task; where nobody is, the run is told. */
function takenBy(run: Simulator, step: Step): RunEvent | undefined {
  const { id, kind, generation, readyAt, target, votes } = step
  if (isEngines(step) || (readyAt !== null && new Date(readyAt) > run.now)) return undefined
  const able = everybody.filter((each) => mayHave(step, each))
  if (kind === 'approval') {
    const voter = able.find((each) => each.kind === 'person' && votes.every((vote) => vote.by !== each.id))
    if (voter) return { kind: 'voted', step: id, by: voter, decision: 'approve', comment: null }
  } else if (able[0]) return { kind: 'claimed', step: id, by: able[0] }
  // It is kept for somebody who does not come.
  return target === null ? { kind: 'nobodyEligible', step: id, generation } : undefined
}

function mayHave({ target, excluded, candidates }: Step, by: Doer): boolean {
  if (excluded.includes(by.id) || (target !== null && target !== by.id)) return false
  return target === by.id || by.roles.some((role) => candidates.includes(role))
}
