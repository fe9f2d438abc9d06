/** The slow and obvious way to count business time: look at the local clock in every minute of a few days, and count. */
import type { BusinessCalendar, Weekday } from '../../../orchestration/sla/calendar.ts'

const minuteMs = 60_000
export const windowMs = 5 * 24 * 60 * minuteMs

/** Five days in a zone, in which its clock is changed. */
export interface Window {
  readonly timeZone: string
  readonly from: Date
}

const window = (timeZone: string, from: string): Window => ({ timeZone, from: new Date(from) })
export const windows: readonly Window[] = [
  window('Europe/Berlin', '2026-03-27T00:00Z'),
  window('Europe/Berlin', '2026-10-23T00:00Z'),
  window('America/New_York', '2026-03-06T00:00Z'),
  window('America/New_York', '2026-10-30T00:00Z'),
  // The hour before midnight comes twice, and the hour after it is left out.
  window('America/Sao_Paulo', '2018-02-15T00:00Z'),
  window('Africa/Cairo', '2026-04-22T00:00Z'),
  // Half an hour, and a whole day that was left out.
  window('Australia/Lord_Howe', '2026-04-02T00:00Z'),
  window('Pacific/Apia', '2011-12-28T00:00Z'),
  window('Asia/Kathmandu', '2026-12-30T00:00Z'),
]

const shownIn = new Map<Window, readonly string[]>()

/** What the local clock has shown at most, in each minute: `2026-03-29 02:30`. Where it is put back it counts as standing. */
export function shown(window: Window): readonly string[] {
  const known = shownIn.get(window)
  if (known) return known
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: window.timeZone, dateStyle: 'short', timeStyle: 'short' })
  let highest = ''
  const all = Array.from({ length: windowMs / minuteMs }, (_, minute) => {
    const now = clock.format(window.from.getTime() + minute * minuteMs)
    highest = now > highest ? now : highest
    return highest
  })
  shownIn.set(window, all)
  return all
}

/** The business time from the begin of the window to each of its minutes, in minutes; one more than there are minutes. */
export function countMinutes(calendar: BusinessCalendar, window: Window): readonly number[] {
  let count = 0
  return [0, ...shown(window).map((text) => (count += isOpen(calendar, text) ? 1 : 0))]
}

function isOpen({ hours, holidays }: BusinessCalendar, text: string): boolean {
  const [date = '', time = ''] = text.split(' ')
  if (holidays.includes(date)) return false
  const minute = Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
  return hours[weekdayOf(date)].some(({ opens, closes }) => opens <= minute && minute < closes)
}

const weekdayNames = new Map<string, Weekday>()
function weekdayOf(date: string): Weekday {
  const known = weekdayNames.get(date)
  if (known) return known
  const name = new Date(date).toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' }).toLowerCase() as Weekday
  weekdayNames.set(date, name)
  return name
}
