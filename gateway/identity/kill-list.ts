/**
 * Who is shut out, known to every gateway within a second: a snapshot of the stored revocations, read again when another
 * gateway announces a change and once a second in any case. When it cannot be read any more, nobody passes.
 */
import type { Caller } from '../../lib/caller.ts'
import type { World } from '../../lib/world.ts'
import type { Cache } from '../../storage/cache.ts'
import type { RevocationStore } from '../../storage/stores/revocations.ts'
import { snapshotOf, type Snapshot } from './kill-list-snapshot.ts'
import { refuseIdentity } from './refusals.ts'
import { createRevoker, type Revoker, revocationsChannel } from './revoker.ts'

/** The line that the kill list writes by itself; pino's logger fits as it is. */
interface KillListLog {
  warn(details: Readonly<Record<string, unknown>>, message: string): void
}

export interface KillListOptions {
  readonly store: RevocationStore
  readonly cache: Pick<Cache, 'publish' | 'subscribe'>
  readonly world: World
  readonly log: KillListLog
  /** Default 1 second. */
  readonly pollMs?: number
  /** A snapshot older than this lets nobody pass. Default 10 seconds. */
  readonly maxAgeMs?: number
  /** How long a request with a stale snapshot waits for a new one. Default 2 seconds. */
  readonly waitMs?: number
}

/** What a gateway knows; a revocation is in force here when `revoke` resolves, unless the store could not be read. */
export interface KillList extends Revoker, AsyncDisposable {
  /** Resolves when nothing in the caller's chain is revoked; rejects with an identity refusal. */
  check(caller: Caller): Promise<void>
  /** Whether the snapshot is young enough; readiness reads it. */
  healthy(): boolean
  /** Stops polling and listening; nobody passes afterwards. */
  close(): Promise<void>
}

/** Starts a kill list. It comes up without its store too, and lets nobody pass until it has read it. */
export async function createKillList(options: KillListOptions): Promise<KillList> {
  const { store, cache, world, log, pollMs = 1_000, maxAgeMs = 10_000, waitMs = 2_000 } = options
  const revoker = createRevoker(options)
  let snapshot: Snapshot | null = null
  let readAt = -Infinity
  let running: Promise<void> | null = null
  let again = false
  let failing = false
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let unsubscribe: (() => Promise<void>) | null = null

  const now = () => world.now().getTime()
  const healthy = () => !closed && snapshot !== null && now() - readAt <= maxAgeMs

  /** Reads the store. A call while a read is under way asks for one more: that one may have begun before the change. */
  function refresh(): Promise<void> {
    again = true
    running ??= readUntilQuiet()
    return running
  }

  /** Never rejects: what came of it is in `snapshot` and `readAt`. */
  async function readUntilQuiet(): Promise<void> {
    await Promise.resolve()
    while (again && !closed) {
      again = false
      const startedAt = now()
      try {
        snapshot = snapshotOf(await store.active(world.now()))
        readAt = startedAt
        failing = false
      } catch (error) {
        if (!failing) log.warn({ err: error }, 'the kill list cannot be read; the last one holds for a few seconds')
        failing = true
      }
    }
    running = null
  }

  async function listen(): Promise<void> {
    try {
      unsubscribe ??= await cache.subscribe(revocationsChannel, () => void refresh())
    } catch {
      // Polling finds every change within a second, and listening is tried again then.
    }
  }

  function schedule(): void {
    if (closed) return
    timer = setTimeout(() => void Promise.all([listen(), refresh()]).finally(schedule), pollMs).unref()
  }

  await settledWithin(Promise.all([listen(), refresh()]), waitMs)
  schedule()

  const close = async () => {
    closed = true
    clearTimeout(timer)
    await unsubscribe?.().catch(() => undefined)
    if (running !== null) await settledWithin(running, waitMs)
  }

  return {
    healthy,
    async check(caller) {
      if (!healthy() && !closed) await settledWithin(refresh(), waitMs)
      if (!healthy() || snapshot === null) throw refuseIdentity('kill-list-stale', 'The kill list cannot be read.')
      const refused = snapshot.refuses(caller)
      if (refused !== null) throw refuseIdentity(refused.cause, refused.detail)
    },
    async revoke(revocation) {
      const stored = await revoker.revoke(revocation)
      await settledWithin(refresh(), waitMs)
      return stored
    },
    async lift(id, liftedBy) {
      const lifted = await revoker.lift(id, liftedBy)
      await settledWithin(refresh(), waitMs)
      return lifted
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Waits for work that never rejects, but not for ever. */
async function settledWithin(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, timeout])
  clearTimeout(timer)
}
