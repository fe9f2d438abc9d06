/** Whose the lease is that a caller shows: the token alone is not enough, it must be its own. */
import { createHash } from 'node:crypto'
import { refusal } from '../../../lib/errors.ts'
import type { Holding } from '../../../orchestration/engine/held-task.ts'
import type { OrchestrationContext } from '../services.ts'
import { noTask, readTaskId } from '../task-id.ts'
import { requireTask } from './find-tasks.ts'

export interface HeldInput {
  readonly task: string
  readonly leaseToken: string
}

/** A task, the lease that the caller had on it at some time, and whether it has it still. */
export interface ShownLease extends Holding {
  readonly attempt: number
  readonly isOpen: boolean
}

/** The lease that belongs to the token. @throws `NOT_FOUND`, or `LEASE_LOST` for a token that never was the caller's for this task */
export async function readLease({ task, leaseToken }: HeldInput, context: OrchestrationContext): Promise<ShownLease> {
  const { services, caller } = context
  const ref = readTaskId(task)
  if (ref === null) throw noTask(task)
  const row = await services.database.kysely
    .selectFrom('mandate.task_attempts')
    .select(['n', 'by', 'ended_at'])
    .where('run_id', '=', ref.runId)
    .where('step', '=', ref.step)
    .where('token_hash', '=', createHash('sha256').update(leaseToken).digest())
    .executeTakeFirst()
  if (row?.by !== caller.id) {
    await requireTask(services, task, caller)
    throw leaseLost(task)
  }
  return { ...ref, token: leaseToken, attempt: row.n, isOpen: row.ended_at === null }
}

/** The same where the lease must still hold. @throws `LEASE_LOST` */
export async function requireLease(input: HeldInput, context: OrchestrationContext): Promise<ShownLease> {
  const lease = await readLease(input, context)
  if (!lease.isOpen) throw leaseLost(input.task)
  return lease
}

export function leaseLost(task: string) {
  const message = 'The lease is lost: the task is somebody else’s, has ended, or is ready again.'
  return refusal('LEASE_LOST', message, { task: task.slice(0, 200) })
}
