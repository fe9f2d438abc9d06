/** Turns what undici, cockatiel and the guards throw into one {@link SystemFailure} with a reason and an effect. */
import { BrokenCircuitError, BulkheadRejectedError } from 'cockatiel'
import { ForbiddenAddress } from './address-guard.ts'
import { UnacceptableBody } from './read-body.ts'
import { SystemFailure, type FailureReason } from './system-failure.ts'

export interface FailedCall {
  readonly connector: string
  /** Whether the call changes nothing, or the same again: then it leaves no doubt behind. */
  readonly repeatable: boolean
}

/** Error codes of a connection that was never made, so that nothing was sent. */
const neverConnected: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
])

/** The failure of one call. */
export function describeFailure(error: unknown, { connector, repeatable }: FailedCall): SystemFailure {
  if (error instanceof SystemFailure) return error
  const failure = (reason: FailureReason, effect: 'none' | 'unknown', detail?: string) =>
    new SystemFailure({
      connector,
      reason,
      effect: repeatable ? 'none' : effect,
      ...(detail === undefined ? {} : { detail }),
      cause: error,
    })
  if (error instanceof BrokenCircuitError) return failure('breaker-open', 'none')
  if (error instanceof BulkheadRejectedError) return failure('overloaded', 'none')
  if (error instanceof UnacceptableBody) return failure(error.reason, 'unknown', error.message)
  const code = codeOf(error)
  if (error instanceof ForbiddenAddress || code === 'MANDATE_FORBIDDEN_ADDRESS')
    return failure('forbidden-address', 'none')
  if (neverConnected.has(code)) return failure('unreachable', 'none', code)
  const isTimeout = error instanceof Error && error.name === 'TimeoutError'
  if (isTimeout || code.includes('TIMEOUT')) return failure('timed-out', 'unknown')
  return failure('broken-off', 'unknown', code || undefined)
}

/** The code of an error, or of the first of several that an attempt on each address gave. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
