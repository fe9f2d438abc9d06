/** The clocks of a step: how long it may wait to be claimed, and how long it has to be done, on the calendar of its workflow. */
import { parseDuration } from '../../lib/duration.ts'
import type { Deadline } from '../definition/model.ts'
import { addBusinessTime } from '../sla/business-time.ts'
import { type SlaClock, atRiskAt, dueAt } from '../sla/clock.ts'
import { type Step, isOpen } from './state.ts'
import { type Turn, activityOf } from './turn.ts'

/** Starts the clock of the whole step, once. */
export function startClock(turn: Turn, step: Step): void {
  const { completion } = activityOf(turn, step).deadlines
  if (completion) setAlarms(turn, step, completion)
}

/** Starts the clock of the offer. */
export function startOfferClock({ effects, now, program }: Turn, step: Step, deadline: Deadline | undefined): void {
  if (!deadline) return
  step.alarms = step.alarms.filter((alarm) => alarm !== 'start')
  const from = step.readyAt !== null && new Date(step.readyAt) > now ? new Date(step.readyAt) : now
  const at = nearEnough(() => addBusinessTime(program.calendar, from, parseDuration(deadline.within) ?? 0))
  if (at) effects.push({ kind: 'setTimer', step: step.id, timer: 'start', generation: step.generation, at })
}

/** Lets the clock stand still or go on, as the workflow declares for the state that the step has come to. */
export function minuteClock(turn: Turn, step: Step): void {
  const { completion } = activityOf(turn, step).deadlines
  if (!completion || !isOpen(step)) return
  const pausing: readonly string[] = turn.program.definition.pauseClock
  const stands = pausing.includes(step.state)
  const last = step.pauses.at(-1)
  const stood = last?.to === null
  const now = turn.now.toISOString()
  if (stands && !stood) step.pauses = [...step.pauses, { from: now, to: null }]
  if (!stands && stood) {
    step.pauses = [...step.pauses.slice(0, -1), { from: last.from, to: now }]
    setAlarms(turn, step, completion)
  }
}

/** Which setting of the alarms is meant: one set before the last pause is stale. */
export const clockGeneration = (step: Step): number => step.pauses.length

/** The clock of a step with the deadline of its completion. */
export function clockOf(turn: Turn, step: Step, deadline: Deadline): SlaClock {
  return {
    calendar: turn.program.calendar,
    startedAt: new Date(step.enteredAt),
    budgetMs: parseDuration(deadline.within) ?? 0,
    pauses: step.pauses.map(({ from, to }) => ({ from: new Date(from), to: to === null ? null : new Date(to) })),
  }
}

function setAlarms(turn: Turn, step: Step, deadline: Deadline): void {
  const clock = clockOf(turn, step, deadline)
  const generation = clockGeneration(step)
  const set = (timer: 'at-risk' | 'completion', at: Date | null) => {
    if (at === null || step.alarms.includes(timer)) return
    turn.effects.push({ kind: 'setTimer', step: step.id, timer, generation, at })
  }
  set(
    'at-risk',
    nearEnough(() => atRiskAt(clock, turn.now)),
  )
  set(
    'completion',
    nearEnough(() => dueAt(clock, turn.now)),
  )
}

/** A moment that is further away than the calendar can tell is nobody's alarm. */
function nearEnough(moment: () => Date | null): Date | null {
  try {
    return moment()
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
