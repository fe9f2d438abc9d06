import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addBusinessTime, businessTimeBetween } from '../../../orchestration/sla/business-time.ts'
import { always, type BusinessCalendar } from '../../../orchestration/sla/calendar.ts'
import { atRiskAt, dueAt, pause, resume, stateOf, usedMs, type SlaClock } from '../../../orchestration/sla/clock.ts'
import { everyDay, officeHours } from './calendars.ts'

const hour = 3_600_000
const berlin = officeHours('Europe/Berlin', ['09:00-17:00'])

function started(at: string, hours: number, calendar: BusinessCalendar = berlin): SlaClock {
  return { calendar, startedAt: new Date(at), budgetMs: hours * hour, pauses: [] }
}
/** The clock, paused and resumed at each pair of moments. */
function pausedOver(clock: SlaClock, ...spans: readonly (readonly [string, string])[]): SlaClock {
  return spans.reduce((so, [from, to]) => resume(pause(so, new Date(from)), new Date(to)), clock)
}
const late = new Date('2026-12-31T00:00Z')

describe('the moment when work is due', () => {
  const friday = started('2026-06-05T15:00+02:00', 4)
  test.each<[string, SlaClock, string]>([
    ['over a weekend', friday, '2026-06-08T11:00+02:00'],
    [
      'paused in open time',
      pausedOver(friday, ['2026-06-05T15:30+02:00', '2026-06-05T16:30+02:00']),
      '2026-06-08T12:00+02:00',
    ],
    [
      'paused over the weekend, in closed time only',
      pausedOver(friday, ['2026-06-05T18:00+02:00', '2026-06-08T08:00+02:00']),
      '2026-06-08T11:00+02:00',
    ],
    [
      'paused from Friday to Monday',
      pausedOver(friday, ['2026-06-05T16:00+02:00', '2026-06-08T10:00+02:00']),
      '2026-06-08T13:00+02:00',
    ],
    [
      'paused twice',
      pausedOver(
        friday,
        ['2026-06-05T16:00+02:00', '2026-06-05T16:30+02:00'],
        ['2026-06-08T09:30+02:00', '2026-06-08T10:00+02:00'],
      ),
      '2026-06-08T12:00+02:00',
    ],
    [
      'paused from the start',
      pausedOver(friday, ['2026-06-05T15:00+02:00', '2026-06-09T09:00+02:00']),
      '2026-06-09T13:00+02:00',
    ],
    [
      'paused after it was due',
      pausedOver(friday, ['2026-06-08T11:30+02:00', '2026-06-10T09:00+02:00']),
      '2026-06-08T11:00+02:00',
    ],
    [
      'used up just as it is paused',
      pausedOver(friday, ['2026-06-08T11:00+02:00', '2026-06-10T09:00+02:00']),
      '2026-06-08T11:00+02:00',
    ],
    [
      'used up at the close, then paused',
      pausedOver(started('2026-06-05T15:00+02:00', 2), ['2026-06-06T10:00+02:00', '2026-06-10T09:00+02:00']),
      '2026-06-05T17:00+02:00',
    ],
    ['with no budget', started('2026-06-06T12:00+02:00', 0), '2026-06-06T12:00+02:00'],
    [
      'around the clock, paused',
      pausedOver(started('2026-06-05T15:00Z', 4, always), ['2026-06-05T16:00Z', '2026-06-06T16:00Z']),
      '2026-06-06T19:00Z',
    ],
    [
      'paused in the night of the change',
      pausedOver(started('2026-03-29T00:00+01:00', 4, everyDay('Europe/Berlin', ['00:00-24:00'])), [
        '2026-03-29T01:00+01:00',
        '2026-03-29T04:00+02:00',
      ]),
      '2026-03-29T07:00+02:00',
    ],
  ])('%s', (_, clock, due) => {
    expect(dueAt(clock, late)).toEqual(new Date(due))
    expect(usedMs(clock, new Date(due))).toBe(clock.budgetMs)
  })

  test('is not known while the clock stands still', () => {
    const paused = pause(friday, new Date('2026-06-05T16:00+02:00'))
    expect(dueAt(paused, new Date('2026-06-05T15:59+02:00'))).toEqual(new Date('2026-06-08T11:00+02:00'))
    expect(dueAt(paused, new Date('2026-06-05T16:00+02:00'))).toBeNull()
    expect(dueAt(paused, late)).toBeNull()
    expect(usedMs(paused, late)).toBe(hour)
  })

  test('is known again when it runs', () => {
    const resumed = pausedOver(friday, ['2026-06-05T16:00+02:00', '2026-06-08T09:00+02:00'])
    expect(dueAt(resumed, new Date('2026-06-08T08:59+02:00'))).toBeNull()
    expect(dueAt(resumed, new Date('2026-06-08T09:00+02:00'))).toEqual(new Date('2026-06-08T12:00+02:00'))
  })

  test('stays known when it has passed before the pause', () => {
    const paused = pause(friday, new Date('2026-06-08T11:30+02:00'))
    expect(dueAt(paused, late)).toEqual(new Date('2026-06-08T11:00+02:00'))
    expect(stateOf(paused, late)).toBe('breached')
  })
})

describe('how work stands', () => {
  // Due on Friday at 17:00; a fifth is left on Thursday at 17:00.
  const week = started('2026-06-01T09:00+02:00', 40)
  test.each([
    ['before the start', '2026-05-30T00:00+02:00', 'on-time'],
    ['at the start', '2026-06-01T09:00+02:00', 'on-time'],
    ['with a fifth left', '2026-06-04T17:00+02:00', 'on-time'],
    ['with less than a fifth left', '2026-06-05T09:00:00.001+02:00', 'at-risk'],
    ['when due', '2026-06-05T17:00+02:00', 'at-risk'],
    ['a millisecond later', '2026-06-05T17:00:00.001+02:00', 'breached'],
    ['on the weekend', '2026-06-06T12:00+02:00', 'breached'],
  ])('%s', (_, now, state) => {
    expect(stateOf(week, new Date(now))).toBe(state)
  })

  test('at risk begins where the named share is left', () => {
    expect(atRiskAt(week, late)).toEqual(new Date('2026-06-04T17:00+02:00'))
    expect(atRiskAt(week, late, 0.5)).toEqual(new Date('2026-06-03T13:00+02:00'))
    expect(atRiskAt(week, late, 0)).toEqual(dueAt(week, late))
    expect(atRiskAt(week, late, 1)).toEqual(week.startedAt)
    expect(stateOf(week, new Date('2026-06-03T13:00:00.001+02:00'), 0.5)).toBe('at-risk')
  })

  test.each([-0.1, 1.1, NaN])('%d is not a share', (fraction) => {
    expect(() => atRiskAt(week, late, fraction)).toThrow(`\`${fraction}\` is not a share of a budget, from 0 to 1.`)
  })

  test('at risk stays at risk in a pause', () => {
    const paused = pause(week, new Date('2026-06-05T10:00+02:00'))
    expect(stateOf(paused, late)).toBe('at-risk')
    expect(atRiskAt(paused, late)).toEqual(new Date('2026-06-04T17:00+02:00'))
    expect(stateOf(pause(week, new Date('2026-06-02T10:00+02:00')), late)).toBe('on-time')
  })
})

describe('pausing and resuming', () => {
  const clock = Object.freeze(started('2026-06-05T15:00+02:00', 4))
  const [four, five, six] = ['16:00', '17:00', '18:00'].map((time) => new Date(`2026-06-05T${time}+02:00`)) as [
    Date,
    Date,
    Date,
  ]

  test('makes a new clock', () => {
    const paused = pause(clock, four)
    expect(paused.pauses).toEqual([{ from: four, to: null }])
    expect(resume(paused, five).pauses).toEqual([{ from: four, to: five }])
    expect(paused.pauses).toEqual([{ from: four, to: null }])
    expect(clock.pauses).toEqual([])
  })

  test('twice changes nothing', () => {
    const paused = pause(clock, four)
    expect(pause(paused, five)).toBe(paused)
    expect(resume(clock, four)).toBe(clock)
    const running = resume(paused, five)
    expect(resume(running, six)).toBe(running)
  })

  test('late news cannot change what is known', () => {
    const running = resume(pause(clock, four), five)
    expect(pause(running, four).pauses[1]).toEqual({ from: five, to: null })
    expect(pause(clock, new Date(0)).pauses).toEqual([{ from: clock.startedAt, to: null }])
    expect(resume(pause(clock, five), four).pauses).toEqual([{ from: five, to: five }])
  })
})

describe('for any clock', () => {
  const calendar = fc.constantFrom(
    berlin,
    officeHours('America/New_York', ['08:00-12:00', '13:00-16:45'], ['2026-11-03']),
    everyDay('Europe/Berlin', ['00:00-24:00']),
    everyDay('Europe/Berlin', ['22:00-24:00', '00:00-04:30']),
    always,
  )
  const begin = fc.constantFrom('2026-03-27T14:00Z', '2026-10-23T15:30Z', '2026-10-30T20:00Z').map((at) => new Date(at))
  const gap = fc.nat(30 * hour)
  const clock = fc
    .record({
      calendar,
      startedAt: begin,
      budgetMs: fc.nat(40 * hour),
      gaps: fc.array(fc.tuple(gap, gap), { maxLength: 4 }),
    })
    .map(({ gaps, ...rest }): SlaClock => {
      let now = rest.startedAt.getTime()
      return gaps.reduce<SlaClock>(
        (so, [run, still]) => resume(pause(so, new Date((now += run))), new Date((now += still))),
        { ...rest, pauses: [] },
      )
    })
  const moment = (from: SlaClock, ms: number) => new Date(from.startedAt.getTime() + ms)
  const wait = fc.nat(400 * hour)
  const runs = { numRuns: 100 }

  test('pauses before the due moment move it by their business time', () => {
    fc.assert(
      fc.property(clock, (any) => {
        const last = any.pauses.at(-1)
        if (last) fc.pre(usedMs(any, last.from) < any.budgetMs)
        const paused = any.pauses.reduce((sum, { from, to }) => sum + businessTimeBetween(any.calendar, from, to!), 0)
        const due = addBusinessTime(any.calendar, any.startedAt, any.budgetMs + paused)
        expect(dueAt(any, last?.to ?? any.startedAt)).toEqual(due)
        expect(dueAt(any, late)).toEqual(due)
      }),
      runs,
    )
  })

  test('when it is due the budget is used, and not a millisecond sooner', () => {
    fc.assert(
      fc.property(clock, (any) => {
        fc.pre(any.budgetMs > 0)
        const due = dueAt(any, late)!
        expect(usedMs(any, due)).toBe(any.budgetMs)
        expect(usedMs(any, new Date(due.getTime() - 1))).toBe(any.budgetMs - 1)
      }),
      runs,
    )
  })

  test('what is used never falls, and what is late or at risk never gets better', () => {
    const rank = { 'on-time': 0, 'at-risk': 1, breached: 2 } as const
    fc.assert(
      fc.property(clock, wait, wait, (any, a, b) => {
        const [sooner, later] = [moment(any, Math.min(a, b)), moment(any, Math.max(a, b))]
        expect(usedMs(any, later)).toBeGreaterThanOrEqual(usedMs(any, sooner))
        expect(rank[stateOf(any, later)]).toBeGreaterThanOrEqual(rank[stateOf(any, sooner)])
      }),
      runs,
    )
  })

  test('the state agrees with what is used', () => {
    fc.assert(
      fc.property(clock, wait, (any, ms) => {
        const now = moment(any, ms)
        const [used, state] = [usedMs(any, now), stateOf(any, now)]
        if (used > any.budgetMs) expect(state).toBe('breached')
        if (used < any.budgetMs) expect(state).not.toBe('breached')
        if (any.budgetMs - used > Math.round(any.budgetMs * 0.2)) expect(state).toBe('on-time')
        if (any.budgetMs - used < Math.round(any.budgetMs * 0.2)) expect(state).not.toBe('on-time')
      }),
      runs,
    )
  })

  test('what happens after a moment does not change what was so then', () => {
    fc.assert(
      fc.property(clock, wait, wait, (any, ms, later) => {
        const now = moment(any, ms)
        const paused = pause(any, moment(any, ms + 1 + later))
        expect(usedMs(paused, now)).toBe(usedMs(any, now))
        expect(dueAt(paused, now)).toEqual(dueAt(any, now))
        expect(stateOf(paused, now)).toBe(stateOf(any, now))
      }),
      runs,
    )
  })
})
