/**
 * Carries approved requests out: who tries, who claims, what came of it. The claim is one conditional update: of all gateways that
 * try, one succeeds, once.
 */
import type { Kysely } from 'kysely'
import type { Tables } from '../../tables.ts'
import type { Reads } from './approvals.ts'
import type { Writes } from './moves.ts'
import type { ApprovalRequest, ExecutionOutcome } from './request.ts'
import { toRequest } from './rows.ts'

/** What gateways have to do about requests now. */
export interface ApprovalWork {
  /** Approved, and nobody is trying. */
  readonly approved: readonly string[]
  /** The time of their stage, or of their approval, is over. */
  readonly due: readonly string[]
  /** Amended, and the amended act has not been asked for. */
  readonly amended: readonly string[]
  /** Claimed long ago by a gateway that never said what came of it. */
  readonly lost: readonly string[]
}

/** Reads the work of this moment; a claim from before `lostBefore` is lost. */
export async function approvalWork(db: Reads, now: Date, lostBefore: Date): Promise<ApprovalWork> {
  const rows = await db
    .selectFrom('mandate.approvals')
    .select(['id', 'status', 'amendment_state', 'attempt_until', 'deadline', 'use_until', 'claimed_at'])
    .where((row) =>
      row.or([
        row.and([row('status', '=', 'PENDING'), row('deadline', '<=', now)]),
        row('status', '=', 'APPROVED'),
        row('amendment_state', '=', 'WAITING'),
        row.and([row('status', '=', 'CONSUMED'), row('outcome', 'is', null), row('claimed_at', '<', lostBefore)]),
      ]),
    )
    .orderBy('id')
    .limit(200)
    .execute()
  const ids = (chosen: (row: (typeof rows)[number]) => boolean) => rows.filter(chosen).map(({ id }) => id)
  const isFree = (until: Date | null) => until === null || until <= now
  const isOver = (row: (typeof rows)[number]) => row.use_until !== null && row.use_until <= now
  return {
    approved: ids((row) => row.status === 'APPROVED' && !isOver(row) && isFree(row.attempt_until)),
    due: ids((row) => row.status === 'PENDING' || (row.status === 'APPROVED' && isOver(row))),
    amended: ids((row) => row.amendment_state === 'WAITING' && isFree(row.attempt_until)),
    lost: ids((row) => row.status === 'CONSUMED'),
  }
}

/**
 * Takes the right to try until `until`, so that gateways do not all try at once. It saves records of attempts that lose, and
 * nothing rests on it: that an act runs once is the claim's doing.
 */
export async function takeAttempt(
  db: Writes,
  id: string,
  by: string,
  { now, until }: { readonly now: Date; readonly until: Date },
): Promise<ApprovalRequest | null> {
  const row = await db
    .updateTable('mandate.approvals')
    .set({ attempt_by: by, attempt_until: until })
    .where('id', '=', id)
    .where((each) => each.or([each('attempt_until', 'is', null), each('attempt_until', '<=', now)]))
    .where((each) => each.or([each('status', '=', 'APPROVED'), each('amendment_state', '=', 'WAITING')]))
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? null : toRequest(row)
}

/** Claims an approved request for its one execution; false when it is not approved any more, not yet over, or not this act. */
export async function claimApproval(
  db: Writes,
  { id, actionHash }: { readonly id: string; readonly actionHash: string },
  { executor, requestId }: { readonly executor: string; readonly requestId: string },
  now: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('mandate.approvals')
    .set((row) => ({
      status: 'CONSUMED',
      version: row('version', '+', 1),
      executor,
      claimed_at: now,
      execution_request_id: requestId,
      updated_at: now,
    }))
    .where('id', '=', id)
    .where('status', '=', 'APPROVED')
    .where('action_hash', '=', actionHash)
    .where('use_until', '>', now)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Writes what came of an execution; whoever claimed it knows better than whoever gave it up for lost. */
export async function keepOutcome(
  db: Writes,
  { id, executor }: { readonly id: string; readonly executor: string },
  {
    outcome,
    status,
    result,
  }: { readonly outcome: ExecutionOutcome; readonly status: number; readonly result: string | null },
  now: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('mandate.approvals')
    .set((row) => ({
      outcome,
      result_status: status,
      result,
      executed_at: now,
      version: row('version', '+', 1),
      updated_at: now,
    }))
    .where('id', '=', id)
    .where('executor', '=', executor)
    .where((row) => row.or([row('outcome', 'is', null), row('outcome', '=', 'UNKNOWN')]))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Says of an execution whose gateway never answered that its outcome is unknown; it is never tried again. */
export async function giveUp(db: Writes, id: string, lostBefore: Date, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('mandate.approvals')
    .set((row) => ({ outcome: 'UNKNOWN', version: row('version', '+', 1), updated_at: now }))
    .where('id', '=', id)
    .where('status', '=', 'CONSUMED')
    .where('outcome', 'is', null)
    .where('claimed_at', '<', lostBefore)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Writes what became of an amendment: the request that it is now, or why there is none. */
export async function settleAmendment(
  db: Writes,
  id: string,
  settled: { readonly successor: string } | { readonly refused: string },
  now: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('mandate.approvals')
    .set((row) => ({
      ...('successor' in settled
        ? { amendment_state: 'PROPOSED' as const, successor: settled.successor }
        : { amendment_state: 'REFUSED' as const, reason: settled.refused }),
      version: row('version', '+', 1),
      updated_at: now,
    }))
    .where('id', '=', id)
    .where('amendment_state', '=', 'WAITING')
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/**
 * Cancels what an initiator has pending: it left the state in which it may act. Gives the ids; the caller of this announces and
 * records them.
 */
export async function cancelPendingOf(
  db: Pick<Kysely<Tables>, 'updateTable'>,
  initiator: string,
  { reason, by, now }: { readonly reason: string; readonly by: string; readonly now: Date },
): Promise<readonly string[]> {
  const rows = await db
    .updateTable('mandate.approvals')
    .set((row) => ({
      status: 'CANCELLED',
      reason,
      settled_by: by,
      version: row('version', '+', 1),
      updated_at: now,
    }))
    .where('initiator', '=', initiator)
    .where('status', '=', 'PENDING')
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}
