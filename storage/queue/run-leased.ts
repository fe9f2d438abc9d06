/** Runs one job outside a transaction, with heartbeats; what it has to write commits together with its completion. */
import { reasonOf } from '../storage-log.ts'
import type { JobHandler, Lease } from './durable-queue.ts'
import { keepLease } from './keep-lease.ts'
import type { RunContext } from './run-context.ts'

type Handle = Extract<JobHandler, { kind: 'leased' }>['handle']

/** Thrown within the completing transaction, so that nothing of it commits. */
class LeaseLostError extends Error {
  override name = 'LeaseLostError'
  override message = 'The lease is lost.'
}

export function createLeasedRun(context: RunContext, handle: Handle) {
  const { database, jobs, queue, log, trouble, source } = context

  const settleFailed = async (lease: Lease, error: unknown) => {
    const about = { queue, job: lease.jobId, attempt: lease.attempt, reason: reasonOf(error) }
    try {
      const outcome = await database.kysely
        .transaction()
        .execute((tx) => jobs.fail(tx, lease, { message: reasonOf(error) }))
      log.warn({ ...about, outcome }, 'A job failed')
    } catch (cause) {
      // The lease ends by itself, and then the job comes back.
      log.warn({ ...about, outcome: 'unsettled' }, 'A job failed')
      trouble.failed(source, cause)
    }
  }

  const run = async (lease: Lease) => {
    const kept = keepLease(context, lease)
    try {
      const finish = await handle(lease, kept.signal)
      // The heartbeats end first: one that met the completion would find the lease gone.
      await kept.release()
      await database.kysely.transaction().execute(async (tx) => {
        // First the fence: it also locks the job, so nobody else gets it while the handler's writes go on.
        if (!(await jobs.complete(tx, lease))) throw new LeaseLostError()
        await finish?.(tx)
      })
    } catch (error) {
      await kept.release()
      await settleFailed(lease, error)
    }
  }

  return async (found: () => void): Promise<'again' | 'rest'> => {
    let lease: Lease | undefined
    try {
      ;[lease] = await jobs.claim(database.kysely, queue, { max: 1 })
      trouble.worked(source)
    } catch (error) {
      trouble.failed(source, error)
    }
    if (lease === undefined) return 'rest'
    found()
    await run(lease)
    return 'again'
  }
}
