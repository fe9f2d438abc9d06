/** Runs one job in one transaction: claim, handler and completion commit together, or a failed attempt is recorded instead. */
import { sql } from 'kysely'
import { reasonOf } from '../storage-log.ts'
import type { JobHandler, Lease } from './durable-queue.ts'
import type { RunContext } from './run-context.ts'

type Handle = Extract<JobHandler, { kind: 'transactional' }>['handle']

/** How long a job waits whose transaction did not commit: its failed attempt could not be counted. */
const postponeSeconds = 2

export function createTransactionalRun({ database, jobs, queue, log, trouble, source }: RunContext, handle: Handle) {
  return async (found: () => void): Promise<'again' | 'rest'> => {
    let job: Lease | undefined
    try {
      await database.kysely.transaction().execute(async (tx) => {
        ;[job] = await jobs.claim(tx, queue, { max: 1 })
        trouble.worked(source)
        if (job === undefined) return
        found()
        await sql`savepoint handler`.execute(tx)
        try {
          await handle(job, tx)
          // What is checked only at the end of a transaction is checked here, while the attempt can still be failed.
          await sql`set constraints all immediate`.execute(tx)
        } catch (error) {
          // What the handler wrote goes, the claim stays: so the attempt counts and the retry waits.
          await sql`rollback to savepoint handler`.execute(tx)
          const outcome = await jobs.fail(tx, job, { message: reasonOf(error) })
          log.warn({ queue, job: job.jobId, attempt: job.attempt, outcome, reason: reasonOf(error) }, 'A job failed')
          return
        }
        // False when the handler has cancelled its own job: then it has ended all the same.
        await jobs.complete(tx, job)
      })
      return job === undefined ? 'rest' : 'again'
    } catch (error) {
      trouble.failed(source, error)
      // Otherwise a job on which the connection breaks would be the first in the queue again, and keep the others waiting.
      if (job !== undefined) {
        await jobs.postpone(database.kysely, queue, job.jobId, postponeSeconds).catch(() => undefined)
      }
      return 'rest'
    }
  }
}
