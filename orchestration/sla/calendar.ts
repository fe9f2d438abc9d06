/**
 * When a business is open: the hours of each weekday in the local time of one zone, without its holidays. Parsed once from
 * plain data, strictly, and frozen; the SLA clock counts only while its calendar is open.
 */
import { z } from 'zod'
import { dayMinutes, openDay, type OpenHours } from './open-hours.ts'

/** Monday first, as ISO 8601 numbers the days: `weekdays[0]` is day 1. */
export const weekdays = Object.freeze([
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const)
export type Weekday = (typeof weekdays)[number]

export interface BusinessCalendar {
  readonly key: string
  readonly title: string
  /** A name of the IANA database. */
  readonly timeZone: string
  /** For every weekday in order of time, without overlaps; empty where it is closed. */
  readonly hours: Readonly<Record<Weekday, readonly OpenHours[]>>
  /** Local dates that are closed from 00:00 to 24:00, `2026-12-25`, in order. */
  readonly holidays: readonly string[]
}

/** A calendar that cannot be used: which place, what is wrong, and how to mend it. */
export class CalendarError extends Error {
  override readonly name = 'CalendarError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The calendar cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

const open = openDay.prefault([])
const hours = z
  .strictObject(
    { monday: open, tuesday: open, wednesday: open, thursday: open, friday: open, saturday: open, sunday: open },
    { error: (issue) => unknownKeys(issue, 'a day of the week', weekdays) },
  )
  .refine((week) => weekdays.some((name) => week[name].length > 0), { error: 'there must be a day with open hours' })

const date = z.iso.date({
  error: ({ input }) => `\`${String(input)}\` is not a date; write it as \`2026-12-25\``,
})
const holidays = z
  .array(date)
  .default([])
  .transform((dates, context) => {
    const twice = dates.find((each, index) => dates.indexOf(each) < index)
    if (twice !== undefined) context.addIssue(`\`${twice}\` is named twice; once is enough`)
    return Object.freeze(dates.toSorted())
  })

/** The schema of a calendar in a file, for those that carry one; what comes out is frozen. */
export const calendarSchema = z
  .strictObject(
    {
      key: z
        .string()
        .regex(/^[a-z0-9][a-z0-9-]{0,62}$/u, { error: 'must have small letters, digits and hyphens only' })
        .refine((key) => key !== 'always', { error: '`always` is built in; choose another key' }),
      title: z.string().trim().min(1).max(200),
      timeZone: z.string().refine(isTimeZone, {
        error: ({ input }) =>
          `\`${String(input)}\` is not a time zone; name one of the IANA database, like \`Europe/Berlin\``,
      }),
      hours,
      holidays,
    },
    { error: (issue) => unknownKeys(issue, 'a key of a calendar', ['key', 'title', 'timeZone', 'hours', 'holidays']) },
  )
  .transform((calendar): BusinessCalendar => Object.freeze({ ...calendar, hours: Object.freeze(calendar.hours) }))

function unknownKeys(issue: z.core.$ZodRawIssue, role: string, known: readonly string[]): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined
  return `\`${issue.keys.join('`, `')}\` is not ${role}; there are \`${known.join('`, `')}\``
}

/** A fixed offset such as `+01:00` is none: it would not know of daylight saving. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/u.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** Reads a calendar from plain data. @throws {CalendarError} that names every problem */
export function parseCalendar(plain: unknown): BusinessCalendar {
  const parsed = calendarSchema.safeParse(plain)
  if (parsed.success) return parsed.data
  throw new CalendarError(
    parsed.error.issues.map(({ path, message }) => `\`${path.join('.') || 'the top level'}\`: ${message}.`),
  )
}

const wholeDay: readonly OpenHours[] = Object.freeze([Object.freeze({ opens: 0, closes: dayMinutes })])

/** The built-in calendar that never closes: with it the SLA clock is the elapsed clock. */
export const always: BusinessCalendar = Object.freeze({
  key: 'always',
  title: 'Around the clock',
  timeZone: 'UTC',
  hours: Object.freeze({
    monday: wholeDay,
    tuesday: wholeDay,
    wednesday: wholeDay,
    thursday: wholeDay,
    friday: wholeDay,
    saturday: wholeDay,
    sunday: wholeDay,
  }),
  holidays: Object.freeze([]),
})
