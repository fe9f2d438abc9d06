/** Tells a caller's mistake that PostgreSQL found from a failure of PostgreSQL (appendix A of its manual, SQLSTATE). */
import { isRefusal, refusal } from '../../lib/errors.ts'
import { fieldName } from './entity-table.ts'

interface DatabaseFailure {
  readonly code: string
  readonly constraint?: string
  readonly table?: string
}

/** The refusal that a database error means, or the error itself where the caller is not to blame. */
export function explainFailure(error: unknown): unknown {
  if (isRefusal(error) || !isDatabaseFailure(error)) return error
  const field = fieldOf(error)
  const details = field ? { argument: field } : {}
  const named = field ? `The argument \`${field}\`` : 'An argument'
  switch (error.code) {
    case '23503':
      return refusal('INVALID_INPUT', `${named} names a record that does not exist.`, details)
    case '23505':
      return refusal('INVALID_INPUT', `${named} has a value that another record has already.`, details)
    case '23514':
      return refusal('INVALID_INPUT', `${named} has a value that the system does not accept.`, details)
    case '22003':
      return refusal('INVALID_INPUT', 'A number is larger than the system can store.')
    case '22021':
    case '22P05':
      return refusal('INVALID_INPUT', 'A text has a character that the system cannot store.')
    default:
      return error
  }
}

function isDatabaseFailure(error: unknown): error is DatabaseFailure {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}

/** PostgreSQL names constraints `<table>_<column>_<kind>`, and so do our migrations. */
function fieldOf({ constraint, table }: DatabaseFailure): string | null {
  if (!constraint || !table) return null
  const column = /^(.+)_(?:fkey|key|check)$/.exec(constraint.slice(table.length + 1))?.[1]
  return column ? fieldName(column) : null
}
