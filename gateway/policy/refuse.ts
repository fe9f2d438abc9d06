/** What a caller is told about a decision: every field that it may know of, why, which scopes are missing, whom to ask. */
import type { GraphQLError } from 'graphql'
import { refusal } from '../../lib/errors.ts'
import type { DeniedField, Decision } from './decide.ts'
import type { RequestDraft } from './request-draft.ts'

/** The refusal that a decision means, or null when the operation may go on. */
export function refuseDecision(decision: Decision, draft: RequestDraft | null = null): GraphQLError | null {
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
        ...(draft === null ? {} : { request: { query: draft.query, variables: draft.variables }, next: nextOf(draft) }),
      })
  }
}

function nextOf({ enough }: RequestDraft): string {
  const ask = 'Send `request`, with your own reason in it, to ask those who answer for these fields for access'
  return enough
    ? `Drop the named fields. Or: ${ask}, and repeat the operation under its purpose once it is granted.`
    : `Drop the fields that nobody can open to you. For the others: ${ask}.`
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
