/** The states of a request for approval, the steps between them, and how time alone moves it. */
import type { ApprovalRequest, ApprovalStatus } from './request.ts'

/** From each status, the statuses that one step reaches. A stage that is decided while another waits stays `PENDING`. */
export const approvalSteps = {
  PENDING: ['APPROVED', 'REJECTED', 'SUPERSEDED', 'EXPIRED', 'CANCELLED', 'LAPSED'],
  APPROVED: ['CONSUMED', 'LAPSED'],
  REJECTED: [],
  SUPERSEDED: [],
  EXPIRED: [],
  CANCELLED: [],
  CONSUMED: [],
  LAPSED: [],
} as const satisfies Record<ApprovalStatus, readonly ApprovalStatus[]>

/** Whether a step is one of the table. */
export function mayStep(from: ApprovalStatus, to: ApprovalStatus): boolean {
  return (approvalSteps[from] as readonly ApprovalStatus[]).includes(to)
}

/** What time does to a request: the timer writes it down, and whoever reads before the timer sees the same. */
export function statusAt({ status, deadline, useUntil, stages, stage }: Timed, now: Date): ApprovalStatus {
  if (status === 'PENDING' && deadline <= now && stages[stage]?.onExpiry === 'DENY') return 'EXPIRED'
  if (status === 'APPROVED' && useUntil !== null && useUntil <= now) return 'LAPSED'
  return status
}

type Timed = Pick<ApprovalRequest, 'status' | 'deadline' | 'useUntil' | 'stages' | 'stage'>

/** Whether nothing will happen to it any more; an executed one is settled when its outcome is known. */
export function isSettled(request: Timed & Pick<ApprovalRequest, 'execution' | 'amendmentState'>, now: Date): boolean {
  const status = statusAt(request, now)
  if (status === 'PENDING' || status === 'APPROVED') return false
  if (status === 'SUPERSEDED') return request.amendmentState !== 'WAITING'
  return status !== 'CONSUMED' || request.execution?.outcome != null
}
