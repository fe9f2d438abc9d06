/** An answer as it leaves: status, headers, body. Made from Apollo Server's response, or from a refusal before it. */
import type { HTTPGraphQLResponse } from '@apollo/server'
import { GraphQLError } from 'graphql'
import { type ErrorCode, catalog, isErrorCode, isRefusal, refusal } from '../../lib/errors.ts'
import type { Arrival } from '../exchange.ts'
import type { Log } from '../log.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Catalogue codes of the errors in it, once each. */
  readonly codes: readonly ErrorCode[]
  /** What became of the operation's data: `whole`, with errors beside it (`partial`), or none. */
  readonly data: 'whole' | 'partial' | 'none'
  /** The refusal it was made from, where there is one: the ledger may know a truer reason. */
  readonly cause: unknown
}

/** Reads Apollo Server's complete response. */
export function answerFrom(response: HTTPGraphQLResponse): Answer {
  // INVARIANT: incremental delivery is not offered, so every response is complete.
  if (response.body.kind !== 'complete') throw new Error('Incremental responses are not supported.')
  const body = response.body.string
  const { codes, data, refused } = readBody(body)
  return {
    // Apollo Server answers some refusals with 200; the catalogue knows better.
    status: refused && (response.status ?? 200) === 200 ? catalog[refused].status : (response.status ?? 200),
    headers: Object.fromEntries(response.headers),
    body,
    codes,
    data,
    cause: null,
  }
}

/** Makes the answer for an error thrown before or beside Apollo Server; what is not a refusal is masked and logged. */
export function refusalAnswer(error: unknown, arrival: Arrival, log: Log): Answer {
  const known = isRefusal(error) ? error : masked(error, arrival, log)
  const { http, ...extensions } = known.extensions
  const code = extensions['code'] as ErrorCode
  return {
    status: (http as { status: number } | undefined)?.status ?? catalog[code].status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: `${JSON.stringify({ errors: [{ message: known.message, extensions }] })}\n`,
    codes: [code],
    data: 'none',
    cause: error,
  }
}

function masked(error: unknown, arrival: Arrival, log: Log): GraphQLError {
  log.error({ requestId: arrival.requestId, err: error }, 'a request failed')
  return refusal('INTERNAL_SERVER_ERROR', 'The gateway failed.', { requestId: arrival.requestId })
}

/** Errors are few and stand first in the body, so an answer without them is not parsed again. */
function readBody(body: string): Pick<Answer, 'codes' | 'data'> & { readonly refused: ErrorCode | null } {
  if (!body.startsWith('{"errors":')) return { codes: [], data: 'whole', refused: null }
  const parsed = JSON.parse(body) as { errors?: { extensions?: { code?: unknown } }[]; data?: unknown }
  const codes = new Set((parsed.errors ?? []).map((error) => error.extensions?.code).filter(isErrorCode))
  const [first = null] = codes
  return { codes: [...codes], data: parsed.data ? 'partial' : 'none', refused: 'data' in parsed ? null : first }
}
