/** The lease of a task: a secret that its holder shows, kept as a hash, good until the holder is silent for too long. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { sql } from 'kysely'
import type { DurableQueue, Tx } from '../../storage/queue/durable-queue.ts'
import { eventsQueue, jobId } from './queues.ts'

export interface TaskRef {
  readonly runId: string
  readonly step: string
}

export interface NewLease extends TaskRef {
  readonly attempt: number
  readonly by: string
  /** Null for people: they are not silent too long. */
  readonly seconds: number | null
}

/** A lease as its holder has it. */
export interface Held {
  readonly token: string
  readonly until: Date | null
}

/** Writes the attempt of a new holder, and has somebody look when the lease ends. */
export async function grantLease(tx: Tx, queue: DurableQueue, lease: NewLease): Promise<Held> {
  const { runId, step, attempt, by, seconds } = lease
  const token = randomBytes(24).toString('base64url')
  const { lease_until: until } = await tx
    .insertInto('mandate.task_attempts')
    .values({
      run_id: runId,
      step,
      n: attempt,
      by,
      token_hash: hashOf(token),
      leased_at: sql<Date>`clock_timestamp()`,
      lease_seconds: seconds,
      lease_until: seconds === null ? null : sql<Date>`clock_timestamp() + make_interval(secs => ${seconds})`,
    })
    .returning('lease_until')
    .executeTakeFirstOrThrow()
  if (until !== null) await lookAt(tx, queue, lease, until)
  return { token, until }
}

/** Has the lease looked at when it ends. `from` is the job that has looked and found it extended. */
export async function lookAt(
  tx: Tx,
  queue: DurableQueue,
  { runId, step, attempt }: TaskRef & { readonly attempt: number },
  until: Date,
  from = '',
): Promise<void> {
  // INVARIANT: no job names itself as the next one, also where the clock of the database was put back since.
  const id = jobId('lease', runId, step, attempt, until.getTime(), from)
  await queue.enqueue(tx, eventsQueue, [{ id, data: { runId, lease: { step, attempt } }, after: until }])
}

/** The number of the attempt that a token is for; null where it is for none that is open. */
export async function attemptOf(tx: Tx, { runId, step }: TaskRef, token: string): Promise<number | null> {
  const open = await tx
    .selectFrom('mandate.task_attempts')
    .select(['n', 'token_hash'])
    .where('run_id', '=', runId)
    .where('step', '=', step)
    .where('ended_at', 'is', null)
    .execute()
  const shown = hashOf(token)
  return open.find(({ token_hash: kept }) => kept !== null && timingSafeEqual(kept, shown))?.n ?? null
}

/** Extends a lease that holds; null where it is lost. */
export async function extendLease(tx: Tx, { runId, step }: TaskRef, attempt: number): Promise<Date | null> {
  const row = await tx
    .updateTable('mandate.task_attempts')
    .set({
      heartbeat_at: sql<Date>`clock_timestamp()`,
      lease_until: sql<Date>`clock_timestamp() + make_interval(secs => lease_seconds)`,
    })
    .where('run_id', '=', runId)
    .where('step', '=', step)
    .where('n', '=', attempt)
    .where('ended_at', 'is', null)
    .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '>', sql<Date>`clock_timestamp()`)]))
    .returning('lease_until')
    .executeTakeFirst()
  return row?.lease_until ?? null
}

/** When the lease of an attempt that is open ends; undefined where it has ended. A heartbeat that is under way is waited for. */
export async function leaseEnd(tx: Tx, { runId, step }: TaskRef, attempt: number): Promise<Date | null | undefined> {
  const row = await tx
    .selectFrom('mandate.task_attempts')
    .select('lease_until')
    .where('run_id', '=', runId)
    .where('step', '=', step)
    .where('n', '=', attempt)
    .where('ended_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  return row?.lease_until
}

/** A new token for whoever has a lease that does not end: people, who may have lost theirs. Null for whoever has none. */
export async function renewLease(tx: Tx, { runId, step }: TaskRef, by: string): Promise<Held | null> {
  const token = randomBytes(24).toString('base64url')
  const row = await tx
    .updateTable('mandate.task_attempts')
    .set({ token_hash: hashOf(token) })
    .where('run_id', '=', runId)
    .where('step', '=', step)
    .where('by', '=', by)
    .where('ended_at', 'is', null)
    .where('lease_seconds', 'is', null)
    .where('token_hash', 'is not', null)
    .returning('n')
    .executeTakeFirst()
  return row ? { token, until: null } : null
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
