/** What a caller is told about a decision: every field that it may know of, why, which scopes are missing, whom to ask. */
import type { GraphQLError } from 'graphql'
import { refusal } from '../../lib/errors.ts'
import type { DeniedField, Decision } from './decide.ts'

/** The refusal that a decision means, or null when the operation may go on. */
export function refuseDecision(decision: Decision): GraphQLError | null {
  switch (decision.outcome) {
    case 'allow':
      return null
    case 'ask':
      return refusal('APPROVAL_REQUIRED', askMessage(decision), {
        asked: decision.asked,
        approvers: decision.approvers,
        policyRevision: decision.revision,
      })
    case 'deny':
      return refusal('POLICY_DENIED', denyMessage(decision.denied), {
        denied: decision.denied,
        missingScopes: decision.missingScopes,
        policyRevision: decision.revision,
      })
  }
}

function askMessage({ asked }: Extract<Decision, { outcome: 'ask' }>): string {
  const [first] = asked
  if (first === undefined) return 'A person must decide.'
  const others = asked.length === 1 ? '' : ` So must ${String(asked.length - 1)} more of the fields.`
  return `Field \`${first.coordinate}\` waits for a person with the role \`${first.approvers}\`: ${first.reason}.${others}`
}

function denyMessage(denied: readonly DeniedField[]): string {
  // INVARIANT: a denial of nothing but undisclosed fields is answered as a validation error before; this says as little.
  if (denied.length === 0) return 'The operation is not allowed.'
  return denied.map(({ coordinate, reason }) => `Field \`${coordinate}\` ${reason}.`).join(' ')
}
