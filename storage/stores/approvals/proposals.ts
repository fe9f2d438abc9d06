/** Stores a request for approval, or finds the one that the same act has already. */
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Tables } from '../../tables.ts'
import type { ApprovalRequest, ApprovalStatus } from './request.ts'
import { toRequest } from './rows.ts'
import { moveApproval } from './moves.ts'

/** A request that is not stored yet. */
export interface NewApproval extends Pick<
  ApprovalRequest,
  | 'id'
  | 'initiator'
  | 'caller'
  | 'excluded'
  | 'actionHash'
  | 'groupKey'
  | 'operationName'
  | 'document'
  | 'variables'
  | 'policyRevision'
  | 'asked'
  | 'terms'
  | 'stages'
  | 'deadline'
  | 'targets'
  | 'preview'
  | 'previewHash'
  | 'requestId'
  | 'amends'
  | 'amendedBy'
> {
  /** Equal for repetitions of one act with one idempotency key, whatever has changed around it. */
  readonly repeatHash: string
  /** Equal for acts with the same arguments, whatever their key. */
  readonly likenessHash: string
}

export interface ProposalLimits {
  /** Open requests that one initiator may have. */
  readonly open: number
  /** How long a rejected act is not asked for again. */
  readonly coolDownSeconds: number
  /** How long an executed act answers a repetition of its key. */
  readonly repeatSeconds: number
}

export type ProposalResult =
  | { readonly kind: 'stored' | 'open' | 'executed'; readonly request: ApprovalRequest }
  | { readonly kind: 'rejected-before'; readonly request: ApprovalRequest }
  | { readonly kind: 'too-many'; readonly open: number }

/**
 * Stores the request. At most one is open for one act, however many gateways are asked at once; the one that it amends, or that is
 * for the same key at another state of the records, makes room for it.
 */
export function storeProposal(
  kysely: Kysely<Tables>,
  proposed: NewApproval,
  limits: ProposalLimits,
  now: Date,
): Promise<ProposalResult> {
  return kysely.transaction().execute(async (transaction) => {
    // INVARIANT: proposals of one initiator come one after the other, so that neither the limit nor the one open request is raced.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`approvals ${proposed.initiator}`}, 0))`.execute(
      transaction,
    )
    const earlier = await earlierOf(transaction, proposed, limits, now)
    if (earlier !== null) return earlier
    await lapseOlder(transaction, proposed, now)
    const open = await countOpen(transaction, proposed.initiator)
    if (open >= limits.open) return { kind: 'too-many', open }
    await insert(transaction, proposed, now)
    const stored = await latest(transaction, 'action_hash', proposed.actionHash, ['PENDING'])
    if (stored === null) throw new Error('A request for approval was not stored.')
    return { kind: 'stored', request: stored }
  })
}

async function earlierOf(
  transaction: Transaction<Tables>,
  { actionHash, repeatHash, likenessHash, amends }: NewApproval,
  { coolDownSeconds, repeatSeconds }: ProposalLimits,
  now: Date,
): Promise<ProposalResult | null> {
  const same = await latest(transaction, 'action_hash', actionHash, ['PENDING', 'APPROVED'])
  if (same !== null) return { kind: 'open', request: same }
  // What a person changed is another act, whatever became of the first.
  if (amends !== null) return null
  const repeated = await latest(transaction, 'repeat_hash', repeatHash, ['CONSUMED'])
  if (repeated !== null && since(repeated, now) < repeatSeconds) {
    return { kind: 'executed', request: repeated }
  }
  const alike = await latest(transaction, 'likeness_hash', likenessHash, ['REJECTED'])
  if (alike !== null && since(alike, now) < coolDownSeconds) {
    return { kind: 'rejected-before', request: alike }
  }
  return null
}

/** The same key at another state of its records: what people would decide about is not what would run. */
async function lapseOlder(transaction: Transaction<Tables>, { repeatHash }: NewApproval, now: Date): Promise<void> {
  const older = await latest(transaction, 'repeat_hash', repeatHash, ['PENDING'])
  if (older === null) return
  await moveApproval(
    transaction,
    older,
    'LAPSED',
    { reason: 'The same act was asked for again, in another form or on other records.' },
    now,
  )
}

async function countOpen(transaction: Transaction<Tables>, initiator: string): Promise<number> {
  const { open } = await transaction
    .selectFrom('mandate.approvals')
    .select((row) => row.fn.countAll<number>().as('open'))
    .where('initiator', '=', initiator)
    .where('status', 'in', ['PENDING', 'APPROVED'])
    .executeTakeFirstOrThrow()
  return open
}

/** The one with this hash in one of the statuses that changed last. */
async function latest(
  transaction: Transaction<Tables>,
  column: 'action_hash' | 'repeat_hash' | 'likeness_hash',
  hash: string,
  statuses: readonly ApprovalStatus[],
): Promise<ApprovalRequest | null> {
  const row = await transaction
    .selectFrom('mandate.approvals')
    .selectAll()
    .where(column, '=', hash)
    .where('status', 'in', statuses)
    .orderBy('updated_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .forUpdate()
    .executeTakeFirst()
  return row === undefined ? null : toRequest(row)
}

async function insert(transaction: Transaction<Tables>, proposed: NewApproval, now: Date): Promise<void> {
  await transaction
    .insertInto('mandate.approvals')
    .values({
      id: proposed.id,
      version: 1,
      status: 'PENDING',
      initiator: proposed.initiator,
      caller: JSON.stringify(proposed.caller),
      excluded: JSON.stringify(proposed.excluded),
      action_hash: proposed.actionHash,
      repeat_hash: proposed.repeatHash,
      likeness_hash: proposed.likenessHash,
      group_key: proposed.groupKey,
      operation_name: proposed.operationName,
      document: proposed.document,
      variables: JSON.stringify(proposed.variables),
      policy_revision: proposed.policyRevision,
      asked: JSON.stringify(proposed.asked),
      terms: JSON.stringify(proposed.terms),
      stages: JSON.stringify(proposed.stages),
      stage: 0,
      candidates: proposed.stages[0]?.candidates ?? '',
      deadline: proposed.deadline,
      targets: JSON.stringify(proposed.targets),
      preview: JSON.stringify(proposed.preview),
      preview_hash: proposed.previewHash,
      request_id: proposed.requestId,
      amends: proposed.amends,
      amended_by: proposed.amendedBy,
      created_at: now,
      updated_at: now,
    })
    .execute()
}

function since({ updatedAt }: ApprovalRequest, now: Date): number {
  return (now.getTime() - updatedAt.getTime()) / 1000
}
