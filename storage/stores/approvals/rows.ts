/** Rows as requests, votes and delegations. */
import type { Selectable } from 'kysely'
import type { PrincipalId } from '../../../lib/caller.ts'
import type { ApprovalTables } from '../../tables/approvals.ts'
import type { ApprovalDelegation, ApprovalExecution, ApprovalRequest, ApprovalVote } from './request.ts'

type Row = Selectable<ApprovalTables['mandate.approvals']>

/** The request of a row; its JSON was written by this process or another of the same kind. */
export function toRequest(row: Row): ApprovalRequest {
  return {
    id: row.id,
    version: row.version,
    status: row.status,
    initiator: row.initiator as PrincipalId,
    caller: parsed(row.caller),
    excluded: parsed(row.excluded),
    actionHash: row.action_hash,
    groupKey: row.group_key,
    operationName: row.operation_name,
    document: row.document,
    variables: parsed(row.variables),
    policyRevision: row.policy_revision,
    asked: parsed(row.asked),
    terms: parsed(row.terms),
    stages: parsed(row.stages),
    stage: row.stage,
    deadline: row.deadline,
    targets: parsed(row.targets),
    preview: parsed(row.preview),
    previewHash: row.preview_hash,
    requestId: row.request_id,
    amends: row.amends,
    amendedBy: row.amended_by as PrincipalId | null,
    amendment: row.amendment === null ? null : parsed(row.amendment),
    amendmentState: row.amendment_state,
    successor: row.successor,
    reason: row.reason,
    settledBy: row.settled_by,
    useUntil: row.use_until,
    execution: toExecution(row),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function toExecution(row: Row): ApprovalExecution | null {
  if (row.executor === null || row.claimed_at === null) return null
  return {
    executor: row.executor,
    claimedAt: row.claimed_at,
    requestId: row.execution_request_id,
    outcome: row.outcome,
    status: row.result_status,
    result: row.result,
    executedAt: row.executed_at,
  }
}

/** The vote of a row. */
export function toVote(row: Selectable<ApprovalTables['mandate.approval_votes']>): ApprovalVote {
  return {
    stage: row.stage,
    voter: row.voter as PrincipalId,
    onBehalfOf: row.on_behalf_of as PrincipalId | null,
    verdict: row.verdict,
    comment: row.comment,
    at: row.at,
  }
}

/** The delegation of a row. */
export function toDelegation(row: Selectable<ApprovalTables['mandate.approval_delegations']>): ApprovalDelegation {
  return {
    stage: row.stage,
    from: row.from_id as PrincipalId,
    to: row.to_id as PrincipalId,
    depth: row.depth,
    reason: row.reason,
    at: row.at,
  }
}

/** Each column has one shape, which its writer gave it. */
function parsed(json: string): never {
  return JSON.parse(json) as never
}
