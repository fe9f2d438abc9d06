/**
 * Who is shut out, known to every gateway within a second: a snapshot of the stored revocations, read again when another
 * gateway announces a change and once a second in any case. When it cannot be read any more, nobody passes.
 */
import type { Caller } from '../../lib/caller.ts'
import type { World } from '../../lib/world.ts'
import type { Cache } from '../../storage/cache.ts'
import type { RevocationStore } from '../../storage/stores/revocations.ts'
import { openLiveSnapshot } from '../live-snapshot.ts'
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
  const { store, ...rest } = options
  const revoker = createRevoker(options)
  const list = await openLiveSnapshot<Snapshot>({
    ...rest,
    name: 'the kill list',
    channel: revocationsChannel,
    load: async (now) => snapshotOf(await store.active(now)),
  })
  const close = () => list.close()

  return {
    healthy: () => list.healthy(),
    async check(caller) {
      const snapshot = await list.fresh()
      if (snapshot === null) throw refuseIdentity('kill-list-stale', 'The kill list cannot be read.')
      const refused = snapshot.refuses(caller)
      if (refused !== null) throw refuseIdentity(refused.cause, refused.detail)
    },
    async revoke(revocation) {
      const stored = await revoker.revoke(revocation)
      await list.refresh()
      return stored
    },
    async lift(id, liftedBy) {
      const lifted = await revoker.lift(id, liftedBy)
      await list.refresh()
      return lifted
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
