/**
 * Makes the client of one connector: undici for the wire (`wire.ts`), cockatiel for concurrency, retries and the circuit
 * breaker. Each call has a time for every attempt and one for all together; only a call that may be repeated is repeated.
 */
import {
  CircuitState,
  ConsecutiveBreaker,
  DelegateBackoff,
  type IRetryBackoffContext,
  bulkhead,
  circuitBreaker,
  handleWhen,
  retry,
  wrap,
} from 'cockatiel'
import type { Resolver } from './address-guard.ts'
import type { Credentials } from './authorizer.ts'
import type { ConnectorObserver } from './connector-observer.ts'
import { describeFailure } from './describe-failure.ts'
import type { BreakerState, SystemAnswer, SystemClient, SystemRequest } from './system-client.ts'
import { SystemFailure } from './system-failure.ts'
import { openWire } from './wire.ts'

/** How patient and how careful a connector is. */
export interface ClientLimits {
  /** For one attempt. */
  readonly timeoutMs: number
  /** For a call with all its attempts and the time that it waits for its turn. */
  readonly totalMs: number
  /** Calls at once. */
  readonly concurrency: number
  /** Calls that may wait for their turn. */
  readonly queue: number
  /** Attempts after the first, of calls that may be repeated. */
  readonly retries: number
  readonly responseBytes: number
  readonly breaker: { readonly failures: number; readonly halfOpenAfterMs: number }
}

export interface OpenClientOptions {
  readonly connector: string
  readonly url: URL
  readonly credentials: Credentials
  readonly limits: ClientLimits
  readonly allowPrivate: readonly string[]
  readonly observer: ConnectorObserver
  readonly now: () => Date
  /** For tests: what names resolve to. */
  readonly resolver?: Resolver
}

/** Failures after which another attempt may go better. */
const passing: ReadonlySet<string> = new Set(['unreachable', 'timed-out', 'broken-off', 'server-error', 'throttled'])
/** Failures that say that the system is not well; the others are about one call alone. */
const unwell: ReadonlySet<string> = new Set(
  [...passing, 'wrong-type', 'unreadable'].filter((each) => each !== 'throttled'),
)
const firstPauseMs = 100

/** Opens the client of a connector; nothing is sent yet. */
export function openClient(options: OpenClientOptions): SystemClient {
  const { connector, limits, observer } = options
  const wire = openWire(options)
  const breaker = circuitBreaker(
    handleWhen((error) => error instanceof SystemFailure && unwell.has(error.reason)),
    { halfOpenAfter: limits.breaker.halfOpenAfterMs, breaker: new ConsecutiveBreaker(limits.breaker.failures) },
  )
  const guarded = wrap(bulkhead(limits.concurrency, limits.queue), breaker)
  observer.breakerChanged(connector, 'closed')
  breaker.onStateChange((state) => {
    observer.breakerChanged(connector, stateOf(state))
  })

  async function attempt(request: SystemRequest, total: AbortSignal): Promise<SystemAnswer> {
    const startedMs = performance.now()
    try {
      const answer = await wire.send(request, AbortSignal.any([total, AbortSignal.timeout(limits.timeoutMs)]))
      observer.attempted(connector, 'ok', performance.now() - startedMs)
      return answer
    } catch (error) {
      // The caller went away: nothing is wrong with the system.
      request.signal.throwIfAborted()
      const failure = describeFailure(error, { connector, repeatable: request.idempotent })
      observer.attempted(connector, failure.reason, performance.now() - startedMs)
      throw failure
    }
  }

  async function send(request: SystemRequest): Promise<SystemAnswer> {
    request.signal.throwIfAborted()
    const total = AbortSignal.any([request.signal, AbortSignal.timeout(limits.totalMs)])
    const deadlineMs = performance.now() + limits.totalMs
    const progress = { sent: false }
    const again = retry(
      handleWhen((error) => mayRepeat(request, error) && performance.now() + waitMs(error) < deadlineMs),
      { maxAttempts: limits.retries, backoff: new DelegateBackoff(pauseMs) },
    )
    const once = () =>
      guarded.execute(() => {
        total.throwIfAborted()
        progress.sent = true
        return attempt(request, total)
      }, total)
    try {
      return await orAborted(again.execute(once, total), total)
    } catch (error) {
      request.signal.throwIfAborted()
      const late = total.aborted && !(error instanceof SystemFailure)
      const failure = late
        ? new SystemFailure({
            connector,
            reason: 'timed-out',
            effect: progress.sent && !request.idempotent ? 'unknown' : 'none',
          })
        : describeFailure(error, { connector, repeatable: request.idempotent })
      observer.failed(connector, failure)
      throw failure
    }
  }

  return {
    send,
    get breaker() {
      return stateOf(breaker.state)
    },
    close: () => wire.close(),
  }
}

function mayRepeat({ idempotent }: SystemRequest, error: unknown): boolean {
  return idempotent && error instanceof SystemFailure && passing.has(error.reason)
}

/** What the system asked us to wait. */
function waitMs(error: unknown): number {
  return error instanceof SystemFailure ? (error.retryAfterMs ?? 0) : 0
}

/** As long as the system asks, else longer each time and never twice the same, so that callers do not come back all at once. */
function pauseMs({ attempt, result }: IRetryBackoffContext<unknown>): number {
  const asked = 'error' in result ? waitMs(result.error) : 0
  return Math.max(asked, firstPauseMs * 2 ** (attempt - 1) * (0.5 + Math.random()))
}

function stateOf(state: CircuitState): BreakerState {
  if (state === CircuitState.Closed) return 'closed'
  return state === CircuitState.HalfOpen ? 'half-open' : 'open'
}

/** A pause between attempts or a place in the queue does not hold a caller longer than the signal says. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const stop = () => {
    aborted.reject(signal.reason as Error)
  }
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', stop)
    work.catch(() => undefined)
  }
}
