import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addBusinessTime, businessTimeBetween } from '../../../orchestration/sla/business-time.ts'
import { always, parseCalendar, type BusinessCalendar } from '../../../orchestration/sla/calendar.ts'
import { anyCalendar, everyDay, officeHours } from './calendars.ts'
import { countMinutes, shown, windowMs, windows } from './minute-by-minute.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const berlin = officeHours('Europe/Berlin', ['09:00-12:00', '13:00-17:30'], ['2026-12-25', '2027-01-01'])
const newYork = officeHours('America/New_York', ['09:00-17:00'], ['2026-11-26'])
const nightsIn = (timeZone: string) => everyDay(timeZone, ['00:00-06:00'])
const allDaysIn = (timeZone: string) => everyDay(timeZone, ['00:00-24:00'])

type Example = readonly [title: string, calendar: BusinessCalendar, from: string, ms: number, to: string]
const examples: readonly Example[] = [
  ['within an interval', berlin, '2026-06-03T09:10+02:00', 90 * minute, '2026-06-03T10:40+02:00'],
  ['over lunch', berlin, '2026-06-03T11:30+02:00', hour, '2026-06-03T13:30+02:00'],
  ['until the close, not the next opening', berlin, '2026-06-05T16:30+02:00', hour, '2026-06-05T17:30+02:00'],
  [
    'a millisecond more than until the close',
    berlin,
    '2026-06-05T16:30+02:00',
    hour + 1,
    '2026-06-08T09:00:00.001+02:00',
  ],
  ['Friday evening to Monday', berlin, '2026-06-05T17:00+02:00', hour, '2026-06-08T09:30+02:00'],
  ['from the weekend', berlin, '2026-06-06T15:00+02:00', hour, '2026-06-08T10:00+02:00'],
  ['nothing, in closed time', berlin, '2026-06-06T15:00+02:00', 0, '2026-06-06T15:00+02:00'],
  ['a whole week of 37.5 hours', berlin, '2026-06-03T13:00+02:00', 37.5 * hour, '2026-06-10T12:00+02:00'],
  ['Christmas before a weekend', berlin, '2026-12-24T17:00+01:00', hour, '2026-12-28T09:30+01:00'],
  ['the turn of the year', berlin, '2026-12-31T16:30+01:00', 2 * hour, '2027-01-04T10:00+01:00'],
  ['Thanksgiving', newYork, '2026-11-25T16:00-05:00', 2 * hour, '2026-11-27T10:00-05:00'],
  ['the weekend of the change in spring, Berlin', berlin, '2026-03-27T17:00+01:00', hour, '2026-03-30T09:30+02:00'],
  ['the weekend of the change in autumn, Berlin', berlin, '2026-10-23T17:00+02:00', hour, '2026-10-26T09:30+01:00'],
  [
    'the weekend of the change in spring, New York',
    newYork,
    '2026-03-06T16:00-05:00',
    2 * hour,
    '2026-03-09T10:00-04:00',
  ],
  [
    'the weekend of the change in autumn, New York',
    newYork,
    '2026-10-30T16:00-04:00',
    2 * hour,
    '2026-11-02T10:00-05:00',
  ],
  [
    'a night of 5 hours, Berlin',
    nightsIn('Europe/Berlin'),
    '2026-03-29T00:00+01:00',
    5 * hour,
    '2026-03-29T06:00+02:00',
  ],
  [
    'a night of 7 hours, Berlin',
    nightsIn('Europe/Berlin'),
    '2026-10-25T00:00+02:00',
    7 * hour,
    '2026-10-25T06:00+01:00',
  ],
  [
    'a night of 5 hours, New York',
    nightsIn('America/New_York'),
    '2026-03-08T00:00-05:00',
    5 * hour,
    '2026-03-08T06:00-04:00',
  ],
  [
    'a night of 7 hours, New York',
    nightsIn('America/New_York'),
    '2026-11-01T00:00-04:00',
    7 * hour,
    '2026-11-01T06:00-05:00',
  ],
  ['a day of 23 hours', allDaysIn('Europe/Berlin'), '2026-03-29T00:00+01:00', 23 * hour, '2026-03-30T00:00+02:00'],
  ['a day of 25 hours', allDaysIn('Europe/Berlin'), '2026-10-25T00:00+02:00', 25 * hour, '2026-10-26T00:00+01:00'],
  [
    'an opening that spring leaves out',
    everyDay('Europe/Berlin', ['02:30-05:00']),
    '2026-03-29T00:00+01:00',
    hour,
    '2026-03-29T04:00+02:00',
  ],
  [
    'an interval that spring leaves out',
    everyDay('Europe/Berlin', ['02:00-03:00']),
    '2026-03-28T12:00+01:00',
    hour,
    '2026-03-30T03:00+02:00',
  ],
  [
    'an opening that comes twice in autumn',
    everyDay('Europe/Berlin', ['02:30-05:00']),
    '2026-10-25T00:00+02:00',
    hour,
    '2026-10-25T02:30+01:00',
  ],
  [
    'a close that comes twice in autumn',
    everyDay('Europe/Berlin', ['00:00-02:30']),
    '2026-10-25T00:00+02:00',
    2.5 * hour,
    '2026-10-25T02:30+02:00',
  ],
  ['a day that there was not', allDaysIn('Pacific/Apia'), '2011-12-29T00:00-10:00', 2 * day, '2012-01-01T00:00+14:00'],
  [
    'a day that begins at 01:00',
    everyDay('Africa/Cairo', ['00:00-02:00']),
    '2026-04-23T12:00+02:00',
    hour,
    '2026-04-24T02:00+03:00',
  ],
  [
    'the day after it',
    everyDay('Africa/Cairo', ['00:00-02:00']),
    '2026-04-24T12:00+03:00',
    2 * hour,
    '2026-04-25T02:00+03:00',
  ],
  ['around the clock', always, '2026-03-28T12:00Z', 2 * day, '2026-03-30T12:00Z'],
]

describe('business time is added, and counted back', () => {
  test.each(examples)('%s', (_, calendar, from, ms, to) => {
    expect(addBusinessTime(calendar, new Date(from), ms)).toEqual(new Date(to))
    expect(businessTimeBetween(calendar, new Date(from), new Date(to))).toBe(ms)
  })

  test('closed time counts nothing', () => {
    expect(businessTimeBetween(berlin, new Date('2026-06-05T17:30+02:00'), new Date('2026-06-08T09:00+02:00'))).toBe(0)
  })

  test('nine years of workdays', () => {
    const weekly = officeHours('Europe/Berlin', ['09:00-17:00'])
    // 2026 begins on a Thursday and 2035 on a Monday: two days, and 469 whole weeks.
    const [from, to] = [new Date('2026-01-01T00:00+01:00'), new Date('2035-01-01T00:00+01:00')]
    const ms = (2 + 469 * 5) * 8 * hour
    expect(businessTimeBetween(weekly, from, to)).toBe(ms)
    expect(addBusinessTime(weekly, from, ms)).toEqual(new Date('2034-12-29T17:00+01:00'))
  })
})

describe('what cannot be', () => {
  const from = new Date('2026-01-05T00:00Z')

  test('more than a calendar has in ten years', () => {
    const mondays = parseCalendar({ ...plainMondays, holidays: [] })
    expect(() => addBusinessTime(mondays, from, 600 * hour)).toThrow(
      'The calendar `mondays` is open for 522 h in the ten years after 2026-01-05T00:00:00.000Z, and 600 h were asked for; choose a shorter time, or open the calendar for longer.',
    )
    expect(() => addBusinessTime(always, from, 4_000 * day)).toThrow(RangeError)
  })

  test('no open time at all', () => {
    const everyMonday = Array.from({ length: 600 }, (_, week) => new Date(from.getTime() + week * 7 * day))
    const never = parseCalendar({ ...plainMondays, holidays: everyMonday.map((at) => at.toISOString().slice(0, 10)) })
    expect(() => addBusinessTime(never, from, 1)).toThrow('is open for 0 h in the ten years')
    expect(addBusinessTime(never, from, 0)).toEqual(from)
  })

  test.each([-1, 0.5, NaN, Infinity])('%d milliseconds', (ms) => {
    expect(() => addBusinessTime(always, from, ms)).toThrow(`\`${ms}\` is not`)
  })

  test('time that runs backwards, and no time', () => {
    expect(() => businessTimeBetween(always, from, new Date(0))).toThrow('is before `2026-01-05T00:00:00.000Z`')
    expect(() => businessTimeBetween(always, new Date(NaN), from)).toThrow('invalid date')
    expect(() => addBusinessTime(always, new Date(NaN), 0)).toThrow('invalid date')
  })
})

const plainMondays = { key: 'mondays', title: 'Mondays', timeZone: 'UTC', hours: { monday: ['09:00-10:00'] } }

describe.each(windows)('in $timeZone around $from, minute by minute', (window) => {
  const dates = () => [...new Set(shown(window).map((text) => text.slice(0, 10)))]
  const at = (ms: number) => new Date(window.from.getTime() + ms)
  const moment = fc.oneof(
    fc.nat(windowMs),
    fc.nat(windowMs / minute).map((minutes) => minutes * minute),
  )

  /** Milliseconds of business time since the begin of the window. */
  const usedAt = (counted: readonly number[], ms: number) => {
    const [before, after] = [counted[Math.floor(ms / minute)]!, counted[Math.floor(ms / minute) + 1] ?? 0]
    return before * minute + (after > before ? ms % minute : 0)
  }

  test('as much is counted, and where it is added it ends in the same minute', () => {
    fc.assert(
      fc.property(anyCalendar(window.timeZone, dates()), moment, moment, fc.nat(3 * day), (calendar, a, b, ms) => {
        const counted = countMinutes(calendar, window)
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        const between = usedAt(counted, to) - usedAt(counted, from)
        expect(businessTimeBetween(calendar, at(from), at(to))).toBe(between)

        const target = usedAt(counted, from) + Math.min(ms, between)
        if (target === usedAt(counted, from)) return
        const last = counted.findLastIndex((sum) => sum * minute < target)
        expect(addBusinessTime(calendar, at(from), Math.min(ms, between))).toEqual(
          at(last * minute + target - counted[last]! * minute),
        )
      }),
      { numRuns: 40 },
    )
  })
})

describe('for any calendar', () => {
  const zone = fc.constantFrom(...new Set(windows.map(({ timeZone }) => timeZone)), 'UTC')
  const calendar = fc.oneof(
    { weight: 9, arbitrary: zone.chain((name) => anyCalendar(name)) },
    { weight: 1, arbitrary: fc.constant(always) },
  )
  const moment = fc.date({ min: new Date('2024-01-01Z'), max: new Date('2029-01-01Z'), noInvalidDate: true })
  const amount = fc.oneof(
    fc.constant(0),
    fc.nat(4 * hour),
    fc.nat(100 * hour).map((ms) => ms - (ms % hour)),
  )
  const runs = { numRuns: 100 }
  /** A calendar can be open for a minute a week: what it cannot give in ten years is not asked of it. */
  const gives = (ms: number, some: BusinessCalendar) => fc.pre(weekMinutes(some) * minute * 500 > ms)

  test('what was added lies between', () => {
    fc.assert(
      fc.property(calendar, moment, amount, (any, from, ms) => {
        gives(ms, any)
        expect(businessTimeBetween(any, from, addBusinessTime(any, from, ms))).toBe(ms)
      }),
      runs,
    )
  })

  test('the moment lies in open time or at its end: its last millisecond was open', () => {
    fc.assert(
      fc.property(calendar, moment, amount, (any, from, ms) => {
        gives(ms, any)
        fc.pre(ms > 0)
        const end = addBusinessTime(any, from, ms)
        expect(businessTimeBetween(any, new Date(end.getTime() - 1), end)).toBe(1)
      }),
      runs,
    )
  })

  test('adding one amount and then the other is adding their sum', () => {
    fc.assert(
      fc.property(calendar, moment, amount, amount, (any, from, a, b) => {
        gives(a + b, any)
        expect(addBusinessTime(any, addBusinessTime(any, from, a), b)).toEqual(addBusinessTime(any, from, a + b))
      }),
      runs,
    )
  })

  test('more is never earlier, and from later is never earlier', () => {
    fc.assert(
      fc.property(calendar, moment, amount, amount, fc.nat(3 * day), (any, from, ms, more, wait) => {
        gives(ms + more, any)
        const end = addBusinessTime(any, from, ms).getTime()
        expect(addBusinessTime(any, from, ms + more).getTime()).toBeGreaterThanOrEqual(end)
        expect(addBusinessTime(any, new Date(from.getTime() + wait), ms).getTime()).toBeGreaterThanOrEqual(end)
      }),
      runs,
    )
  })

  test('a span is the sum of its parts, and never more than the time that passes', () => {
    fc.assert(
      fc.property(calendar, moment, fc.nat(20 * day), fc.nat(20 * day), (any, from, first, second) => {
        const middle = new Date(from.getTime() + first)
        const end = new Date(middle.getTime() + second)
        const whole = businessTimeBetween(any, from, end)
        expect(businessTimeBetween(any, from, middle) + businessTimeBetween(any, middle, end)).toBe(whole)
        expect(whole).toBeLessThanOrEqual(first + second)
      }),
      runs,
    )
  })
})

function weekMinutes({ hours }: BusinessCalendar): number {
  return Object.values(hours)
    .flat()
    .reduce((sum, { opens, closes }) => sum + closes - opens, 0)
}
