/** Durations as ISO 8601 writes them, in the parts whose length is always the same: weeks, days, hours, minutes, seconds. */

const form = /^P(?=\d|T\d)(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?$/u
const seconds = [7 * 86_400, 86_400, 3_600, 60, 1] as const

/** The milliseconds of a duration like `P7D` or `PT12H`; null for what is none, and for months and years, whose length differs. */
export function parseDuration(text: string): number | null {
  const match = form.exec(text)
  if (!match) return null
  return seconds.reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * unit, 0) * 1_000
}

/** A duration in whole seconds as `parseDuration` reads it, in days at most: `P7D`, `P1DT12H`. */
export function formatDuration(ms: number): string {
  let left = Math.floor(ms / 1_000)
  const take = (unit: number, letter: string) => {
    const count = Math.floor(left / unit)
    left -= count * unit
    return count === 0 ? '' : `${count}${letter}`
  }
  const days = take(86_400, 'D')
  const time = [take(3_600, 'H'), take(60, 'M'), take(1, 'S')].join('')
  return days + time === '' ? 'PT0S' : `P${days}${time === '' ? '' : `T${time}`}`
}
