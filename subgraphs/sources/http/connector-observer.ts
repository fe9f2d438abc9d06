/** What a connector tells the process that runs it, for metrics and for the log. Nothing of it is ever shown to a caller. */
import type { BreakerState } from './system-client.ts'
import type { FailureReason, SystemFailure } from './system-failure.ts'

export interface ConnectorObserver {
  /** One attempt of one call, in milliseconds; a retried call has several. */
  attempted(connector: string, outcome: 'ok' | FailureReason, durationMs: number): void
  breakerChanged(connector: string, state: BreakerState): void
  /** A call that failed in the end. */
  failed(connector: string, failure: SystemFailure): void
}

/** For a process that wants to know nothing: a test, a command. */
export const silentObserver: ConnectorObserver = Object.freeze({
  attempted: () => undefined,
  breakerChanged: () => undefined,
  failed: () => undefined,
})
