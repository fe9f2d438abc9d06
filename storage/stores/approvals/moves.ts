/** Moves a request from one state to another: one conditional update each, so that of two that try only one succeeds. */
import type { Kysely, Transaction, Updateable } from 'kysely'
import type { Tables } from '../../tables.ts'
import type { ApprovalTables } from '../../tables/approvals.ts'
import type { ApprovalRequest, ApprovalStage, ApprovalStatus } from './request.ts'
import { mayStep } from './states.ts'

/** A database, or one transaction of it. */
export type Writes = Pick<Kysely<Tables> | Transaction<Tables>, 'updateTable'>

type Values = Updateable<ApprovalTables['mandate.approvals']>

export interface MoveValues {
  readonly reason?: string | null
  readonly settledBy?: string | null
  readonly useUntil?: Date
}

/**
 * Moves a request that was read. False when somebody else has changed it since.
 * @throws where the table of steps has no such step, which is a mistake of ours
 */
export async function moveApproval(
  db: Writes,
  { id, version, status }: Pick<ApprovalRequest, 'id' | 'version' | 'status'>,
  to: ApprovalStatus,
  { reason, settledBy, useUntil }: MoveValues,
  now: Date,
): Promise<boolean> {
  if (!mayStep(status, to)) throw new Error(`A request for approval cannot go from ${status} to ${to}.`)
  return change(db, { id, version, status }, now, {
    status: to,
    ...(reason === undefined ? {} : { reason }),
    ...(settledBy === undefined ? {} : { settled_by: settledBy }),
    ...(useUntil === undefined ? {} : { use_until: useUntil }),
  })
}

/** Goes on to another stage of a request that stays pending. */
export function enterStage(
  db: Writes,
  request: Pick<ApprovalRequest, 'id' | 'version' | 'status'>,
  {
    stages,
    stage,
    deadline,
  }: { readonly stages: readonly ApprovalStage[]; readonly stage: number; readonly deadline: Date },
  now: Date,
): Promise<boolean> {
  return change(db, request, now, {
    stages: JSON.stringify(stages),
    stage,
    candidates: stages[stage]?.candidates ?? '',
    deadline,
  })
}

/** Counts a change that left the state as it is: a vote, a delegation. */
export function touchApproval(
  db: Writes,
  request: Pick<ApprovalRequest, 'id' | 'version' | 'status'>,
  now: Date,
): Promise<boolean> {
  return change(db, request, now, {})
}

/** Takes the request out of the way of the one that its amendment will become. */
export function supersedeApproval(
  db: Writes,
  request: Pick<ApprovalRequest, 'id' | 'version' | 'status'>,
  amendment: string,
  by: string,
  now: Date,
): Promise<boolean> {
  return change(db, request, now, {
    status: 'SUPERSEDED',
    amendment,
    amendment_state: 'WAITING',
    settled_by: by,
  })
}

async function change(
  db: Writes,
  { id, version, status }: Pick<ApprovalRequest, 'id' | 'version' | 'status'>,
  now: Date,
  values: Values,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('mandate.approvals')
    .set({ ...values, version: version + 1, updated_at: now })
    .where('id', '=', id)
    .where('version', '=', version)
    .where('status', '=', status)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
