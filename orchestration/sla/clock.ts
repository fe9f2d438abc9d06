/**
 * The SLA clock of a task or a run: how much of its budget of business time is used, and when the rest will be. It is plain
 * data that is never changed in place; what stands still in a pause is this clock, not the calendar's.
 */
import { addBusinessTime, businessTimeBetween } from './business-time.ts'
import type { BusinessCalendar } from './calendar.ts'

/** The clock stands still at `from` and runs again at `to`; null while nobody has resumed it. */
export interface SlaPause {
  readonly from: Date
  readonly to: Date | null
}

export interface SlaClock {
  readonly calendar: BusinessCalendar
  readonly startedAt: Date
  /** Milliseconds of business time until the work is due. */
  readonly budgetMs: number
  /** INVARIANT: in order, none before the start or into another, and only the last may be open; `pause` and `resume` keep it so. */
  readonly pauses: readonly SlaPause[]
}

export type SlaState = 'on-time' | 'at-risk' | 'breached'

/** The share of the budget that is left when work begins to be at risk. */
const riskShare = 0.2

/** Milliseconds of the budget that are used at `now`: 0 before the start, and more than the budget when it is breached. */
export function usedMs(clock: SlaClock, now: Date): number {
  return runningAt(clock, now)
    .map(({ from, to }) => ({ from, to: to ?? now }))
    .filter(({ from, to }) => from < to)
    .reduce((sum, { from, to }) => sum + businessTimeBetween(clock.calendar, from, to), 0)
}

/**
 * The moment at which the budget is used up, by what is known at `now`: a pause that begins later does not count. Null while
 * the clock stands still and the moment has not come: nobody knows it yet. One that has come stays, paused or not.
 * @throws {RangeError} when it is more than ten years away
 */
export function dueAt(clock: SlaClock, now: Date): Date | null {
  return momentUsed(clock, clock.budgetMs, now)
}

/**
 * The moment at which only `fraction` of the budget is left; null as with `dueAt`.
 * @throws {RangeError} when `fraction` is not from 0 to 1, or the moment is more than ten years away
 */
export function atRiskAt(clock: SlaClock, now: Date, fraction: number = riskShare): Date | null {
  if (!(fraction >= 0 && fraction <= 1))
    throw new RangeError(`\`${fraction}\` is not a share of a budget, from 0 to 1.`)
  return momentUsed(clock, clock.budgetMs - Math.round(clock.budgetMs * fraction), now)
}

/**
 * How the work stands at `now`. At the moment `dueAt` itself it is still in time, and a millisecond later breached, also when
 * the calendar is closed by then; at risk likewise begins after `atRiskAt`.
 */
export function stateOf(clock: SlaClock, now: Date, fraction: number = riskShare): SlaState {
  const after = (moment: Date | null) => moment !== null && now > moment
  if (after(dueAt(clock, now))) return 'breached'
  return after(atRiskAt(clock, now, fraction)) ? 'at-risk' : 'on-time'
}

/** The clock, standing still from `at`; the same clock when it stands still already. */
export function pause(clock: SlaClock, at: Date): SlaClock {
  const last = clock.pauses.at(-1)
  if (last?.to === null) return clock
  // A message that comes late cannot pause a time for which the clock is known to have run.
  return { ...clock, pauses: [...clock.pauses, { from: later(at, last?.to ?? clock.startedAt), to: null }] }
}

/** The clock, running again from `at`; the same clock when it runs already. */
export function resume(clock: SlaClock, at: Date): SlaClock {
  const last = clock.pauses.at(-1)
  if (last?.to !== null) return clock
  return { ...clock, pauses: [...clock.pauses.slice(0, -1), { from: last.from, to: later(at, last.from) }] }
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b
}

/** When the clock ran, by what is known at `now`: the last has no end, except when the clock stands still at `now`. */
function runningAt({ startedAt, pauses }: SlaClock, now: Date): readonly SlaPause[] {
  const known = pauses.filter(({ from }) => from <= now)
  const starts = [startedAt, ...known.map(({ to }) => (to !== null && to <= now ? to : null))]
  return starts.flatMap((from, index) => (from === null ? [] : [{ from, to: known[index]?.from ?? null }]))
}

/** The first moment at which `ms` milliseconds are used. */
function momentUsed(clock: SlaClock, ms: number, now: Date): Date | null {
  let left = ms
  for (const { from, to } of runningAt(clock, now)) {
    if (to === null) return addBusinessTime(clock.calendar, from, left)
    const used = businessTimeBetween(clock.calendar, from, to)
    if (used >= left) return addBusinessTime(clock.calendar, from, left)
    left -= used
  }
  return null
}
