/** The one error that the kit throws: a refusal of the gateway with its code and what to do next, or that nobody has answered. */
import { treatmentOf } from './codes.ts'

/** One error of an answer, as it came. */
export interface AnswerError {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions: Readonly<Record<string, unknown>>
}

/** What a refusal tells of the request for approval that it has made or found. */
export interface ToldApproval {
  readonly id: string
  /** `PENDING`, `CONSUMED` … */
  readonly status: string
  readonly expiresAt: string | null
  /** The roles that decide, in their order. */
  readonly approvers: readonly string[]
  /** What came of it, once it has been carried out. */
  readonly outcome: string | null
  readonly reason: string | null
}

export interface MandateErrorOptions {
  readonly code: string
  readonly message: string
  readonly next?: string
  readonly status?: number | null
  /** Left out, as the table of codes says. */
  readonly retryable?: boolean
  readonly retryAfterMs?: number | null
  readonly requestId?: string | null
  readonly errors?: readonly AnswerError[]
  readonly approval?: ToldApproval | null
  readonly data?: unknown
  readonly cause?: unknown
}

/**
 * Why there is no answer.
 *
 * @example
 * try {
 *   await client.mutate(refundOrder, { input })
 * } catch (error) {
 *   if (error instanceof MandateError && error.code === 'POLICY_DENIED') log(error.message, error.next)
 *   else throw error
 * }
 */
export class MandateError extends Error {
  override readonly name = 'MandateError'
  /** A stable code of docs/errors.md; or `UNREACHABLE`, `NOT_GRAPHQL`, `TOKEN_UNREACHABLE`, `TOKEN_REFUSED` of the kit itself. */
  readonly code: string
  /** What to do, in a sentence. */
  readonly next: string
  /** The HTTP status; null where nobody answered. */
  readonly status: number | null
  /** Whether the same request may succeed later. The client has retried already, where it may. */
  readonly retryable: boolean
  /** How long to wait before that, where the answer says so. */
  readonly retryAfterMs: number | null
  /** Under which the ledger has it. */
  readonly requestId: string | null
  /** Every error of the answer. */
  readonly errors: readonly AnswerError[]
  /** The request for approval that the act waits for. */
  readonly approval: ToldApproval | null
  /** What was answered beside the errors. */
  readonly data: unknown

  constructor(options: MandateErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause })
    const { code, next = '', status = null, retryAfterMs = null, requestId = null, errors = [] } = options
    this.code = code
    this.next = next
    this.status = status
    this.retryable = options.retryable ?? treatmentOf(code) === 'retry'
    this.retryAfterMs = retryAfterMs
    this.requestId = requestId
    this.errors = errors
    this.approval = options.approval ?? null
    this.data = options.data ?? null
  }
}
