/** Days and hours of a week in a time zone. */

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof weekdays)[number]

export interface Hours {
  readonly days: readonly Weekday[]
  /** `08:00`, included. */
  readonly from: string
  /** `18:00`, excluded; earlier than `from` means that of the next day. */
  readonly to: string
  /** IANA name: `Europe/Berlin`. */
  readonly timeZone: string
}

/** Tells whether a moment lies within the hours. Throws at once when they make no sense. */
export function hoursMatcher({ days, from, to, timeZone }: Hours): (now: Date) => boolean {
  const start = minutesOf(from)
  const end = minutesOf(to)
  if (start === end) throw new RangeError('`from` and `to` of `within` are the same; leave the hours out or widen them')
  if (days.length === 0) throw new RangeError('`within` names no day')
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return (now) => {
    const parts = new Map(format.formatToParts(now).map((part) => [part.type, part.value]))
    const day = weekdays.findIndex((name) => name === parts.get('weekday')?.toLowerCase())
    const minute = minutesOf(`${parts.get('hour') ?? ''}:${parts.get('minute') ?? ''}`)
    const on = (position: number): boolean => days.some((name) => name === weekdays[(position + 7) % 7])
    if (start < end) return on(day) && minute >= start && minute < end
    return (on(day) && minute >= start) || (on(day - 1) && minute < end)
  }
}

function minutesOf(time: string): number {
  const match = /^(?<hours>[01]\d|2[0-4]):(?<minutes>[0-5]\d)$/u.exec(time)
  const minutes = Number(match?.groups?.['hours']) * 60 + Number(match?.groups?.['minutes'])
  if (Number.isNaN(minutes) || minutes > 24 * 60)
    throw new RangeError(`\`${time}\` is not a time of day like \`08:00\``)
  return minutes
}
