/** Takes back a request for approval that a run has made and does not need any more, so that nobody decides for nothing. */
import type { PrincipalId } from '../../lib/caller.ts'
import type { Tx } from '../../storage/queue/durable-queue.ts'
import { findApproval } from '../../storage/stores/approvals/approvals.ts'
import { moveApproval } from '../../storage/stores/approvals/moves.ts'

/** What is decided and carried out already stays as it is. */
export async function withdrawApproval(tx: Tx, id: string, now: Date): Promise<void> {
  const request = (await findApproval(tx, id))?.request
  if (request?.status !== 'PENDING' && request?.status !== 'APPROVED') return
  const values = {
    reason: 'The run that asked for it does not need it any more.',
    settledBy: 'service:orchestration' as PrincipalId,
  }
  await moveApproval(tx, request, request.status === 'PENDING' ? 'CANCELLED' : 'LAPSED', values, now)
}
