/** The port's limiter over rate-limiter-flexible, whatever keeps the counters. */
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible'
import type { RateLimiter, RateVerdict } from './cache.ts'

export interface RateLimiterOptions {
  readonly points: number
  readonly windowMs: number
}

/** The window in seconds: counters in Redis expire by the second. */
export function windowSeconds({ windowMs }: RateLimiterOptions): number {
  if (windowMs < 1_000 || windowMs % 1_000 !== 0) {
    throw new RangeError(`A rate window is a whole number of seconds, not \`${windowMs}\` ms.`)
  }
  return windowMs / 1_000
}

/** `call` puts a limit on waiting for the counters. */
export function createRateLimiter(
  counters: RateLimiterAbstract,
  call: <T>(work: () => Promise<T>) => Promise<T>,
): RateLimiter {
  const giveBack = async (key: string, points: number) => {
    const after = await call(() => counters.reward(key, wholePoints(points)))
    // The window in which the points were taken may be over: a new one never starts with more than it has.
    if (after.consumedPoints < 0) await call(() => counters.penalty(key, -after.consumedPoints))
  }
  return {
    async take(key, points) {
      const wanted = wholePoints(points)
      try {
        return verdict('allowed', await call(() => counters.consume(key, wanted)))
      } catch (over) {
        if (!(over instanceof RateLimiterRes)) throw over
        // The counter has already counted the refused points: take them off, so that a smaller operation still passes.
        await giveBack(key, wanted)
        const remaining = Math.max(0, counters.points - (over.consumedPoints - wanted))
        return { ...verdict('refused', over), remaining }
      }
    },
    giveBack,
  }
}

function wholePoints(points: number): number {
  if (!Number.isFinite(points) || points < 0) throw new RangeError(`\`${points}\` is no number of points.`)
  return Math.ceil(points)
}

function verdict(outcome: 'allowed' | 'refused', state: RateLimiterRes): RateVerdict {
  return { allowed: outcome === 'allowed', remaining: state.remainingPoints, resetMs: Math.max(0, state.msBeforeNext) }
}
