/** The queues of the engine, and the names of the jobs in them: what is set in motion twice has the same name, and is done once. */
import { v5 as uuidv5 } from 'uuid'
import type { DurableQueue } from '../../storage/queue/durable-queue.ts'

/** Timers, and what one run tells another. */
export const eventsQueue = 'orchestration-events'
/** Operations that the engine runs. */
export const operationsQueue = 'orchestration-operations'
/** Tasks for those who hold a role. */
export const roleQueue = (role: string): string => `role-${role}`

const namespace = '6f5b5b0e-3f0c-4a64-9a55-6ff1f6a3a9f2'

/** The id of a job, made from what it does. */
export function jobId(...parts: readonly (string | number)[]): string {
  return uuidv5(JSON.stringify(parts), namespace)
}

export interface QueueOptions {
  /** How long an operation whose worker has died is left alone before another one begins it again. Default 60. */
  readonly operationLeaseSeconds?: number
}

/** A role is newer than this process: its queue has to be made, which cannot be done inside a transaction. */
export class QueueMissing extends Error {
  readonly queue: string
  constructor(queue: string) {
    super(`The queue \`${queue}\` is not there yet.`)
    this.name = 'QueueMissing'
    this.queue = queue
  }
}

/** The queue, where a job for a queue that this process has not made yet is a {@link QueueMissing}. */
export function knowingQueues(queue: DurableQueue): DurableQueue {
  const ensured = new Set<string>()
  return {
    ...queue,
    async ensure(name, settings) {
      await queue.ensure(name, settings)
      ensured.add(name)
    },
    async enqueue(tx, name, jobs) {
      if (!ensured.has(name)) throw new QueueMissing(name)
      await queue.enqueue(tx, name, jobs)
    },
  }
}

/** Makes the queues that there are from the beginning. */
export async function ensureQueues(
  queue: DurableQueue,
  roles: Iterable<string>,
  { operationLeaseSeconds: leaseSeconds = 60 }: QueueOptions = {},
): Promise<void> {
  await queue.ensure(eventsQueue, { retryDelaySeconds: 1, retryDelayMaxSeconds: 30 })
  await queue.ensure(operationsQueue, { leaseSeconds, retryDelaySeconds: 1, retryDelayMaxSeconds: 30 })
  for (const role of roles) await queue.ensure(roleQueue(role))
}
