/** Remembers what may be used once until it has run out by itself. For the development issuer, which is one process. */
import type { World } from '../../lib/world.ts'

export interface UsedOnce {
  /** Notes a use; false when there was one before. `until` is in seconds since the epoch. */
  first(key: string, until: number): boolean
}

/** Makes an empty memory. */
export function createUsedOnce(world: Pick<World, 'now'>): UsedOnce {
  const used = new Map<string, number>()
  return {
    first(key, until) {
      const now = world.now().getTime() / 1000
      for (const [known, end] of used) if (end < now) used.delete(known)
      if (used.has(key)) return false
      used.set(key, until)
      return true
    },
  }
}
