/**
 * The durable queue: jobs that survive a crash, claimed by lease on any number of nodes. It is a port, so that what stands
 * behind it can be exchanged; whoever runs jobs and whoever hands them out know only what is here.
 */
import type { Transaction } from 'kysely'
import type { JsonObject } from '../../lib/json.ts'
import type { Tables } from '../tables.ts'

/** The caller's own transaction: what the queue does in it happens when it commits, or not at all. */
export type Tx = Transaction<Tables>

/** One thing to do. */
export interface QueueJob {
  /** A UUID. The same id twice in one queue is one job, also after it has ended, for as long as finished jobs are kept. */
  readonly id: string
  readonly data: JsonObject
  /** Not before this time, by the database's clock. */
  readonly after?: Date
  /** What `claim` can leave out: all jobs of one agent, of one run. */
  readonly group?: string
  /** A whole number; the highest comes first, 0 unless given. Among equals the oldest comes first. */
  readonly priority?: number
}

/** How the jobs of a queue are leased, retried and kept; a job takes the settings with it that hold when it is enqueued. */
export interface QueueSettings {
  /** How long a lease lasts without a heartbeat, 1 to 86400 seconds; 60 unless given. */
  readonly leaseSeconds?: number
  /** How often a job is tried again before it is dead; without end unless given. */
  readonly retryLimit?: number
  /** The first wait before a retry, doubled each time (with some chance); 1 unless given, 0 for no wait at all. */
  readonly retryDelaySeconds?: number
  /** The longest wait before a retry; 300 unless given. */
  readonly retryDelayMaxSeconds?: number
  /** How long jobs that have ended stay, so that their ids are known; 3600 unless given, at least 1. */
  readonly keepFinishedSeconds?: number
}

/** The right to work on a job. It is plain data: who has a copy may heartbeat, complete and fail, in any process. */
export interface Lease {
  readonly queue: string
  readonly jobId: string
  /** 1 for the first. INVARIANT: no two leases of a job have the same, so a stale one is told from the one that holds. */
  readonly attempt: number
  readonly data: JsonObject
  readonly group: string | null
  /** How long each heartbeat extends it. */
  readonly seconds: number
  /** When it ends without a heartbeat, by the database's clock. */
  readonly expiresAt: Date
}

/** What `fail` did: `lost` when the lease did not hold any more (and then nothing has changed). */
export type FailOutcome = 'retry' | 'dead' | 'lost'

/**
 * How jobs of a queue are run in this process.
 *
 * `transactional`: claim, handler and completion commit together, so what the handler writes happens exactly once. What it
 * throws undoes what it wrote. It must do all in `tx` (the embedded database has one session) and be done in seconds.
 *
 * `leased`: for work that takes long or leaves the process, at least once. It runs outside a transaction, with heartbeats;
 * `signal` aborts when the lease is lost or the queue closes. What it returns runs in the transaction that completes the
 * job, and only if the lease still holds.
 */
export type JobHandler =
  | { readonly kind: 'transactional'; readonly handle: (job: Lease, tx: Tx) => Promise<void> }
  | { readonly kind: 'leased'; readonly handle: (lease: Lease, signal: AbortSignal) => Promise<Finish | undefined> }

/** What a leased handler writes with the completion of its job. */
export type Finish = (tx: Tx) => Promise<void>

export interface WorkOptions {
  /** How many jobs run at once in this worker; 1 unless given. */
  readonly concurrency?: number
}

/** Takes no more jobs, aborts the signals of the running ones and waits for them, for a limited time. */
export type Stop = () => Promise<void>

/**
 * INVARIANT: a queue is ensured in this process before anything else is asked of it; what is not ensured throws. Inside a
 * transaction nothing uses another connection, so all of it works on a database that has only one.
 */
export interface DurableQueue extends AsyncDisposable {
  /** Makes the queue, or gives it these settings; not inside a transaction. The first call in a process decides. */
  ensure(queue: string, settings?: QueueSettings): Promise<void>
  /** The jobs can be claimed when `tx` has committed; `wake` then saves the wait for the next poll. */
  enqueue(tx: Tx, queue: string, jobs: readonly QueueJob[]): Promise<void>
  /** Leases up to `max` jobs that are due, leaving out those of the groups named. No two callers get the same job. */
  claim(
    tx: Tx,
    queue: string,
    options: { readonly max: number; readonly ignoreGroups?: readonly string[] },
  ): Promise<readonly Lease[]>
  /** Extends the lease and answers when it now ends; null when it is lost. */
  heartbeat(tx: Tx, lease: Lease): Promise<Date | null>
  /** Ends the job; false when the lease is lost, and then `tx` should be rolled back. */
  complete(tx: Tx, lease: Lease): Promise<boolean>
  /** Gives the job back for a later retry, or for good when its retries are used up. */
  fail(tx: Tx, lease: Lease, error: { readonly message: string }): Promise<FailOutcome>
  /** Ends jobs that have not ended, running ones too: their leases are lost. */
  cancel(tx: Tx, queue: string, jobIds: readonly string[]): Promise<void>
  /** Runs the jobs of an ensured queue here until stopped. A job that throws is logged and retried later. */
  work(queue: string, handler: JobHandler, options?: WorkOptions): Stop
  /** The workers of this queue in this process look for jobs at once instead of at their next poll. */
  wake(queue: string): void
}
