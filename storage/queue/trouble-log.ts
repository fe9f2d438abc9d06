/** One line in the log when the queue's background work begins to fail, however many workers meet the same trouble. */
import { type StorageLog, reasonOf } from '../storage-log.ts'

export interface TroubleLog {
  /** `source` did not get through; logged if nothing else is in trouble already. */
  failed(source: string, error: unknown): void
  /** `source` got through again. */
  worked(source: string): void
}

export function createTroubleLog(log: StorageLog): TroubleLog {
  const failing = new Set<string>()
  return {
    failed(source, error) {
      const known = failing.size > 0
      failing.add(source)
      if (!known) log.warn({ source, reason: reasonOf(error) }, 'The queue cannot reach its jobs; it keeps trying')
    },
    worked: (source) => void failing.delete(source),
  }
}
