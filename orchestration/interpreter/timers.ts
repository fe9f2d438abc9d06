/** Timers: what fires too late, or for something that is past, changes nothing. */
import { clockGeneration } from './clock.ts'
import { escalate } from './escalate.ts'
import type { TimerKind } from './events.ts'
import { isEngines } from './offer.ts'
import { type Alarm, type Step, isOpen } from './state.ts'
import { close, isTask } from './steps.ts'
import { untarget } from './tasks.ts'
import { StaleEvent, type Turn, activityOf, emit, nodeOf } from './turn.ts'
import { enter } from './walk.ts'

/** Lets one timer of a step fire. */
export function fire(turn: Turn, step: Step, timer: TimerKind, generation: number): void {
  const current = timer === 'at-risk' || timer === 'completion' ? clockGeneration(step) : step.generation
  if (!isOpen(step) || step.abandoned || generation !== current || !mayHave(step, timer)) {
    throw new StaleEvent('The timer is not the last one that was set.')
  }
  switch (timer) {
    case 'elapsed':
    case 'timeout':
      elapse(turn, step)
      return
    case 'untarget':
      if (step.state !== 'READY' || step.target === null) throw new StaleEvent('The task is not kept for anybody.')
      untarget(turn, step)
      return
    case 'start':
      if (step.state !== 'READY') throw new StaleEvent('The task has been claimed.')
      note(step, timer)
      breach(turn, step, 'start')
      return
    case 'at-risk':
      note(step, timer)
      emit(turn, 'task.at-risk', step)
      return
    case 'completion':
      note(step, timer)
      breach(turn, step, 'completion')
      return
  }
}

/** Whether a step of its kind has such timers. */
function mayHave({ kind }: Step, timer: TimerKind): boolean {
  if (timer === 'elapsed') return kind === 'timer'
  return timer === 'timeout' ? kind === 'awaitEvent' : isTask(kind)
}

/** INVARIANT: an alarm goes off once; what it sets in motion would otherwise be done again with every pause of the clock. */
function note(step: Step, alarm: Alarm): void {
  if (step.alarms.includes(alarm)) throw new StaleEvent('This has been told.')
  step.alarms = [...step.alarms, alarm]
}

function elapse(turn: Turn, step: Step): void {
  const node = nodeOf(turn, step.node)
  const next = node.type === 'timer' ? node.next : node.type === 'awaitEvent' ? node.timeout?.next : undefined
  if (next === undefined) throw new StaleEvent('The step does not wait for a time.')
  close(turn, step, 'COMPLETED')
  enter(turn, next, step.scope)
}

function breach(turn: Turn, step: Step, which: 'start' | 'completion'): void {
  emit(turn, 'task.breached', step, { deadline: which })
  const deadline = activityOf(turn, step).deadlines[which]
  // What runs, or waits for people, is not taken away from them: it would be done twice.
  const busy = isEngines(step) || step.state === 'APPROVAL_REQUIRED'
  if (deadline?.then !== 'escalate' || busy) return
  escalate(turn, step, 'deadline_breached', `The deadline (${which}) has passed.`)
}
