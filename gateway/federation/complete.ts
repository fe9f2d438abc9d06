/**
 * What a system answered and the schema does not allow. Apollo's gateway puts null in its place and tells of it beside the
 * errors; a caller must not take such a hole for an answer.
 */
import { type ExecutionResult, GraphQLError } from 'graphql'
import { refusal } from '../../lib/errors.ts'

/** Told of one answer at most: a thousand rows of one kind are wrong in one way. */
const mostErrors = 10

/** The result with an error for each value that does not fit. */
export function withMisfits({ extensions, ...result }: ExecutionResult): ExecutionResult {
  const misfits: unknown = extensions?.['valueCompletion']
  if (!Array.isArray(misfits) || misfits.length === 0 || result.errors?.length) return result
  return { ...result, errors: misfits.slice(0, mostErrors).map(misfit) }
}

function misfit(found: unknown): GraphQLError {
  const path = found instanceof GraphQLError && found.path?.length ? { path: found.path } : {}
  const message = 'A system gave an answer that does not fit its contract.'
  return refusal('SYSTEM_UNAVAILABLE', message, {}, { ...path, originalError: found instanceof Error ? found : null })
}
