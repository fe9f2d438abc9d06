/** Calendars that the tests of the SLA clock share, and any calendar at all. */
import fc from 'fast-check'
import { parseCalendar, weekdays, type BusinessCalendar } from '../../../orchestration/sla/calendar.ts'

const workdays = { monday: 0, tuesday: 0, wednesday: 0, thursday: 0, friday: 0 }

/** Open in these hours from Monday to Friday. */
export function officeHours(
  timeZone: string,
  intervals: readonly string[],
  holidays: readonly string[] = [],
): BusinessCalendar {
  const hours = Object.fromEntries(Object.keys(workdays).map((day) => [day, intervals]))
  return parseCalendar({ key: 'office', title: 'The office', timeZone, hours, holidays })
}

/** Open in these hours every day. */
export function everyDay(timeZone: string, intervals: readonly string[]): BusinessCalendar {
  const hours = Object.fromEntries(weekdays.map((day) => [day, intervals]))
  return parseCalendar({ key: 'every-day', title: 'Every day', timeZone, hours })
}

const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

/** Edges on the hour often, so that intervals touch, end at midnight, and meet the change of the clock. */
const edge = fc.oneof(
  fc.integer({ min: 0, max: 24 }).map((hour) => hour * 60),
  fc.integer({ min: 0, max: 1_440 }),
)
const intervals = fc.uniqueArray(edge, { maxLength: 6 }).map((edges) => {
  const ordered = edges.toSorted((a, b) => a - b)
  return ordered.flatMap((opens, index) => {
    const closes = ordered[index + 1]
    return closes === undefined || index % 2 === 1 ? [] : [`${clock(opens)}-${clock(closes)}`]
  })
})
const touching = fc.constantFrom(['00:00-02:30', '02:30-24:00'], ['00:00-24:00'], ['02:00-03:00'], ['23:00-24:00'])

/** Any calendar of a zone, with some of these dates as holidays. */
export function anyCalendar(timeZone: string, dates: readonly string[] = []): fc.Arbitrary<BusinessCalendar> {
  const day = fc.oneof({ weight: 4, arbitrary: intervals }, { weight: 1, arbitrary: touching })
  return fc
    .record({
      days: fc.tuple(day, day, day, day, day, day, day).filter((days) => days.some((open) => open.length > 0)),
      holidays: fc.oneof(fc.constant([]), fc.subarray([...dates], { maxLength: Math.min(2, dates.length) })),
    })
    .map(({ days, holidays }) => {
      const hours = Object.fromEntries(weekdays.map((name, index) => [name, days[index]]))
      return parseCalendar({ key: 'any', title: 'Any', timeZone, hours, holidays })
    })
}
