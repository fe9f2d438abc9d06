/**
 * The operations of the last seconds that a gateway let begin: when a stop arrives, it can say which of them came after somebody had
 * engaged it. What is older than a stop can take to arrive is forgotten.
 */
import type { StopScope } from '../../../storage/stores/stop-states.ts'
import { type Footprint, covers } from './coverage.ts'

/** A gateway that hears of a stop later than this has been denying everything in between. */
const keptMs = 15_000
const mostKept = 50_000

export interface BegunOperations {
  note(footprint: Footprint, at: Date): void
  /** When the last operation in scope began, of those after `since`; null for none. */
  lastIn(scope: StopScope, since: Date): Date | null
}

/** Starts remembering. */
export function rememberBegun(): BegunOperations {
  let begun: { readonly footprint: Footprint; readonly at: number }[] = []
  /** The first that is not forgotten: the list is cut once half of it is. */
  let first = 0
  return {
    note(footprint, at) {
      const now = at.getTime()
      begun.push({ footprint, at: now })
      while (first < begun.length && ((begun[first]?.at ?? 0) < now - keptMs || begun.length - first > mostKept))
        first += 1
      if (first > 1_000 && first * 2 > begun.length) {
        begun = begun.slice(first)
        first = 0
      }
    },
    lastIn(scope, since) {
      let last: number | null = null
      for (const { footprint, at } of begun.slice(first)) {
        if (at > since.getTime() && (last === null || at > last) && covers(scope, footprint)) last = at
      }
      return last === null ? null : new Date(last)
    },
  }
}
