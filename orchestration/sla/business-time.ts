/**
 * Arithmetic with the time in which a calendar is open. All amounts are whole milliseconds of real time: an open hour that
 * daylight saving leaves out does not count, and one that it brings twice counts twice.
 */
import type { BusinessCalendar } from './calendar.ts'
import { openStretches } from './open-stretches.ts'

/** How far ahead a moment is looked for. Ten years, with their leap days. */
const horizonMs = 3_653 * 86_400_000
const hourMs = 3_600_000

/**
 * The first moment at which `ms` milliseconds of business time have passed since `from`. It lies in open time or at the end
 * of it: work that fits until Friday's close is due then, not on Monday. With 0 it is `from`, be that open or not.
 * @throws {RangeError} when the calendar has less than that within ten years
 */
export function addBusinessTime(calendar: BusinessCalendar, from: Date, ms: number): Date {
  if (!Number.isSafeInteger(ms) || ms < 0) {
    throw new RangeError(`Business time is added in whole milliseconds, 0 or more; \`${ms}\` is not.`)
  }
  const start = momentOf(from)
  if (ms === 0) return new Date(start)
  let left = ms
  for (const stretch of openStretches(calendar, start, start + horizonMs)) {
    const length = stretch.to - stretch.from
    if (length >= left) return new Date(stretch.from + left)
    left -= length
  }
  throw new RangeError(
    `The calendar \`${calendar.key}\` is open for ${hours(ms - left)} h in the ten years after ${from.toISOString()}, ` +
      `and ${hours(ms)} h were asked for; choose a shorter time, or open the calendar for longer.`,
  )
}

/**
 * The milliseconds of business time between two moments.
 * @throws {RangeError} when `to` is before `from`
 */
export function businessTimeBetween(calendar: BusinessCalendar, from: Date, to: Date): number {
  const [start, end] = [momentOf(from), momentOf(to)]
  if (end < start) throw new RangeError(`\`${to.toISOString()}\` is before \`${from.toISOString()}\`; swap them.`)
  return openStretches(calendar, start, end).reduce((sum, stretch) => sum + stretch.to - stretch.from, 0)
}

/** Milliseconds since 1970. */
function momentOf(date: Date): number {
  const moment = date.getTime()
  if (Number.isNaN(moment))
    throw new RangeError('Business time counts from and to a moment, and this is an invalid date.')
  return moment
}

function hours(ms: number): number {
  return Math.round((ms / hourMs) * 100) / 100
}
