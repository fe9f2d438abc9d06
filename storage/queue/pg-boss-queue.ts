/**
 * The durable queue over pg-boss, in the schema `pgboss` of our own database. Of pg-boss we use its tables and its statements;
 * polling, leases and workers are ours, because its workers know neither our transactions nor a database with one session.
 */
import type { Database } from '../database.ts'
import type { StorageLog } from '../storage-log.ts'
import type { DurableQueue } from './durable-queue.ts'
import { type JobStatements, createJobStatements } from './pg-boss-jobs.ts'
import { createBoss, ensureQueue } from './pg-boss-settings.ts'
import { type Poll, startPoll } from './poll.ts'
import { type TroubleLog, createTroubleLog } from './trouble-log.ts'
import { createWorkers } from './workers.ts'

export interface DurableQueueOptions {
  readonly database: Database
  readonly log: StorageLog
  /** How often an idle worker looks for jobs; 1000 unless given. */
  readonly pollMs?: number
  /** How often leases that have ended are looked for; 2000 unless given. */
  readonly recoverMs?: number
  /** How often jobs that have ended are deleted, in whole seconds; 300 unless given. */
  readonly maintainSeconds?: number
  /** How long stopping waits for jobs that run; 10000 unless given. */
  readonly stopTimeoutMs?: number
}

/**
 * Opens the queue; the first process to do so makes pg-boss's tables, and the others wait for it.
 *
 * @example
 * await using queue = await openDurableQueue({ database, log })
 * await queue.ensure('effects')
 * await database.kysely.transaction().execute((tx) => queue.enqueue(tx, 'effects', [{ id, data: { run } }]))
 * queue.wake('effects')
 */
export async function openDurableQueue(options: DurableQueueOptions): Promise<DurableQueue> {
  const { database, log, pollMs = 1_000, recoverMs = 2_000, maintainSeconds = 300, stopTimeoutMs = 10_000 } = options
  const trouble = createTroubleLog(log)
  const boss = createBoss(database, maintainSeconds)
  boss.on('error', (error) => trouble.failed('maintenance', error))
  boss.on('warning', ({ message }) => log.warn({ reason: message }, 'pg-boss warns'))
  try {
    await boss.start()
  } catch (error) {
    // What it had started before it failed.
    await boss.stop()
    throw error
  }

  const found = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]))
  const jobs = createJobStatements(boss)
  const ensured = new Map<string, Promise<void>>()
  const ready = new Set<string>()
  const recovery = startRecovery({ database, jobs, trouble, ready, everyMs: recoverMs })
  const workers = createWorkers({ database, jobs, log, trouble, pollMs, stopTimeoutMs })

  /** pg-boss would ask the database for a queue it does not know, over a connection that the transaction may be holding. */
  const known = (queue: string) => {
    if (!ready.has(queue)) throw new Error(`The queue \`${queue}\` is used before it is ensured.`)
    return queue
  }
  const close = async () => {
    await Promise.all([workers.stop(), recovery.stop()])
    await boss.stop()
  }
  let closing: Promise<void> | undefined
  return {
    async ensure(queue, settings = {}) {
      const made =
        ensured.get(queue) ?? ensureQueue(boss, queue, settings, found.get(queue)).then(() => void ready.add(queue))
      ensured.set(queue, made)
      try {
        await made
      } catch (error) {
        ensured.delete(queue)
        throw error
      }
    },
    enqueue: async (tx, queue, list) => await jobs.enqueue(tx, known(queue), list),
    claim: async (tx, queue, claim) => await jobs.claim(tx, known(queue), claim),
    heartbeat: async (tx, lease) => await jobs.heartbeat(tx, { ...lease, queue: known(lease.queue) }),
    complete: async (tx, lease) => await jobs.complete(tx, { ...lease, queue: known(lease.queue) }),
    fail: async (tx, lease, error) => await jobs.fail(tx, { ...lease, queue: known(lease.queue) }, error),
    cancel: async (tx, queue, jobIds) => await jobs.cancel(tx, known(queue), jobIds),
    work: (queue, handler, work) => workers.start(known(queue), handler, work),
    wake: (queue) => workers.wake(queue),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}

interface RecoveryOptions {
  readonly database: Database
  readonly jobs: JobStatements
  readonly trouble: TroubleLog
  /** The queues to look after: it grows. */
  readonly ready: ReadonlySet<string>
  readonly everyMs: number
}

/** Gives jobs back whose process has died. Every process looks after the queues it uses; two at once do no harm. */
function startRecovery({ database, jobs, trouble, ready, everyMs }: RecoveryOptions): Poll {
  const attempt = async (): Promise<'again' | 'rest'> => {
    if (ready.size === 0) return 'rest'
    try {
      const recovered = await jobs.recover(database.kysely, [...ready])
      for (const source of ['recovery', 'maintenance']) trouble.worked(source)
      return recovered === 0 ? 'rest' : 'again'
    } catch (error) {
      trouble.failed('recovery', error)
      return 'rest'
    }
  }
  return startPoll({ everyMs, concurrency: 1, attempt })
}
