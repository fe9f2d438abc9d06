/**
 * Looks for work again and again: at once while there is some, every so often when there is none. Only one search runs at a
 * time, however much may run at once, so an idle worker costs one search for each poll.
 */
export interface PollOptions {
  /** The wait after a search that found nothing. */
  readonly everyMs: number
  /** How many pieces of work may run at once. */
  readonly concurrency: number
  /**
   * Searches and works; calls `found` as soon as it has something to do. `rest` when there was nothing, or when looking again
   * at once would not help. INVARIANT: it does not reject.
   */
  readonly attempt: (found: () => void) => Promise<'again' | 'rest'>
}

export interface Poll {
  /** Searches at once. */
  wake(): void
  /** No more searches; resolves when what runs has ended. */
  stop(): Promise<void>
}

export function startPoll({ everyMs, concurrency, attempt }: PollOptions): Poll {
  const running = new Set<Promise<void>>()
  let searching = false
  let wakened = false
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  const rest = () => {
    clearTimeout(timer)
    if (!stopped) timer = setTimeout(search, everyMs)
  }
  const search = () => {
    // Whoever ends now searches again, so nothing that was there to find is missed.
    if (searching) wakened = true
    if (stopped || searching || running.size >= concurrency) return
    clearTimeout(timer)
    searching = true
    wakened = false
    const run = work().finally(() => running.delete(run))
    running.add(run)
  }
  const work = async () => {
    const own = { searching: true }
    const end = () => {
      if (own.searching) searching = false
      own.searching = false
    }
    const outcome = await attempt(() => {
      end()
      // Where there was one job there may be more.
      queueMicrotask(search)
    })
    end()
    // Later in this turn of the event loop: the place of the run that is ending must be free before the next one takes it.
    if (outcome === 'again' || wakened) setImmediate(search)
    else if (!searching) rest()
  }

  search()
  return {
    wake: search,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await Promise.all(running)
    },
  }
}
