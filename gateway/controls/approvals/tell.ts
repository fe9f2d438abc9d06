/** What an agent is told of a request for approval, as data: `extensions.approval`, and each event of its stream. */
import type { ApprovalRequest, ApprovalStatus, ExecutionOutcome } from '../../../storage/stores/approvals/request.ts'
import { statusAt } from '../../../storage/stores/approvals/states.ts'

export interface ToldApproval {
  readonly id: string
  readonly status: ApprovalStatus
  /** When the present stage, or the approval itself, ends. */
  readonly expiresAt: string | null
  /** Roles that decide, in their order. */
  readonly approvers: readonly string[]
  /** What came of it, once it has been carried out. */
  readonly outcome: ExecutionOutcome | null
  /** Why it came to its end, or null. */
  readonly reason: string | null
  /** The request that an amendment made of it, or null. */
  readonly successor: string | null
  /** Where each change is told as it happens (server-sent events). */
  readonly events: string
}

/** Tells of a request, as time has left it. */
export function tellApproval(request: ApprovalRequest, now: Date): ToldApproval {
  const { id, stages, deadline, useUntil, execution, reason, successor } = request
  const status = statusAt(request, now)
  const ends = status === 'PENDING' ? deadline : status === 'APPROVED' ? useUntil : null
  return {
    id,
    status,
    expiresAt: ends?.toISOString() ?? null,
    approvers: stages.filter(({ escalated }) => escalated !== true).map(({ candidates }) => candidates),
    outcome: execution?.outcome ?? null,
    reason,
    successor,
    events: `/approvals/${id}/events`,
  }
}
