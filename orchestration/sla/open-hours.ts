/** The open hours of one weekday, from intervals of the local clock as people write them: `09:00-12:00`, `13:00-24:00`. */
import { z } from 'zod'

/** Minutes of the local clock since its 00:00, from 0 to 1440: open from the first, closed from the second. */
export interface OpenHours {
  readonly opens: number
  readonly closes: number
}

export const dayMinutes = 24 * 60

const written = /^([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/u

const openHours = z.string().transform((text, context): OpenHours => {
  const match = written.exec(text)
  if (!match) {
    context.addIssue(
      `\`${text}\` is not an interval; write it as \`09:00-12:00\`, and midnight at its end as \`24:00\``,
    )
    return z.NEVER
  }
  const opens = Number(match[1]) * 60 + Number(match[2])
  const closes = match[3] === undefined ? dayMinutes : Number(match[3]) * 60 + Number(match[4])
  if (closes <= opens) {
    context.addIssue(
      `\`${text}\` must end after it begins; write a night as two intervals, to \`24:00\` and from \`00:00\` of the next day`,
    )
    return z.NEVER
  }
  return Object.freeze({ opens, closes })
})

/** The schema of a day: its intervals in any order, which may touch and may not overlap. They come out in order and frozen. */
export const openDay = z.array(openHours).transform((intervals, context): readonly OpenHours[] => {
  const ordered = intervals.toSorted((a, b) => a.opens - b.opens)
  for (const [index, next] of ordered.entries()) {
    const before = ordered[index - 1]
    if (before === undefined || before.closes <= next.opens) continue
    context.addIssue(`\`${format(before)}\` and \`${format(next)}\` overlap; make one interval of them`)
  }
  return Object.freeze(ordered)
})

function format({ opens, closes }: OpenHours): string {
  return [opens, closes]
    .map((minute) => [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':'))
    .join('-')
}
