/**
 * Tells those who wait that a request has changed: at once when some process announces it, and by asking the database once a second
 * while anybody waits. What was announced is never believed; it only makes the watch look.
 */
import type { World } from '../../../lib/world.ts'
import type { Cache } from '../../../storage/cache.ts'
import type { Database } from '../../../storage/database.ts'
import { findApproval, versionsOf } from '../../../storage/stores/approvals/approvals.ts'
import type { ApprovalRequest } from '../../../storage/stores/approvals/request.ts'
import { isSettled } from '../../../storage/stores/approvals/states.ts'
import { approvalsChannel } from '../../../storage/stores/approvals/channel.ts'

export interface WatchOptions {
  readonly database: Pick<Database, 'kysely'>
  readonly cache: Pick<Cache, 'publish' | 'subscribe'>
  readonly world: World
  readonly log: { warn(details: Readonly<Record<string, unknown>>, message: string): void }
  /** Default 1 second. */
  readonly pollMs?: number
}

export interface ApprovalWatch extends AsyncDisposable {
  /** Tells all gateways that a request has changed. Never rejects: who was not told finds out by looking. */
  announce(id: string): Promise<void>
  /** Resolves when the request is settled, the time is up, or nobody waits any more. Never rejects. */
  settled(id: string, options: { readonly timeoutMs: number; readonly signal: AbortSignal }): Promise<void>
  /** Calls `onChange` with the request now, and after each change, until the signal aborts. Resolves then. */
  follow(id: string, onChange: (request: ApprovalRequest) => void, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

interface Watcher {
  readonly id: string
  version: number
  readonly look: () => void
}

/** Starts the watch. */
export function openApprovalWatch({ database, cache, world, log, pollMs = 1_000 }: WatchOptions): ApprovalWatch {
  const watchers = new Set<Watcher>()
  const closing = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let unsubscribe: (() => Promise<void>) | null = null

  function wake(id: string): void {
    for (const watcher of watchers) if (watcher.id === id) watcher.look()
  }

  async function listen(): Promise<void> {
    try {
      unsubscribe ??= await cache.subscribe(approvalsChannel, wake)
    } catch {
      // Asking the database finds every change; listening is tried again at the next turn.
    }
  }

  async function poll(): Promise<void> {
    await listen()
    try {
      const versions = await versionsOf(database.kysely, [...new Set([...watchers].map(({ id }) => id))])
      for (const watcher of watchers) if (versions.get(watcher.id) !== watcher.version) watcher.look()
    } catch (error) {
      log.warn({ err: error }, 'approvals cannot be read; those who wait go on waiting')
    }
  }

  /** Looks once a second while there is somebody to tell. */
  function schedule(): void {
    if (timer !== undefined || watchers.size === 0 || closing.signal.aborted) return
    timer = setTimeout(() => {
      timer = undefined
      void poll().finally(schedule)
    }, pollMs)
  }

  async function follow(id: string, onChange: (request: ApprovalRequest) => void, signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, closing.signal])
    if (until.aborted) return
    const { promise, resolve } = Promise.withResolvers<undefined>()
    // One reading after the other, so that nobody is told of an older state after a newer one.
    let reading = Promise.resolve()
    const read = async () => {
      const found = until.aborted ? null : await findApproval(database.kysely, id).catch(() => null)
      if (found === null || until.aborted) return
      watcher.version = found.request.version
      onChange(found.request)
    }
    const look = () => {
      reading = reading.then(read)
    }
    const watcher: Watcher = { id, version: 0, look }
    watchers.add(watcher)
    until.addEventListener('abort', () => resolve(undefined), { once: true })
    void listen()
    look()
    schedule()
    await promise
    watchers.delete(watcher)
  }

  const close = async () => {
    closing.abort()
    clearTimeout(timer)
    await unsubscribe?.().catch(() => undefined)
  }

  return {
    async announce(id) {
      try {
        await cache.publish(approvalsChannel, id)
      } catch (error) {
        log.warn({ err: error }, 'a change of an approval was not announced; gateways find it within a second')
      }
    },
    follow,
    async settled(id, { timeoutMs, signal }) {
      const done = new AbortController()
      const until = AbortSignal.any([signal, done.signal, AbortSignal.timeout(timeoutMs)])
      await follow(
        id,
        (request) => {
          if (isSettled(request, world.now())) done.abort()
        },
        until,
      )
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
