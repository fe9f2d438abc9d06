/** Offering a task: to the engine, where it is an operation as the definition has it, otherwise to whoever may claim it. */
import { startOfferClock } from './clock.ts'
import type { Step } from './state.ts'
import { type Turn, activityOf, emit } from './turn.ts'

/** How long a task is kept for the one principal that it was meant for. */
const keptForMs = 2 * 60_000

/** Offers the step, at once or later. What an earlier offer set in motion is stale from here on. */
export function offer(turn: Turn, step: Step, after: Date | null): void {
  const { effects, now } = turn
  step.generation += 1
  step.state = 'READY'
  step.holder = null
  step.readyAt = (after ?? now).toISOString()
  const generation = step.generation
  effects.push({ kind: runsItself(step) ? 'invoke' : 'offer', step: step.id, generation, after })
  if (step.target !== null) {
    const at = new Date((after ?? now).getTime() + keptForMs)
    effects.push({ kind: 'setTimer', step: step.id, timer: 'untarget', generation, at })
  }
  if (!runsItself(step)) startOfferClock(turn, step, activityOf(turn, step).deadlines.start)
  emit(turn, 'task.ready', step, { candidates: step.candidates, target: step.target, level: step.level })
}

/** An operation is the engine's until it was given to somebody. */
export function runsItself(step: Step): boolean {
  return step.kind === 'operation' && isEngines(step)
}

/** An operation or a subprocess that nobody was given. */
export function isEngines(step: Step): boolean {
  return (step.kind === 'operation' || step.kind === 'subprocess') && !step.manual
}
