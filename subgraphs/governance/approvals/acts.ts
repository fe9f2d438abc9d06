/** What every mutation about an approval has in common: one transaction that holds the request, one result for each key. */
import type { Transaction } from 'kysely'
import { refusal } from '../../../lib/errors.ts'
import type { Tables } from '../../../storage/tables.ts'
import { findApproval } from '../../../storage/stores/approvals/approvals.ts'
import { moveApproval } from '../../../storage/stores/approvals/moves.ts'
import { takesPart } from '../../../storage/stores/approvals/participants.ts'
import type { ApprovalCase, ApprovalStatus } from '../../../storage/stores/approvals/request.ts'
import { approvalSteps, statusAt } from '../../../storage/stores/approvals/states.ts'
import { requireFound, requireStep, requireVersion } from '../../acts.ts'
import type { SubgraphContext } from '../../context.ts'
import { claimKey, keepResult } from '../../sources/idempotency.ts'
import { approvalNode } from './nodes.ts'
import type { ApprovalServices } from './services.ts'

export type ApprovalContext = SubgraphContext<ApprovalServices>

/** What every input of these mutations has. */
export interface ApprovalInput {
  readonly idempotencyKey: string
  readonly id: string
  readonly expectedVersion: number
}

/** What an act changes, inside its transaction; what it throws undoes all of it. */
export type ApprovalChange = (transaction: Transaction<Tables>, found: ApprovalCase) => Promise<void>

/** Runs one act about one request, once for each key, and answers the request as it is afterwards. */
export async function actOn(act: string, input: ApprovalInput, context: ApprovalContext, change: ApprovalChange) {
  const { services, caller, now } = context
  const request = { idempotencyKey: input.idempotencyKey, principal: caller.id, act, args: { ...input } }
  const done = await services.database.kysely.transaction().execute(async (transaction) => {
    const untyped = transaction as unknown as Transaction<unknown>
    const claim = await claimKey(untyped, request, now)
    if (!claim.claimed && claim.result !== null) return 'replayed'
    const outcome = await changeInside(transaction, input, context, change)
    if (outcome === 'done') await keepResult(untyped, request, { id: input.id })
    return outcome
  })
  if (done !== 'replayed') await services.announceApproval(input.id)
  if (done === 'lapsed') throw lapsed(input.id)
  const found = requireFound(await findApproval(services.database.kysely, input.id), 'Approval', input.id)
  return { approval: approvalNode(found, { caller, now }), replayed: done === 'replayed' }
}

/** The same, inside a transaction of the caller's. `lapsed`: the policies have changed, and the request is out of date. */
export async function changeInside(
  transaction: Transaction<Tables>,
  input: Pick<ApprovalInput, 'id' | 'expectedVersion'>,
  { caller, statement, now }: ApprovalContext,
  change: ApprovalChange,
): Promise<'done' | 'lapsed'> {
  const found = await findApproval(transaction, input.id, 'lock')
  // Who takes no part learns nothing of which ids exist.
  const seen = requireFound(found !== null && takesPart(found, caller) ? found : null, 'Approval', input.id)
  requireVersion(seen.request, 'Approval', input)
  if (seen.request.status === 'PENDING' && seen.request.policyRevision !== statement.policyRevision) {
    const reason = 'The policies have changed since the act was asked for.'
    await moveApproval(transaction, seen.request, 'LAPSED', { reason }, now)
    return 'lapsed'
  }
  await change(transaction, seen)
  return 'done'
}

/** Passes when the request, as time has left it, can take the step. */
export function requireApprovalStep({ request }: ApprovalCase, to: ApprovalStatus, now: Date): void {
  requireStep(approvalSteps, statusAt(request, now), to, { entity: 'Approval', id: request.id })
  if (request.deadline > now) return
  throw refusal('APPROVAL_LAPSED', 'The time of this stage is over; the request goes to others in a moment.', {
    id: request.id,
  })
}

/** A text that a person writes, 1 to 500 characters. */
export function requireText(argument: string, text: string): string {
  const trimmed = text.trim()
  if (trimmed.length > 0 && trimmed.length <= 500) return trimmed
  throw refusal('INVALID_INPUT', `The argument \`${argument}\` must have 1 to 500 characters.`, { argument })
}

function lapsed(id: string) {
  return refusal('APPROVAL_LAPSED', `The policies have changed since the approval \`${id}\` was asked for.`, { id })
}
