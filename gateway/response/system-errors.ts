/**
 * Which errors from behind the gateway may reach a caller. Our own refusals, made by a subgraph for the caller, pass; anything
 * else may hold host names, SQL or a stack, and is replaced.
 */
import { type ErrorCode, isErrorCode, isRefusal, refusal } from '../../lib/errors.ts'

/** Codes that a subgraph may use towards the caller. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'RECORD_DENIED',
  'POLICY_DENIED',
  'APPROVAL_REQUIRED',
  'APPROVAL_LAPSED',
  'APPROVER_EXCLUDED',
  'STEP_UP_REQUIRED',
  'NOT_FOUND',
  'INVALID_INPUT',
  'BAD_USER_INPUT',
  'ILLEGAL_TRANSITION',
  'SEPARATION_OF_DUTY',
  'VERSION_CONFLICT',
  'IDEMPOTENCY_CONFLICT',
  'NOT_SUPPORTED',
  'LEASE_LOST',
  'TASK_NOT_OPEN',
  'TASK_TAKEN',
  'NOT_ELIGIBLE',
  'RUN_NOT_OPEN',
  'RUN_EXISTS',
  'EVENT_NOT_AWAITED',
  'RESULT_INVALID',
  'CONTEXT_CONFLICT',
  'OUTCOME_UNKNOWN',
  'PARTLY_DONE',
  'SYSTEM_UNAVAILABLE',
  'TIMEOUT',
  'CANCELLED',
])

/** True when an error that came from a subgraph was written for the caller. */
export function mayPass(code: unknown): code is ErrorCode {
  return isErrorCode(code) && passing.has(code)
}

/** Where the cause of a masked error travels to the log: a symbol, so that it can never be serialised into an answer. */
export const causeKey = Symbol('cause')

/** The refusal for an exchange whose signal has aborted: the one that it was aborted with, `TIMEOUT` or `CANCELLED`. */
export function abortError(signal: AbortSignal) {
  if (isRefusal(signal.reason)) return signal.reason
  return isTimeout(signal.reason)
    ? refusal('TIMEOUT', 'The request took longer than allowed.')
    : refusal('CANCELLED', 'The client went away before the answer.')
}

/** True for what a timer of ours or of undici's aborts with. */
export function isTimeout(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false
  const code = 'code' in cause ? String(cause.code) : ''
  return cause.name === 'TimeoutError' || (code.startsWith('UND_ERR_') && code.includes('TIMEOUT'))
}
