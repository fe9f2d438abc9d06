/** A request in the form of the contract, as one caller may see it: enums in capitals, values as JSON, nothing for outsiders. */
import type { Caller } from '../../../lib/caller.ts'
import { eligibilityOf, type Voter } from '../../../storage/stores/approvals/eligibility.ts'
import { isApprover, isInitiator } from '../../../storage/stores/approvals/participants.ts'
import type {
  ApprovalCase,
  ApprovalExecution,
  ApprovalPreview,
  ApprovalStage,
  PreviewAct,
} from '../../../storage/stores/approvals/request.ts'
import { statusAt } from '../../../storage/stores/approvals/states.ts'

/** Who reads, and when. */
export interface Reader {
  readonly caller: Caller
  readonly now: Date
}

/** The request as the caller may see it. */
export function approvalNode(found: ApprovalCase, { caller, now }: Reader) {
  const { request, votes, delegations } = found
  const status = statusAt(request, now)
  const ends = status === 'PENDING' ? request.deadline : status === 'APPROVED' ? request.useUntil : null
  const because = whyNotDecidable(found, caller, now)
  const decides = isApprover(found, caller)
  return {
    id: request.id,
    version: request.version,
    status,
    initiator: request.initiator,
    onBehalfOf: request.caller.onBehalfOf,
    actors: request.caller.actors.map(({ id }) => id),
    purpose: request.caller.purpose,
    task: request.caller.task,
    requestId: request.requestId,
    actionHash: request.actionHash,
    policyRevision: request.policyRevision,
    createdAt: request.createdAt,
    expiresAt: ends,
    stages: request.stages.map((stage, index) => stageNode(stage, index, found)),
    votes: votes.map(({ voter, onBehalfOf, verdict, stage, comment, at }) => ({
      voter,
      onBehalfOf,
      verdict,
      stage,
      comment,
      at,
    })),
    delegations: delegations.map(({ from, to, depth, stage, reason, at }) => ({ from, to, depth, stage, reason, at })),
    // It shows records as the approvers may read them: whoever only asked for the act may not.
    preview: decides ? previewNode(request.preview) : null,
    previewHash: request.previewHash,
    decidable: because === null,
    notDecidableBecause: because,
    reason: request.reason,
    settledBy: request.settledBy,
    amends: request.amends,
    successor: request.successor,
    execution:
      request.execution === null ? null : executionNode(request.execution, decides || isInitiator(found, caller)),
  }
}

/** The voter that a caller would be. */
export function voterOf({ id, kind, roles, onBehalfOf, authenticatedAt }: Caller): Voter {
  return { id, kind, roles, onBehalfOf, authenticatedAt }
}

function whyNotDecidable(found: ApprovalCase, caller: Caller, now: Date): string | null {
  const { request } = found
  const status = statusAt(request, now)
  if (status !== 'PENDING') return `The request is ${status}.`
  if (request.deadline <= now) return 'The time of this stage is over.'
  const eligibility = eligibilityOf(found, voterOf(caller), now)
  return eligibility.eligible ? null : eligibility.message
}

function stageNode(stage: ApprovalStage, index: number, { request, votes }: ApprovalCase) {
  return {
    role: stage.candidates,
    quorum: stage.quorum,
    approvals: votes.filter((vote) => vote.stage === index && vote.verdict === 'APPROVE').length,
    rejections: stage.rejections,
    current: request.status === 'PENDING' && request.stage === index,
    escalated: stage.escalated === true,
    escalatesTo: stage.onExpiry === 'DENY' ? null : stage.onExpiry.escalateTo,
  }
}

function previewNode({ acts, asked, readBefore, quotation }: ApprovalPreview) {
  return {
    acts: acts.map((act) => actNode(act)),
    asked: asked.map((ask) => ({ ...ask, lineage: ask.lineage.map((read) => ({ ...read, at: new Date(read.at) })) })),
    readBefore: readBefore.map((read) => ({ ...read, at: new Date(read.at) })),
    quotation,
  }
}

function actNode({ coordinate, arguments: leaves, path: _path, ...act }: PreviewAct) {
  return {
    ...act,
    mutation: coordinate,
    arguments: leaves.map(({ value, current, ...leaf }) => ({
      ...leaf,
      value: JSON.stringify(value),
      current: current === null ? null : JSON.stringify(current),
    })),
  }
}

function executionNode(
  { claimedAt, requestId, outcome, status, result, executedAt }: ApprovalExecution,
  mayRead: boolean,
) {
  return { claimedAt, requestId, outcome, status, result: mayRead ? result : null, executedAt }
}
