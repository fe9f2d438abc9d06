/** What leaves a subgraph when a resolver fails: refusals as they are, everything else masked, its cause in the log. */
import type { GraphQLError } from 'graphql'
import { isRefusal, refusal, type ErrorDetails } from '../lib/errors.ts'
import type { Statement } from '../lib/statement.ts'
import type { SubgraphError } from './subgraph.ts'

/** The part of the structured log (pino) that subgraphs write to. */
export interface FailureLog {
  error(fields: ErrorDetails, message: string): void
}

interface FailureSite {
  readonly system: string
  readonly statement: Statement
  readonly signal: AbortSignal
  readonly log: FailureLog
}

/** One error of the answer. A failing system never reads as a denial, and its words never reach a caller. */
export function describeFailure(error: GraphQLError, site: FailureSite): SubgraphError {
  const shown = isRefusal(error) ? error : maskFailure(error, site)
  return {
    message: shown.message,
    ...(error.path ? { path: error.path } : {}),
    extensions: shown.extensions,
  }
}

function maskFailure(error: GraphQLError, { system, statement, signal, log }: FailureSite): GraphQLError {
  // Without a path nothing was resolved: a variable did not fit its type.
  if (!error.path) return refusal('BAD_USER_INPUT', `A variable does not fit what the system \`${system}\` takes.`)
  if (signal.aborted) return refusal('CANCELLED', `The system \`${system}\` was asked to stop.`)
  const { requestId } = statement
  log.error({ system, requestId, path: error.path, err: error.originalError ?? error }, 'a resolver failed')
  return refusal('SYSTEM_UNAVAILABLE', `The system \`${system}\` failed to answer.`)
}
