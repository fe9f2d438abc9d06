/**
 * What happens to single jobs, as pg-boss statements on the connection that the caller names. The two statements that are ours
 * (extending a lease, finding ended ones) are here because pg-boss has no public call for them; its version is pinned.
 */
import { type Kysely, sql } from 'kysely'
import { type CommandResponse, type JobWithMetadata, type PgBoss, fromKysely } from 'pg-boss'
import type { JsonObject } from '../../lib/json.ts'
import type { Tables } from '../tables.ts'
import type { FailOutcome, Lease, QueueJob } from './durable-queue.ts'

/** A transaction, or the database itself for a statement of its own. */
export type Connection = Kysely<Tables>

export interface ClaimOptions {
  readonly max: number
  readonly ignoreGroups?: readonly string[]
}

export interface JobStatements {
  enqueue(on: Connection, queue: string, jobs: readonly QueueJob[]): Promise<void>
  claim(on: Connection, queue: string, options: ClaimOptions): Promise<readonly Lease[]>
  heartbeat(on: Connection, lease: Lease): Promise<Date | null>
  complete(on: Connection, lease: Lease): Promise<boolean>
  fail(on: Connection, lease: Lease, error: { readonly message: string }): Promise<FailOutcome>
  cancel(on: Connection, queue: string, jobIds: readonly string[]): Promise<void>
  /** Puts a job that waits off for so many seconds. */
  postpone(on: Connection, queue: string, jobId: string, seconds: number): Promise<void>
  /** Gives jobs back whose leases have ended, as `fail` does; answers how many. */
  recover(database: Connection, queues: readonly string[]): Promise<number>
}

/** How many ended leases one transaction gives back. */
const recoverBatch = 100

export function createJobStatements(boss: PgBoss): JobStatements {
  /** pg-boss refuses to settle an attempt that is not the running one: the fence. */
  const attemptOf = ({ jobId, attempt }: Lease) => ({ id: jobId, retryCount: attempt - 1 })

  return {
    async enqueue(on, queue, jobs) {
      // pg-boss refuses an id that comes twice in one call; with an id that is already there it does nothing.
      const once = [...new Map(jobs.map((job) => [job.id.toLowerCase(), job])).values()]
      if (once.length === 0) return
      const rows = once.map(({ id, data, after, group, priority = 0 }) => ({
        id,
        data,
        priority,
        ...(after === undefined ? {} : { startAfter: after }),
        ...(group === undefined ? {} : { group: { id: group } }),
      }))
      await boss.insert(queue, rows, { db: fromKysely(on) })
    },

    async claim(on, queue, { max, ignoreGroups = [] }) {
      if (max < 1) return []
      const jobs = await boss.fetch<JsonObject>(queue, {
        batchSize: max,
        ignoreGroups: [...ignoreGroups],
        includeMetadata: true,
        db: fromKysely(on),
      })
      // The rows of an update come in no order.
      return jobs.sort(byTurn).map((job) => toLease(queue, job))
    },

    async heartbeat(on, { queue, jobId, attempt }) {
      // A lease ends `expire_seconds` after `started_on`. pg-boss's own heartbeats cannot be shorter than 10 s, and with
      // them a job still ends at `expire_seconds`, at most a day after its start.
      const { rows } = await sql<{ expiresAt: Date }>`
        update pgboss.job set started_on = greatest(started_on, pgboss.job_now())
        where name = ${queue} and id = ${jobId}::uuid and state = 'active' and retry_count = ${attempt - 1}
        returning started_on + expire_seconds * interval '1 second' as "expiresAt"`.execute(on)
      return rows[0]?.expiresAt ?? null
    },

    async complete(on, lease) {
      return affected(await boss.complete(lease.queue, attemptOf(lease), null, { db: fromKysely(on) })) === 1
    },

    async fail(on, lease, { message }) {
      const db = fromKysely(on)
      if (affected(await boss.fail(lease.queue, attemptOf(lease), { message }, { db })) === 0) return 'lost'
      const [job] = await boss.findJobs(lease.queue, { id: lease.jobId, db })
      return job?.state === 'failed' ? 'dead' : 'retry'
    },

    async cancel(on, queue, jobIds) {
      if (jobIds.length > 0) await boss.cancel(queue, [...jobIds], { db: fromKysely(on) })
    },

    async postpone(on, queue, jobId, seconds) {
      await boss.update({ name: queue, options: { id: jobId, startAfter: seconds, db: fromKysely(on) } })
    },

    async recover(database, queues) {
      const ended = sql<{ name: string; id: string; retryCount: number }>`
        select name, id, retry_count as "retryCount" from pgboss.job
        where name = any(${[...queues]}::text[]) and state = 'active'
          and started_on + expire_seconds * interval '1 second' < pgboss.job_now()
        limit ${recoverBatch}`
      // Almost always there are none, and then this is the only statement.
      if ((await ended.execute(database)).rows.length === 0) return 0
      return await database.transaction().execute(async (tx) => {
        // Looked at again under lock: a heartbeat that came in between has saved its lease.
        const { rows } = await sql<{ name: string; id: string; retryCount: number }>`
          ${ended} for update skip locked`.execute(tx)
        for (const [name, jobs] of Map.groupBy(rows, (row) => row.name)) {
          await boss.fail(name, jobs, { message: 'The lease ended without a heartbeat.' }, { db: fromKysely(tx) })
        }
        return rows.length
      })
    },
  }
}

/** How many jobs a statement changed. pg-boss's types leave it out; without it nothing would be fenced, so we insist. */
function affected(answer: CommandResponse): number {
  const count = 'affected' in answer ? answer.affected : undefined
  if (typeof count !== 'number') throw new Error('pg-boss did not say how many jobs it has changed.')
  return count
}

function byTurn(one: JobWithMetadata, other: JobWithMetadata): number {
  return other.priority - one.priority || one.createdOn.getTime() - other.createdOn.getTime()
}

function toLease(queue: string, job: JobWithMetadata<JsonObject>): Lease {
  return {
    queue,
    jobId: job.id,
    attempt: job.retryCount + 1,
    data: job.data,
    group: job.groupId ?? null,
    seconds: job.expireInSeconds,
    expiresAt: new Date(job.startedOn.getTime() + job.expireInSeconds * 1_000),
  }
}
