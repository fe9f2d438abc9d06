/** What a caller is told of a stop: that it is one, since when and until when. The reason is for people. */
import type { GraphQLError } from 'graphql'
import { refusal } from '../../../lib/errors.ts'
import type { Stop } from '../../../storage/stores/stops.ts'

const covered: Readonly<Record<Stop['scope']['kind'], string>> = {
  EVERYTHING: 'everything',
  ROLE: 'a role in the chain of this caller',
  AGENT: 'an agent in the chain of this caller',
  WORKFLOW: 'the workflow of this task',
  OPERATION: 'something that this operation asks for',
  SUBGRAPH: 'a system that this operation needs',
  EFFECT: 'changes of this impact',
}

/** What became of an operation that a stop reached. */
export type Reached = 'nothing-changed' | 'unknown'

/** The refusal of an operation that a stop covers. */
export function stoppedError({ id, scope, mode, engagedAt, expiresAt }: Stop, reached: Reached): GraphQLError {
  const until = expiresAt === null ? 'until a person releases it' : `until ${expiresAt.toISOString()}`
  const cut = reached === 'unknown' ? ' The operation was cut off, and it may have happened.' : ''
  return refusal('STOPPED', `A stop of ${covered[scope.kind]} is in force ${until}.${cut}`, {
    stop: {
      id,
      scope: scope.kind,
      mode,
      engagedAt: engagedAt.toISOString(),
      expiresAt: expiresAt?.toISOString() ?? null,
    },
    outcome: reached,
  })
}

/** The refusal where nobody knows whether a stop is in force. */
export function stopsUnavailable(): GraphQLError {
  return refusal('STOPS_UNAVAILABLE', 'Whether a stop is in force cannot be told, so nothing is done.')
}
