/** Who may know of a request: those who asked for it and those who decide. For everybody else it does not exist. */
import type { Caller } from '../../../lib/caller.ts'
import type { ApprovalCase } from './request.ts'

type Principal = Pick<Caller, 'id' | 'kind' | 'roles' | 'onBehalfOf'>

/** Whether it asked for the act itself: the same principal for the same person. */
export function isInitiator({ request }: ApprovalCase, { id, onBehalfOf }: Principal): boolean {
  return request.initiator === id && request.caller.onBehalfOf === onBehalfOf
}

/** Whether it is one of those who decide, have decided, or could have: by role, or by a place that was handed over. */
export function isApprover(
  { request, votes, delegations }: ApprovalCase,
  { id, kind, roles, onBehalfOf }: Principal,
): boolean {
  if (kind !== 'person' || onBehalfOf !== null) return false
  if (votes.some(({ voter }) => voter === id)) return true
  const reached = request.stages.slice(0, request.stage + 1)
  if (reached.some(({ candidates }) => roles.includes(candidates))) return true
  return delegations.some(({ to }) => to === id)
}

/** Whether it may see the request at all. */
export function takesPart(found: ApprovalCase, principal: Principal): boolean {
  return isInitiator(found, principal) || isApprover(found, principal)
}
