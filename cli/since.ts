/** Reads how far back somebody wants to look: `30m`, `24h`, `7d`, `2w`, or a day or time. */

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** The moment that `text` means, counted from `now` where it is a span; throws an error that names the forms. */
export function parseSince(text: string, now: Date): Date {
  const span = /^(\d{1,5})([mhdw])$/.exec(text)
  const unit = units[span?.[2] ?? '']
  if (span && unit !== undefined) return new Date(now.getTime() - Number(span[1]) * unit)
  const time = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/.test(text) ? new Date(text) : null
  if (time && !Number.isNaN(time.getTime())) return time
  throw new Error(
    `\`${text}\` is not a time. Write a span (30m, 24h, 7d, 2w), a day (2026-03-01) or a time (2026-03-01T09:30:00Z).`,
  )
}
