/** Votes: one person, one decision, about exactly what was shown. The last one that is needed moves the request on. */
import type { Transaction } from 'kysely'
import { agentsBehind, type PrincipalId } from '../../../lib/caller.ts'
import { isRefusal, refusal } from '../../../lib/errors.ts'
import type { Tables } from '../../../storage/tables.ts'
import { ownersOf } from '../../../storage/stores/agents.ts'
import { eligibilityOf, tally } from '../../../storage/stores/approvals/eligibility.ts'
import { enterStage, moveApproval, touchApproval } from '../../../storage/stores/approvals/moves.ts'
import type { ApprovalCase, ApprovalVote } from '../../../storage/stores/approvals/request.ts'
import { addVote } from '../../../storage/stores/approvals/votes.ts'
import { claimKey, keepResult } from '../../sources/idempotency.ts'
import {
  actOn,
  type ApprovalContext,
  type ApprovalInput,
  changeInside,
  requireApprovalStep,
  requireText,
} from './acts.ts'
import { voterOf } from './nodes.ts'

interface Decision {
  readonly verdict: ApprovalVote['verdict']
  readonly expectedPreviewHash: string
  readonly comment: string | null
}

interface ApproveInput extends ApprovalInput {
  readonly expectedPreviewHash: string
  readonly comment?: string | null
}

/** Resolves `Mutation.approveRequest`. */
export function approveRequest(
  _source: unknown,
  { input }: { readonly input: ApproveInput },
  context: ApprovalContext,
) {
  const { expectedPreviewHash, comment } = input
  const decision = { verdict: 'APPROVE', expectedPreviewHash, comment: optionalText('input.comment', comment) } as const
  return actOn('Mutation.approveRequest', input, context, (transaction, found) =>
    vote(transaction, found, decision, context),
  )
}

/** Resolves `Mutation.rejectRequest`. */
export function rejectRequest(
  _source: unknown,
  { input }: { readonly input: ApprovalInput & { readonly expectedPreviewHash: string; readonly reason: string } },
  context: ApprovalContext,
) {
  const { expectedPreviewHash } = input
  const decision = {
    verdict: 'REJECT',
    expectedPreviewHash,
    comment: requireText('input.reason', input.reason),
  } as const
  return actOn('Mutation.rejectRequest', input, context, (transaction, found) =>
    vote(transaction, found, decision, context),
  )
}

interface OneOfSeveral extends Omit<ApproveInput, 'idempotencyKey'> {
  readonly verdict: ApprovalVote['verdict']
}

const mostAtOnce = 20

/** Resolves `Mutation.decideRequests`: each decision in a transaction of its own. */
export async function decideRequests(
  _source: unknown,
  { input }: { readonly input: { readonly idempotencyKey: string; readonly decisions: readonly OneOfSeveral[] } },
  context: ApprovalContext,
) {
  const { services, caller, now } = context
  const { idempotencyKey, decisions } = input
  const ids = new Set(decisions.map(({ id }) => id))
  if (decisions.length === 0 || decisions.length > mostAtOnce || ids.size !== decisions.length) {
    throw refusal('INVALID_INPUT', `Name 1 to ${mostAtOnce} requests, each once.`, { argument: 'input.decisions' })
  }
  const request = { idempotencyKey, principal: caller.id, act: 'Mutation.decideRequests', args: { ...input } }
  const inTransaction = <T>(work: (transaction: Transaction<Tables>) => Promise<T>) =>
    services.database.kysely.transaction().execute(work)
  const claim = await inTransaction((each) => claimKey(each as unknown as Transaction<unknown>, request, now))
  if (!claim.claimed && claim.result !== null) return { decisions: claim.result, replayed: true }
  // INVARIANT: a key without a result is of a request that was cut off; who has decided once is refused the second time.
  const made: Awaited<ReturnType<typeof decideOne>>[] = []
  for (const one of decisions) made.push(await decideOne(one, context))
  await inTransaction((each) => keepResult(each as unknown as Transaction<unknown>, request, made))
  return { decisions: made, replayed: false }
}

async function decideOne(one: OneOfSeveral, context: ApprovalContext) {
  const { services } = context
  try {
    const { verdict, expectedPreviewHash, comment } = one
    const said = verdict === 'REJECT' ? requireText('comment', comment ?? '') : optionalText('comment', comment)
    const outcome = await services.database.kysely
      .transaction()
      .execute((transaction) =>
        changeInside(transaction, one, context, (inside, found) =>
          vote(inside, found, { verdict, expectedPreviewHash, comment: said }, context),
        ),
      )
    await services.announceApproval(one.id)
    return outcome === 'done'
      ? { id: one.id, done: true, code: null, message: null }
      : {
          id: one.id,
          done: false,
          code: 'APPROVAL_LAPSED',
          message: 'The policies have changed since it was asked for.',
        }
  } catch (error) {
    if (!isRefusal(error)) throw error
    return { id: one.id, done: false, code: String(error.extensions['code']), message: error.message }
  }
}

/** Adds the vote, and moves the request on where the votes of its stage have come to something. */
async function vote(
  transaction: Transaction<Tables>,
  found: ApprovalCase,
  { verdict, expectedPreviewHash, comment }: Decision,
  { caller, now, services }: ApprovalContext,
): Promise<void> {
  const { request } = found
  requireApprovalStep(found, verdict === 'APPROVE' ? 'APPROVED' : 'REJECTED', now)
  // Who answers for an agent may have changed since it asked.
  const owners = (await ownersOf({ kysely: transaction }, agentsBehind(request.caller))) as readonly PrincipalId[]
  const present = { ...found, request: { ...request, excluded: [...request.excluded, ...owners] } }
  const seat = requireEligible(present, { caller, now })
  if (expectedPreviewHash !== request.previewHash) {
    throw refusal('VERSION_CONFLICT', 'What was read is not what this request shows; read it again.', {
      id: request.id,
      previewHash: request.previewHash,
    })
  }
  const cast = { stage: request.stage, voter: caller.id, onBehalfOf: seat, verdict, comment, at: now }
  await addVote(transaction, request.id, { ...cast, id: services.newId(), previewHash: expectedPreviewHash })
  const votes = [...found.votes, cast]
  const moved = await moveOn(transaction, { ...found, votes }, { by: caller.id, reason: comment }, now)
  // INVARIANT: the row is locked since it was read, so nobody else has changed it.
  if (!moved) throw new Error('A request for approval changed under its lock.')
}

function moveOn(
  transaction: Transaction<Tables>,
  found: ApprovalCase,
  settled: { readonly by: PrincipalId; readonly reason: string | null },
  now: Date,
): Promise<boolean> {
  const { request } = found
  switch (tally(found)) {
    case 'open':
      return touchApproval(transaction, request, now)
    case 'rejected':
      return moveApproval(transaction, request, 'REJECTED', { reason: settled.reason, settledBy: settled.by }, now)
    case 'approved': {
      const next = request.stages[request.stage + 1]
      if (next !== undefined) {
        const deadline = new Date(now.getTime() + next.pendingSeconds * 1000)
        return enterStage(transaction, request, { stages: request.stages, stage: request.stage + 1, deadline }, now)
      }
      const useUntil = new Date(now.getTime() + request.terms.useWithinSeconds * 1000)
      return moveApproval(transaction, request, 'APPROVED', { settledBy: settled.by, useUntil }, now)
    }
  }
}

/** Whose place the caller decides in. @throws `APPROVER_EXCLUDED` or `STEP_UP_REQUIRED` */
export function requireEligible(
  found: ApprovalCase,
  { caller, now }: Pick<ApprovalContext, 'caller' | 'now'>,
): PrincipalId | null {
  const eligibility = eligibilityOf(found, voterOf(caller), now)
  if (eligibility.eligible) return eligibility.onBehalfOf
  const code = eligibility.because === 'not-fresh' ? 'STEP_UP_REQUIRED' : 'APPROVER_EXCLUDED'
  throw refusal(code, eligibility.message, {
    id: found.request.id,
    because: eligibility.because,
    ...(code === 'STEP_UP_REQUIRED' ? { maxAge: found.request.terms.authenticatedWithinSeconds } : {}),
  })
}

function optionalText(argument: string, text: string | null | undefined): string | null {
  return text === null || text === undefined || text.trim() === '' ? null : requireText(argument, text)
}
