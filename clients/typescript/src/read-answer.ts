/** Reads what came back for one operation: data, or the error that says why there is none. */
import { treatmentOf } from './codes.ts'
import { type AnswerError, MandateError, type ToldApproval } from './mandate-error.ts'

export interface Answer {
  readonly data: unknown
  /** What is told beside the data: a dry run, what remains of budgets. */
  readonly extensions: Readonly<Record<string, unknown>>
}

/** The HTTP answer, read to its end. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/**
 * Reads an answer.
 * @throws {@link MandateError} where it has an error
 */
export function readAnswer(http: HttpAnswer, endpoint: string): Answer {
  const body = recordOf(parseJson(http.text))
  const errors = listOf(body?.['errors']).map(toAnswerError)
  const extensions = recordOf(body?.['extensions']) ?? {}
  if (body === null || (errors.length === 0 && !('data' in body))) throw notGraphql(http, endpoint)
  if (errors.length === 0) return { data: body['data'], extensions }
  throw refusalOf(http, errors, extensions, body['data'])
}

function refusalOf(
  { status, headers }: HttpAnswer,
  errors: readonly AnswerError[],
  extensions: Answer['extensions'],
  data: unknown,
): MandateError {
  const told = gravest(errors)
  const code = codeOf(told)
  const seconds = told.extensions['retryAfterSeconds']
  return new MandateError({
    code,
    message: told.message,
    next: textOf(told.extensions['next']) ?? '',
    status,
    // One error that stays is enough for the whole to stay as it is.
    retryable: errors.every((each) => treatmentOf(codeOf(each)) === 'retry'),
    retryAfterMs: typeof seconds === 'number' ? seconds * 1_000 : retryAfterOf(headers),
    requestId: headers.get('mandate-request-id'),
    errors,
    approval: approvalOf(told.extensions['approval'] ?? extensions['approval']),
    data,
  })
}

/** The error that decides what to do: that people are asked, then one that stays, then one that passes. */
function gravest(errors: readonly AnswerError[]): AnswerError {
  const rank = (error: AnswerError): number => {
    const treatment = treatmentOf(codeOf(error))
    return treatment === 'await' ? 0 : treatment === 'retry' ? 2 : 1
  }
  return errors.reduce((worst, each) => (rank(each) < rank(worst) ? each : worst))
}

function notGraphql({ status, headers }: HttpAnswer, endpoint: string): MandateError {
  return new MandateError({
    code: 'NOT_GRAPHQL',
    message: `What answers at ${endpoint} (status ${status}) is not GraphQL.`,
    next: 'See that the address is that of the gateway, and what stands between.',
    status,
    retryable: status === 429 || status >= 500,
    retryAfterMs: retryAfterOf(headers),
    requestId: headers.get('mandate-request-id'),
  })
}

function codeOf({ extensions }: AnswerError): string {
  return textOf(extensions['code']) ?? 'UNKNOWN'
}

function toAnswerError(value: unknown): AnswerError {
  const error = recordOf(value) ?? {}
  const path = error['path']
  return {
    message: textOf(error['message']) ?? 'An error without a message.',
    ...(Array.isArray(path) ? { path: path as (string | number)[] } : {}),
    extensions: recordOf(error['extensions']) ?? {},
  }
}

function approvalOf(value: unknown): ToldApproval | null {
  const told = recordOf(value)
  const id = textOf(told?.['id'])
  if (told === null || id === null) return null
  return {
    id,
    status: textOf(told['status']) ?? 'PENDING',
    expiresAt: textOf(told['expiresAt']),
    approvers: listOf(told['approvers']).filter((role) => typeof role === 'string'),
    outcome: textOf(told['outcome']),
    reason: textOf(told['reason']),
  }
}

/** RFC 9110, section 10.2.3, in seconds; the other form, a date, is none of the gateway's. */
function retryAfterOf(headers: Headers): number | null {
  const value = headers.get('retry-after')
  return value !== null && /^\d+$/u.test(value) ? Number(value) * 1_000 : null
}

/** The value, where it is an object. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null
}

/** The JSON in a text; null where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
