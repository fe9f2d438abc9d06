/**
 * The one way in which an adapter reaches a system over HTTP. What may be reached, how long, how often and how much is decided
 * here, once for all adapters; an adapter says only what to ask.
 */

/** One call. `path` and `query` are encoded by the adapter; the host is the connector's and cannot be chosen here. */
export interface SystemRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE' | 'HEAD'
  /** Below the connector's `url`, with a leading slash: `/A_Supplier('17')`. */
  readonly path: string
  /** Without the question mark. */
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | null
  /** Of the body; `application/json` unless said otherwise. */
  readonly contentType?: string
  /** Media types that the answer may have; `application/json` and `application/*+json` unless said otherwise. */
  readonly accepts?: readonly string[]
  /** Whether sending it twice does what sending it once does: only then is it retried. */
  readonly idempotent: boolean
  readonly signal: AbortSignal
}

/** An answer with a status from 200 to 499 other than a redirect, 401, 408 and 429, which are failures of the system. */
export interface SystemAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  /** Every value of `Set-Cookie`, in order. */
  readonly cookies: readonly string[]
  readonly text: string
}

/** `closed`: calls go through. `open`: they fail at once. `half-open`: one goes through, to find out. */
export type BreakerState = 'closed' | 'open' | 'half-open'

export interface SystemClient {
  /**
   * Sends one call, and tries again where it may.
   * @throws {SystemFailure} when there is no answer that an adapter could read; see `system-failure.ts`.
   */
  send(request: SystemRequest): Promise<SystemAnswer>
  readonly breaker: BreakerState
  close(): Promise<void>
}
