/** Sends heartbeats for a lease while its job runs, and tells the job by a signal when it should stop. */
import { setInterval } from 'node:timers/promises'
import type { Lease } from './durable-queue.ts'
import type { RunContext } from './run-context.ts'

export interface KeptLease {
  /** Aborts when the lease is lost or the worker stops. */
  readonly signal: AbortSignal
  /** No more heartbeats; resolves when the last one has been answered. */
  release(): Promise<void>
}

export function keepLease({ database, jobs, trouble, source, closing }: RunContext, lease: Lease): KeptLease {
  const lost = new AbortController()
  const released = new AbortController()
  const leaseMs = lease.seconds * 1_000
  // The process's own steady clock, begun when the claim was answered: the database may end the lease a little earlier, which
  // the fence then shows.
  let heldUntil = performance.now() + leaseMs

  /** Whether to go on. */
  const beat = async (): Promise<boolean> => {
    const sentAt = performance.now()
    try {
      // One statement, so a transaction of its own by nature.
      const expiresAt = await jobs.heartbeat(database.kysely, lease)
      if (expiresAt !== null) heldUntil = sentAt + leaseMs
      else lost.abort(new Error('The lease is lost.'))
    } catch (error) {
      trouble.failed(source, error)
      if (performance.now() > heldUntil) lost.abort(new Error('The lease has ended without a heartbeat.'))
    }
    return !lost.signal.aborted
  }

  const beating = (async () => {
    // Two may fail before the third is too late. `ref: false`: a handler that never ends must not keep the process alive.
    const timing = { signal: released.signal, ref: false }
    for await (const _ of setInterval(leaseMs / 3, undefined, timing)) {
      if (!(await beat())) break
    }
  })().catch(() => undefined)

  return {
    signal: AbortSignal.any([lost.signal, closing]),
    async release() {
      released.abort()
      await beating
    },
  }
}
