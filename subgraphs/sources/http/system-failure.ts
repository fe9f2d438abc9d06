/** How a system behind a connector fails, as the error of the catalogue that a caller gets and the reason that an operator reads. */
import { GraphQLError } from 'graphql'
import { catalog } from '../../../lib/errors.ts'

/**
 * Why there is no usable answer. The words after each reason end the sentence `The system behind the connector \`sap\` …`; they
 * are ours, never the system's.
 */
const reasons = {
  unreachable: 'cannot be reached',
  'timed-out': 'did not answer in time',
  'broken-off': 'broke off its answer',
  'server-error': 'failed to answer',
  throttled: 'asks us to wait',
  'not-authorised': 'does not accept the credentials of the connector',
  redirected: 'answered with a redirect, and redirects are never followed',
  'forbidden-address': 'is at an address that connectors may not reach',
  'too-large': 'sent more than the connector accepts',
  'wrong-type': 'sent another type of content than the connector reads',
  unreadable: 'sent an answer that cannot be read',
  'breaker-open': 'has failed repeatedly and is left alone for a while',
  overloaded: 'has more calls waiting than the connector allows',
} as const

export type FailureReason = keyof typeof reasons

export interface SystemFailureOptions {
  /** The connector's name. */
  readonly connector: string
  readonly reason: FailureReason
  /**
   * Whether the call may have taken effect. `none`: it was not sent, or was refused before anything was done. `unknown`: it was
   * sent, and what became of it cannot be told.
   */
  readonly effect: 'none' | 'unknown'
  /** For the operator's log only: a status, an error code, the host of a redirect. Never a URL, never the system's own words. */
  readonly detail?: string
  /** How long the system asked us to wait. */
  readonly retryAfterMs?: number
  readonly cause?: unknown
}

/** A call without a usable answer. It is a refusal of the catalogue (`lib/errors.ts`), so it reaches the caller as it is. */
export class SystemFailure extends GraphQLError {
  override readonly name = 'SystemFailure'
  readonly reason: FailureReason
  readonly effect: 'none' | 'unknown'
  readonly detail: string | null
  readonly retryAfterMs: number | null

  constructor({ connector, reason, effect, detail, retryAfterMs, cause }: SystemFailureOptions) {
    const code = reason === 'timed-out' ? 'TIMEOUT' : 'SYSTEM_UNAVAILABLE'
    const { status, next } = catalog[code]
    super(`The system behind the connector \`${connector}\` ${reasons[reason]}.`, {
      extensions: {
        next,
        connector,
        reason,
        ...(retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(retryAfterMs / 1000) }),
        code,
        http: { status },
      },
      ...(cause instanceof Error ? { originalError: cause } : {}),
    })
    this.reason = reason
    this.effect = effect
    this.detail = detail ?? null
    this.retryAfterMs = retryAfterMs ?? null
  }
}
