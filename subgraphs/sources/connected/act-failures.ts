/** The refusals of acts that came to no clean end: which changes were made, which may have been, and how to look. */
import type { GraphQLError } from 'graphql'
import { refusal } from '../../../lib/errors.ts'
import type { Step } from './claims.ts'

/** Makes the refusals of one connector. */
export function actFailures(connector: string) {
  const list = (steps: readonly Step[]) =>
    steps.map(({ kind, entity, id, state }) => ({ kind, entity, id, made: state === 'done' ? 'yes' : 'unknown' }))
  return {
    /** Something was sent and not answered, or was answered and cannot be read. */
    outcomeUnknown(steps: readonly Step[], cause: unknown): GraphQLError {
      const names = steps.map(nameOf).join(', ')
      return refusal(
        'OUTCOME_UNKNOWN',
        `The system behind the connector \`${connector}\` did not say what became of this act; it may have changed ${names}.`,
        { connector, changes: list(steps) },
        cause instanceof Error ? { originalError: cause } : {},
      )
    },
    /** Some changes were made, a later one was not. */
    partlyDone(steps: readonly Step[], cause: GraphQLError | null): GraphQLError {
      const names = steps.map(nameOf).join(', ')
      const because = cause === null ? '' : ` The change after that failed: ${cause.message}`
      return refusal(
        'PARTLY_DONE',
        `This act was done in part: the system behind the connector \`${connector}\` has changed ${names}.${because}`,
        { connector, done: list(steps), ...(cause === null ? {} : { reason: cause.extensions['code'] }) },
      )
    },
  }
}

function nameOf({ entity, id }: Step): string {
  return id === null ? `a new ${entity}` : `${entity} \`${id}\``
}
