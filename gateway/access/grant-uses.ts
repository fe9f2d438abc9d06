/**
 * Notes which grants were used, so that those nobody needs are found. Off the path of requests: uses are gathered, and written a few
 * seconds later together. What is lost with a process is a count, never a right.
 */
import type { Caller } from '../../lib/caller.ts'
import type { World } from '../../lib/world.ts'
import { authorityOf } from '../../policies/engine/evaluate.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import { isSatisfiable } from '../../policies/engine/settle.ts'
import type { GrantStore, GrantUse } from '../../storage/stores/grants.ts'
import type { DecidedExchange } from '../controls/decided.ts'

export interface GrantUses extends AsyncDisposable {
  /** Notes the grants without which an operation that is about to run would have been denied. */
  note(exchange: Pick<DecidedExchange, 'caller' | 'operation' | 'revision'>): void
  /** Writes what has been gathered; resolves when it is written, or kept for the next time. */
  flush(): Promise<void>
}

export interface GrantUsesOptions {
  readonly store: Pick<GrantStore, 'noteUses'>
  readonly world: Pick<World, 'now'>
  readonly log: { warn(details: Readonly<Record<string, unknown>>, message: string): void }
  /** Default 5 seconds. */
  readonly everyMs?: number
}

/** Starts to gather. */
export function openGrantUses({ store, world, log, everyMs = 5_000 }: GrantUsesOptions): GrantUses {
  let gathered = new Map<string, GrantUse>()
  let writing: Promise<void> = Promise.resolve()

  const add = ({ id, uses, lastUsedAt }: GrantUse) => {
    const before = gathered.get(id)
    const latest = before && before.lastUsedAt > lastUsedAt ? before.lastUsedAt : lastUsedAt
    gathered.set(id, { id, uses: uses + (before?.uses ?? 0), lastUsedAt: latest })
  }

  async function write(): Promise<void> {
    if (gathered.size === 0) return
    const batch = [...gathered.values()]
    gathered = new Map()
    try {
      await store.noteUses(batch)
    } catch (error) {
      log.warn({ err: error }, 'the use of grants could not be written; it is kept and written later')
      batch.forEach(add)
    }
  }

  const flush = () => (writing = writing.then(write))
  const timer = setInterval(() => void flush(), everyMs).unref()

  return {
    note({ caller, operation, revision }) {
      if (caller.grants.length === 0) return
      const lastUsedAt = world.now()
      for (const id of grantsUsed(caller, operation.coordinates, revision)) add({ id, uses: 1, lastUsedAt })
    },
    flush,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await flush()
    },
  }
}

function grantsUsed(
  caller: Caller,
  asked: DecidedExchange['operation']['coordinates'],
  revision: PolicyRevision,
): readonly string[] {
  const own = authorityOf(caller)
  const isShut = new Set(
    asked.filter((coordinate) => {
      const rule = revision.rules.get(coordinate)?.rule
      return rule !== undefined && !isSatisfiable(rule, own)
    }),
  )
  return caller.grants.flatMap(({ id, coordinates }) =>
    coordinates.some((coordinate) => isShut.has(coordinate)) ? [id] : [],
  )
}
