/**
 * Shows how far the demo company is while it is made: a bar on a terminal, elsewhere a line now and then, for a log. Small
 * companies are there before there is anything to show.
 */
import { Presets, SingleBar } from 'cli-progress'

/** Where progress is written, and when it is. */
export interface SeedProgressOptions {
  readonly stream: NodeJS.WritableStream
  readonly isTerminal: boolean
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number
}

export interface SeedProgress {
  /** From 0 to 1, and how many rows are in. */
  update(done: number, rows: number): void
  /** Takes the bar away. */
  end(): void
}

/** A log gets no more than a line in so many milliseconds. */
const lineEveryMs = 10_000

/** Begins to watch; nothing is written before the first update. */
export function createSeedProgress({ stream, isTerminal, now }: SeedProgressOptions): SeedProgress {
  return isTerminal ? createBar(stream) : createLines(stream, now)
}

function createBar(stream: NodeJS.WritableStream): SeedProgress {
  const bar = new SingleBar(
    {
      stream,
      format: '  Making the demo company {bar} {percentage} % · {rows} rows',
      clearOnComplete: true,
      hideCursor: true,
    },
    Presets.shades_classic,
  )
  let started = false
  return {
    update(done, rows) {
      if (!started) bar.start(100, 0, { rows: 0 })
      started = true
      bar.update(Math.floor(done * 100), { rows: rows.toLocaleString('en') })
    },
    end() {
      if (started) bar.stop()
      started = false
    },
  }
}

function createLines(stream: NodeJS.WritableStream, now: () => number): SeedProgress {
  let last = now()
  return {
    update(done, rows) {
      if (now() - last < lineEveryMs) return
      last = now()
      stream.write(`Making the demo company: ${Math.floor(done * 100)} %, ${rows} rows\n`)
    },
    end: () => undefined,
  }
}
