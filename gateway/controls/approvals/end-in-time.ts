/** Ends what time has ended: a stage goes to those it escalates to, or the request expires; an approval that nobody used lapses. */
import { findApproval } from '../../../storage/stores/approvals/approvals.ts'
import { giveUp } from '../../../storage/stores/approvals/execution.ts'
import { enterStage, moveApproval } from '../../../storage/stores/approvals/moves.ts'
import type { ApprovalRequest, ApprovalStage } from '../../../storage/stores/approvals/request.ts'
import { noteEvent } from '../../audit/note-event.ts'
import type { CarryOutOptions } from './carry-out.ts'

type EndOptions = Pick<CarryOutOptions, 'database' | 'world' | 'ledger' | 'watch' | 'currentRevision'>

/** Ends the stage, or the approval, whose time is over; of several gateways one does. */
export async function endInTime(id: string, options: EndOptions): Promise<void> {
  const { database, world } = options
  const now = world.now()
  const found = await findApproval(database.kysely, id)
  if (found === null) return
  const { request } = found
  if (request.status === 'APPROVED' && request.useUntil !== null && request.useUntil <= now) {
    const reason = 'Nobody could carry it out before its time was over.'
    if (await moveApproval(database.kysely, request, 'LAPSED', { reason }, now))
      await tell('approval.lapsed', id, options)
    return
  }
  if (request.status !== 'PENDING' || request.deadline > now) return
  const stage = request.stages[request.stage]
  if (stage === undefined || stage.onExpiry === 'DENY') {
    const reason = 'Nobody decided in time.'
    if (await moveApproval(database.kysely, request, 'EXPIRED', { reason }, now))
      await tell('approval.expired', id, options)
    return
  }
  if (await escalate(request, stage, stage.onExpiry.escalateTo, options)) await tell('approval.escalated', id, options)
}

/** Others decide in the place of those who did not; what was voted in the stage stays on record and counts no more. */
function escalate(
  request: ApprovalRequest,
  stage: ApprovalStage,
  to: string,
  { database, world }: EndOptions,
): Promise<boolean> {
  const now = world.now()
  const stages: ApprovalStage[] = [...request.stages]
  stages.splice(request.stage, 1, { ...stage, escalated: true }, { ...stage, candidates: to, onExpiry: 'DENY' })
  const deadline = new Date(now.getTime() + stage.pendingSeconds * 1000)
  return enterStage(database.kysely, request, { stages, stage: request.stage + 1, deadline }, now)
}

/** Says of an act that was claimed and never reported back that nobody knows its outcome. */
export async function tellLost(id: string, lostBefore: Date, options: EndOptions): Promise<void> {
  const { database, world } = options
  if (await giveUp(database.kysely, id, lostBefore, world.now())) await tell('approval.outcome-unknown', id, options)
}

async function tell(name: string, id: string, { ledger, world, watch, currentRevision }: EndOptions): Promise<void> {
  await watch.announce(id)
  await noteEvent(ledger, { name, args: { id }, revision: currentRevision().id, approval: id }, world)
}
