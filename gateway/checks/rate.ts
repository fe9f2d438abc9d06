/**
 * Limits what a principal may use in a minute, counted in cost units over all its tokens: a hundred small operations and one
 * large one weigh the same. When the shared counter is out of reach, reads go on under a counter of this process alone and
 * mutations are refused.
 */
import { HeaderMap } from '@apollo/server'
import { catalog, refusal } from '../../lib/errors.ts'
import type { Cache, RateLimiter } from '../../storage/cache.ts'
import type { Operation } from '../operation.ts'
import { isGatewayItself } from '../audit/note-event.ts'
import { isBrake } from './brakes.ts'
import type { OperationCheck } from './check.ts'

export interface RateOptions {
  readonly shared: Cache
  /** Counts alone while the shared cache is away. */
  readonly local: Cache
  readonly costPerMinute: number
}

/** Makes the check that takes an operation's cost from its principal's minute. */
export function createRateCheck({ shared, local, costPerMinute }: RateOptions): OperationCheck {
  const window = { points: costPerMinute, windowMs: 60_000 }
  const limiter = shared.rateLimiter('cost', window)
  const insurance = local.rateLimiter('cost-insurance', window)
  return {
    name: 'rate',
    async run({ operation, exchange }) {
      // What the gateway reads for those who approve is of acts that were counted: one agent's must not use up the reads of all.
      if (isGatewayItself(exchange.caller)) return
      const verdict = await takeFrom(limiter, insurance, operation, exchange.caller.id, exchange.cost)
      if (verdict.allowed) return
      const retryAfterSeconds = Math.max(1, Math.ceil(verdict.resetMs / 1000))
      const error = refusal(
        'RATE_LIMITED',
        `\`${exchange.caller.id}\` has used its ${costPerMinute} cost units for this minute.`,
        {
          retryAfterSeconds,
          limit: costPerMinute,
          remaining: verdict.remaining,
        },
      )
      const headers = new HeaderMap([['retry-after', String(retryAfterSeconds)]])
      error.extensions['http'] = { status: catalog.RATE_LIMITED.status, headers }
      throw error
    },
  }
}

async function takeFrom(
  limiter: RateLimiter,
  insurance: RateLimiter,
  operation: Operation,
  key: string,
  points: number,
) {
  try {
    return await limiter.take(key, points)
  } catch (cause) {
    if (operation.kind === 'query' || isBrake(operation)) return insurance.take(key, points)
    throw refusal(
      'LIMITS_UNAVAILABLE',
      'The shared limits cannot be read, so nothing is changed.',
      {},
      { originalError: cause as Error },
    )
  }
}
