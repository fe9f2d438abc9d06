import { describe, expect, test } from 'vitest'
import { CalendarError, always, calendarSchema, parseCalendar, weekdays } from '../../../orchestration/sla/calendar.ts'

const plain = {
  key: 'berlin-office',
  title: 'The office in Berlin',
  timeZone: 'Europe/Berlin',
  hours: { monday: ['13:00-17:30', '09:00-12:00'], friday: ['09:00-12:00', '12:00-24:00'] },
  holidays: ['2026-12-26', '2026-12-25'],
}

function problemsOf(change: Record<string, unknown>): readonly string[] {
  try {
    parseCalendar({ ...plain, ...change })
  } catch (error) {
    if (error instanceof CalendarError) return error.problems
    throw error
  }
  return []
}

describe('a calendar', () => {
  test('comes out in order, with its missing days closed', () => {
    expect(parseCalendar(plain)).toEqual({
      key: 'berlin-office',
      title: 'The office in Berlin',
      timeZone: 'Europe/Berlin',
      hours: {
        monday: [
          { opens: 540, closes: 720 },
          { opens: 780, closes: 1_050 },
        ],
        tuesday: [],
        wednesday: [],
        thursday: [],
        friday: [
          { opens: 540, closes: 720 },
          { opens: 720, closes: 1_440 },
        ],
        saturday: [],
        sunday: [],
      },
      holidays: ['2026-12-25', '2026-12-26'],
    })
  })

  test('needs no holidays', () => {
    const { holidays: _, ...without } = plain
    expect(parseCalendar(without).holidays).toEqual([])
  })

  test('is frozen through and through', () => {
    for (const calendar of [parseCalendar(plain), parseCalendar({ ...plain, holidays: undefined }), always]) {
      const parts = [calendar, calendar.hours, calendar.holidays, ...weekdays.map((day) => calendar.hours[day])]
      expect([...parts, ...calendar.hours.monday].every((part) => Object.isFrozen(part))).toBe(true)
    }
  })

  test('can be part of a larger schema', () => {
    expect(calendarSchema.array().parse([plain])[0]).toEqual(parseCalendar(plain))
  })

  test('that is built in is open in every minute of the week', () => {
    expect(always.key).toBe('always')
    expect(weekdays.flatMap((day) => always.hours[day])).toEqual(Array(7).fill({ opens: 0, closes: 1_440 }))
  })
})

const zone = 'is not a time zone; name one of the IANA database, like `Europe/Berlin`.'
const form = 'is not an interval; write it as `09:00-12:00`, and midnight at its end as `24:00`.'
const inverted =
  'must end after it begins; write a night as two intervals, to `24:00` and from `00:00` of the next day.'
const keys = 'there are `key`, `title`, `timeZone`, `hours`, `holidays`.'

describe('a calendar is refused', () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      'an unknown day',
      { hours: { ...plain.hours, moonday: ['09:00-12:00'] } },
      '`hours`: `moonday` is not a day of the week; there are `monday`, `tuesday`, `wednesday`, `thursday`, `friday`, `saturday`, `sunday`.',
    ],
    ['an unknown key', { timezone: 'UTC' }, `\`the top level\`: \`timezone\` is not a key of a calendar; ${keys}`],
    ['no form', { hours: { monday: ['9-12'] } }, `\`hours.monday.0\`: \`9-12\` ${form}`],
    ['no such hour', { hours: { monday: ['09:00-25:00'] } }, `\`hours.monday.0\`: \`09:00-25:00\` ${form}`],
    ['after midnight', { hours: { monday: ['09:00-24:01'] } }, `\`hours.monday.0\`: \`09:00-24:01\` ${form}`],
    ['inverted', { hours: { monday: ['22:00-06:00'] } }, `\`hours.monday.0\`: \`22:00-06:00\` ${inverted}`],
    ['empty', { hours: { monday: ['09:00-09:00'] } }, `\`hours.monday.0\`: \`09:00-09:00\` ${inverted}`],
    [
      'overlapping',
      { hours: { monday: ['11:00-13:00', '09:00-12:00'] } },
      '`hours.monday`: `09:00-12:00` and `11:00-13:00` overlap; make one interval of them.',
    ],
    [
      'one inside the other',
      { hours: { monday: ['09:00-17:00', '11:00-12:00'] } },
      '`hours.monday`: `09:00-17:00` and `11:00-12:00` overlap; make one interval of them.',
    ],
    ['never open', { hours: { monday: [] } }, '`hours`: there must be a day with open hours.'],
    ['an unknown zone', { timeZone: 'Europe/Bonn' }, `\`timeZone\`: \`Europe/Bonn\` ${zone}`],
    ['a fixed offset', { timeZone: '+01:00' }, `\`timeZone\`: \`+01:00\` ${zone}`],
    [
      'a date that there is not',
      { holidays: ['2026-02-29'] },
      '`holidays.0`: `2026-02-29` is not a date; write it as `2026-12-25`.',
    ],
    [
      'a date with a time',
      { holidays: ['2026-12-25T00:00'] },
      '`holidays.0`: `2026-12-25T00:00` is not a date; write it as `2026-12-25`.',
    ],
    [
      'a date twice',
      { holidays: ['2026-12-25', '2026-12-25'] },
      '`holidays`: `2026-12-25` is named twice; once is enough.',
    ],
    ['a strange key', { key: 'Berlin Office' }, '`key`: must have small letters, digits and hyphens only.'],
    ['the key of the built-in one', { key: 'always' }, '`key`: `always` is built in; choose another key.'],
  ])('%s', (_, change, message) => {
    expect(problemsOf(change)).toEqual([message])
  })

  test('with every problem at once', () => {
    expect(problemsOf({ timeZone: 'Nowhere', holidays: ['soon'], hours: { monday: ['x'] } })).toHaveLength(3)
    expect(() => parseCalendar('berlin')).toThrow('The calendar cannot be used:\n  - `the top level`')
  })
})
