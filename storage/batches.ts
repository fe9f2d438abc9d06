/**
 * Work of many callers in one round trip: what comes in while a batch is under way goes into the next one. However many wait, one
 * connection is used, and nobody else waits for it.
 */

export interface BatchOptions {
  /** Most items of one batch. */
  readonly size: number
}

interface Waiting<Item, Result> {
  readonly item: Item
  resolve(result: Result): void
  reject(error: unknown): void
}

/**
 * Makes a function that runs its items in batches, in the order of asking. A batch that fails fails for everybody in it, and for those
 * who wait behind it: what is broken is not asked again for each of them.
 */
export function inBatches<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
  { size }: BatchOptions,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = []
  let running = false

  async function work(): Promise<void> {
    // A turn of the event loop later, so that what is asked in one turn shares a round trip.
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const batch = waiting.splice(0, size)
      try {
        const results = await run(batch.map(({ item }) => item))
        for (const [at, each] of batch.entries()) {
          const result = results[at]
          if (result === undefined) each.reject(new Error('A batch answered less than it was asked.'))
          else each.resolve(result)
        }
      } catch (error) {
        const behind = waiting
        waiting = []
        for (const each of [...batch, ...behind]) each.reject(error)
      }
    }
    running = false
  }

  return (item) =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (running) return
      running = true
      void work()
    })
}
