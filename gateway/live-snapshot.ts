/**
 * What every gateway must know within a second of its change: a snapshot of stored rows, read again when another process announces
 * a change and once a second in any case. It comes up without its store too; whoever reads it sees that it is stale, and denies.
 */
import type { World } from '../lib/world.ts'
import type { Cache } from '../storage/cache.ts'

/** The line that a snapshot writes by itself; pino's logger fits as it is. */
interface SnapshotLog {
  warn(details: Readonly<Record<string, unknown>>, message: string): void
}

export interface LiveSnapshotOptions<T> {
  /** For the log: `the kill list`. */
  readonly name: string
  readonly load: (now: Date) => Promise<T>
  /** Where changes are announced. */
  readonly channel: string
  readonly cache: Pick<Cache, 'subscribe'>
  readonly world: Pick<World, 'now'>
  readonly log: SnapshotLog
  /** Told of each snapshot after it was read. */
  readonly onChange?: (snapshot: T) => void
  /** Default 1 second. */
  readonly pollMs?: number
  /** A snapshot older than this is stale. Default 10 seconds. */
  readonly maxAgeMs?: number
  /** How long a request with a stale snapshot waits for a new one. Default 2 seconds. */
  readonly waitMs?: number
}

export interface LiveSnapshot<T> extends AsyncDisposable {
  /** The snapshot, after waiting a little for a new one where it is stale; null when it still is. */
  fresh(): Promise<T | null>
  /** The snapshot as it is now; null when it is stale. */
  current(): T | null
  /** Whether the snapshot is young enough; readiness reads it. */
  healthy(): boolean
  /** Reads the store again; resolves when what is in it now is known here, or after the wait. Never rejects. */
  refresh(): Promise<void>
  /** Stops polling and listening; the snapshot is stale afterwards. */
  close(): Promise<void>
}

/** Starts a snapshot; resolves after the first reading, or after the wait. */
export async function openLiveSnapshot<T>(options: LiveSnapshotOptions<T>): Promise<LiveSnapshot<T>> {
  const { name, load, channel, cache, world, log, onChange = () => undefined } = options
  const { pollMs = 1_000, maxAgeMs = 10_000, waitMs = 2_000 } = options
  let snapshot: { readonly value: T; readonly readAt: number } | null = null
  let running: Promise<void> | null = null
  let again = false
  let failing = false
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let unsubscribe: (() => Promise<void>) | null = null

  const now = () => world.now().getTime()
  const current = () => (!closed && snapshot !== null && now() - snapshot.readAt <= maxAgeMs ? snapshot.value : null)
  const healthy = () => !closed && snapshot !== null && now() - snapshot.readAt <= maxAgeMs

  /** Reads the store. A call while a read is under way asks for one more: that one may have begun before the change. */
  function read(): Promise<void> {
    again = true
    running ??= readUntilQuiet()
    return running
  }

  /** Never rejects: what came of it is in `snapshot`. */
  async function readUntilQuiet(): Promise<void> {
    await Promise.resolve()
    while (again && !closed) {
      again = false
      const readAt = now()
      try {
        const value = await load(world.now())
        snapshot = { value, readAt }
        failing = false
        onChange(value)
      } catch (error) {
        if (!failing) log.warn({ err: error }, `${name} cannot be read; the last one holds for a few seconds`)
        failing = true
      }
    }
    running = null
  }

  async function listen(): Promise<void> {
    try {
      unsubscribe ??= await cache.subscribe(channel, () => void read())
    } catch {
      // Polling finds every change within a second, and listening is tried again then.
    }
  }

  function schedule(): void {
    if (closed) return
    timer = setTimeout(() => void Promise.all([listen(), read()]).finally(schedule), pollMs).unref()
  }

  await settledWithin(Promise.all([listen(), read()]), waitMs)
  schedule()

  const close = async () => {
    closed = true
    clearTimeout(timer)
    await unsubscribe?.().catch(() => undefined)
    if (running !== null) await settledWithin(running, waitMs)
  }

  return {
    current,
    healthy,
    async fresh() {
      if (!healthy() && !closed) await settledWithin(read(), waitMs)
      return current()
    },
    refresh: () => settledWithin(read(), waitMs),
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
