/**
 * The open hours of a calendar as stretches of real time: local days and their daylight saving become milliseconds here, and
 * nowhere else. It walks from day to day, so a year costs a few hundred steps.
 */
import { Temporal } from 'temporal-polyfill'
import { weekdays, type BusinessCalendar } from './calendar.ts'
import { dayMinutes, type OpenHours } from './open-hours.ts'

/** Milliseconds since 1970 in UTC: open from the first, closed from the second. */
export interface OpenStretch {
  readonly from: number
  readonly to: number
}

const minuteMs = 60_000
const dayMs = dayMinutes * minuteMs

/** The stretches between two moments, cut off at both, in order, never empty; lazily, one local day after the other. */
export function* openStretches(calendar: BusinessCalendar, from: number, to: number): Generator<OpenStretch, void> {
  if (neverCloses(calendar)) {
    if (from < to) yield { from, to }
    return
  }
  const { timeZone, hours, holidays } = calendar
  const week = weekdays.map((day) => hours[day])
  let date = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timeZone).toPlainDate()
  let start = momentOf(date, 0, timeZone)
  let change = changeFrom(start, timeZone)
  while (start < to) {
    // A day that ends before the next change of the clock needs no look at the zone: nearly all of them.
    const regular = start + dayMs < change
    const next = date.add({ days: 1 })
    const end = regular ? start + dayMs : momentOf(next, 0, timeZone)
    for (const { opens, closes } of hoursOn(date)) {
      const at = (minute: number) => (regular ? start + minute * minuteMs : momentOf(date, minute, timeZone))
      const stretch = { from: Math.max(at(opens), from), to: Math.min(at(closes), to) }
      if (stretch.from < stretch.to) yield stretch
    }
    if (!regular) change = changeFrom(end, timeZone)
    date = next
    start = end
  }

  function hoursOn(day: Temporal.PlainDate): readonly OpenHours[] {
    const open = week[day.dayOfWeek - 1] ?? []
    return open.length > 0 && holidays.includes(day.toString()) ? [] : open
  }
}

/**
 * The first moment at which the local clock shows this minute of the day or a later one. So an edge in the hour that is left
 * out in spring is the change itself, and an edge in the hour that comes twice in autumn is the earlier of the two: intervals
 * that touch on the clock touch in real time as well, and no moment belongs to two of them.
 */
function momentOf(date: Temporal.PlainDate, minute: number, timeZone: string): number {
  const local = date.toPlainDateTime().add({ minutes: minute })
  const earlier = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' })
  if (earlier.toPlainDateTime().equals(local)) return earlier.epochMilliseconds
  return (earlier.getTimeZoneTransition('next') ?? earlier).epochMilliseconds
}

/**
 * The first change of the zone's clock at this moment or after it; never, in a zone that has no more of them. One at the moment
 * itself counts, because a day that a change begins does not begin at 00:00 of the clock.
 */
function changeFrom(moment: number, timeZone: string): number {
  const before = Temporal.Instant.fromEpochMilliseconds(moment - 1).toZonedDateTimeISO(timeZone)
  return before.getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity
}

function neverCloses({ hours, holidays }: BusinessCalendar): boolean {
  return (
    holidays.length === 0 && weekdays.every((day) => hours[day].some((all) => all.closes - all.opens === dayMinutes))
  )
}
