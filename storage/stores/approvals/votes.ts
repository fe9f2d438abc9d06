/** Writes votes and delegations; they are only ever added. */
import type { Kysely, Transaction } from 'kysely'
import type { Tables } from '../../tables.ts'
import type { ApprovalDelegation, ApprovalVote } from './request.ts'

type Inserts = Pick<Kysely<Tables> | Transaction<Tables>, 'insertInto'>

/** Adds a vote. */
export async function addVote(
  db: Inserts,
  approvalId: string,
  { id, previewHash, ...vote }: ApprovalVote & { readonly id: string; readonly previewHash: string },
): Promise<void> {
  await db
    .insertInto('mandate.approval_votes')
    .values({
      id,
      approval_id: approvalId,
      stage: vote.stage,
      voter: vote.voter,
      on_behalf_of: vote.onBehalfOf,
      verdict: vote.verdict,
      preview_hash: previewHash,
      comment: vote.comment,
      at: vote.at,
    })
    .execute()
}

/** Adds a delegation. */
export async function addDelegation(
  db: Inserts,
  approvalId: string,
  { id, ...delegation }: ApprovalDelegation & { readonly id: string },
): Promise<void> {
  await db
    .insertInto('mandate.approval_delegations')
    .values({
      id,
      approval_id: approvalId,
      stage: delegation.stage,
      from_id: delegation.from,
      to_id: delegation.to,
      depth: delegation.depth,
      reason: delegation.reason,
      at: delegation.at,
    })
    .execute()
}
