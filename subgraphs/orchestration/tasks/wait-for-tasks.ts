/** Waiting for work: at once when somebody says that there is some, and by looking once a second, for what nobody has said. */
import type { Engine } from '../../../orchestration/engine/engine.ts'
import { tasksChannel } from '../../../orchestration/engine/engine.ts'

const lookEveryMs = 1_000

interface Waiting {
  readonly role: string
  readonly forMs: number
  readonly signal: AbortSignal
}

/**
 * Tries until there is something, the time is up or nobody waits any more; tries at least once where somebody does.
 * @param attempt gives null while there is nothing
 */
export async function tryUntil<T>(
  { cache }: Pick<Engine, 'cache'>,
  { role, forMs, signal }: Waiting,
  attempt: () => Promise<T | null>,
): Promise<T | null> {
  const until = Date.now() + forMs
  const news = createNews()
  const first = signal.aborted ? null : await attempt()
  if (first !== null || forMs === 0) return first
  // Who cannot listen still looks.
  const unsubscribe = await cache
    .subscribe(tasksChannel, (told) => {
      if (told === role) news.arrive()
    })
    .catch(() => null)
  try {
    for (;;) {
      if (signal.aborted) return null
      // News that arrive during the attempt are not lost: they end the next wait at once.
      const found = await attempt()
      const left = until - Date.now()
      if (found !== null || left <= 0) return found
      await news.next(Math.min(lookEveryMs, left), signal)
    }
  } finally {
    await unsubscribe?.().catch(() => undefined)
  }
}

function createNews() {
  let arrived = false
  let wake = (): void => undefined
  return {
    arrive(): void {
      arrived = true
      wake()
    },
    async next(ms: number, signal: AbortSignal): Promise<void> {
      if (!arrived && !signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<undefined>()
        wake = () => {
          resolve(undefined)
        }
        const timer = setTimeout(wake, ms)
        signal.addEventListener('abort', wake, { once: true })
        await promise
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
      }
      arrived = false
    },
  }
}
