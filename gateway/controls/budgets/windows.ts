/** The calendar periods of budgets, in UTC: the same for every gateway, and over at the same moment. */
import type { BudgetPeriod } from '../../../policies/engine/revision.ts'

export interface Window {
  readonly start: Date
  /** The first moment of the next one. */
  readonly resetsAt: Date
}

/** The window of a period that a moment is in. */
export function windowOf(period: BudgetPeriod, now: Date): Window {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()]
  const [hour, minute] = [now.getUTCHours(), now.getUTCMinutes()]
  // What is past the end of its unit goes over into the next: the thirteenth month is January.
  switch (period) {
    case 'minute':
      return between([year, month, day, hour, minute], [year, month, day, hour, minute + 1])
    case 'hour':
      return between([year, month, day, hour], [year, month, day, hour + 1])
    case 'day':
      return between([year, month, day], [year, month, day + 1])
    case 'month':
      return between([year, month], [year, month + 1])
  }
}

type UtcParts = readonly [year: number, month: number, day?: number, hour?: number, minute?: number]

function between(start: UtcParts, end: UtcParts): Window {
  return { start: new Date(Date.UTC(...start)), resetsAt: new Date(Date.UTC(...end)) }
}
