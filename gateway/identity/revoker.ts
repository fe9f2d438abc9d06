/**
 * Stores revocations and tells every gateway of them: what a kill list does when somebody is shut out, and all that a process
 * without one does.
 */
import type { World } from '../../lib/world.ts'
import type { Cache } from '../../storage/cache.ts'
import type { Revocation, RevocationStore, RevocationTarget } from '../../storage/stores/revocations.ts'

/** Gateways read the store again when something is said here. */
export const revocationsChannel = 'identity:revocations'

/** What somebody decides; id and time are added here. */
export interface NewRevocation {
  readonly target: RevocationTarget
  readonly reason: string
  readonly revokedBy: string
}

export interface RevokerOptions {
  readonly store: Pick<RevocationStore, 'add' | 'lift'>
  readonly cache: Pick<Cache, 'publish'>
  readonly world: World
  readonly log: { warn(details: Readonly<Record<string, unknown>>, message: string): void }
}

export interface Revoker {
  /** Resolves when the revocation is stored and announced; one that could not be announced is found by polling. */
  revoke(revocation: NewRevocation): Promise<Revocation>
  /** Takes a revocation back; false when there is none in force with this id. */
  lift(id: string, liftedBy: string): Promise<boolean>
}

/** Makes a revoker. */
export function createRevoker({ store, cache, world, log }: RevokerOptions): Revoker {
  async function announce(): Promise<void> {
    try {
      await cache.publish(revocationsChannel, 'changed')
    } catch (error) {
      log.warn({ err: error }, 'a change of the kill list was not announced; other gateways find it within a second')
    }
  }
  return {
    async revoke(revocation) {
      const stored = Object.freeze({ ...revocation, id: world.newId(), revokedAt: world.now() })
      await store.add(stored)
      await announce()
      return stored
    },
    async lift(id, liftedBy) {
      const lifted = await store.lift(id, liftedBy, world.now())
      await announce()
      return lifted
    },
  }
}
