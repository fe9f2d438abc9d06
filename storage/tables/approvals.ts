/** Approvals as Kysely types; `storage/migrations/0014-approvals.ts` makes the tables. */
import type { ColumnType } from 'kysely'
import type { ApprovalStatus, ExecutionOutcome } from '../stores/approvals/request.ts'
import type { NullableTimestamp, Timestamp } from './versioned.ts'

/** Written once, never changed. */
type Once<T> = ColumnType<T, T, never>

interface ApprovalTable {
  readonly id: Once<string>
  readonly version: number
  readonly status: ApprovalStatus
  readonly initiator: Once<string>
  readonly caller: Once<string>
  readonly excluded: Once<string>
  readonly action_hash: Once<string>
  readonly repeat_hash: Once<string>
  readonly likeness_hash: Once<string>
  readonly group_key: Once<string>
  readonly operation_name: Once<string | null>
  readonly document: Once<string>
  readonly variables: Once<string>
  readonly policy_revision: Once<string>
  readonly asked: Once<string>
  readonly terms: Once<string>
  readonly stages: string
  readonly stage: number
  readonly candidates: string
  readonly deadline: Timestamp
  readonly targets: Once<string>
  readonly preview: Once<string>
  readonly preview_hash: Once<string>
  readonly request_id: Once<string>
  readonly amends: Once<string | null>
  readonly amended_by: Once<string | null>
  readonly amendment: string | null
  readonly amendment_state: 'WAITING' | 'PROPOSED' | 'REFUSED' | null
  readonly successor: string | null
  readonly reason: string | null
  readonly settled_by: string | null
  readonly use_until: NullableTimestamp
  readonly attempt_by: string | null
  readonly attempt_until: NullableTimestamp
  readonly executor: string | null
  readonly claimed_at: NullableTimestamp
  readonly execution_request_id: string | null
  readonly outcome: ExecutionOutcome | null
  readonly result_status: number | null
  readonly result: string | null
  readonly executed_at: NullableTimestamp
  readonly created_at: ColumnType<Date, Date, never>
  readonly updated_at: Timestamp
}

interface ApprovalVoteTable {
  readonly id: Once<string>
  readonly approval_id: Once<string>
  readonly stage: Once<number>
  readonly voter: Once<string>
  readonly on_behalf_of: Once<string | null>
  readonly verdict: Once<'APPROVE' | 'REJECT'>
  readonly preview_hash: Once<string>
  readonly comment: Once<string | null>
  readonly at: ColumnType<Date, Date, never>
}

interface ApprovalDelegationTable {
  readonly id: Once<string>
  readonly approval_id: Once<string>
  readonly stage: Once<number>
  readonly from_id: Once<string>
  readonly to_id: Once<string>
  readonly depth: Once<number>
  readonly reason: Once<string>
  readonly at: ColumnType<Date, Date, never>
}

export interface ApprovalTables {
  'mandate.approvals': ApprovalTable
  'mandate.approval_votes': ApprovalVoteTable
  'mandate.approval_delegations': ApprovalDelegationTable
}
