/** Sends again what has failed for a while: with waits that grow and differ, a few times, and never longer than is worth waiting for. */
import { MandateError } from './mandate-error.ts'
import { pause } from './pause.ts'

export interface RetryOptions {
  /** How often it is sent, at most. */
  readonly attempts: number
  /** The first wait is up to so long; each further one up to twice as long as the one before. */
  readonly firstWaitMs: number
  /** No wait is longer; a refusal that asks for a longer one is thrown. */
  readonly longestWaitMs: number
}

export const usualRetries: RetryOptions = Object.freeze({ attempts: 4, firstWaitMs: 250, longestWaitMs: 60_000 })

/** Does the work until it succeeds, fails for good, or has failed often enough. */
export async function withRetries<T>(
  work: () => Promise<T>,
  { attempts, longestWaitMs, ...waits }: RetryOptions,
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof MandateError) || !error.retryable || attempt >= attempts) throw error
      const waitMs = waitAfter(error, attempt, { longestWaitMs, ...waits })
      if (waitMs > longestWaitMs) throw error
      await pause(waitMs, signal)
    }
  }
}

/** What the answer says and a little more, so that not everybody comes back at once; else any time up to a limit that doubles. */
export function waitAfter(
  { retryAfterMs }: Pick<MandateError, 'retryAfterMs'>,
  attempt: number,
  { firstWaitMs, longestWaitMs }: Pick<RetryOptions, 'firstWaitMs' | 'longestWaitMs'>,
): number {
  if (retryAfterMs !== null) return retryAfterMs + Math.random() * firstWaitMs
  return Math.random() * Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1))
}
