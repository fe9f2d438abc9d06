/** The loop of an agent: claims tasks of its role, does as many at once as it may, and gives back what it holds when it has to stop. */
import { treatmentOf } from '../codes.ts'
import type { MandateClient } from '../mandate-client.ts'
import { MandateError } from '../mandate-error.ts'
import { pause } from '../pause.ts'
import { waitAfter } from '../retry.ts'
import { listener, type OnEvent } from './events.ts'
import { claim, type ClaimAnswer } from './held-task.ts'
import { type Handler, runTask } from './run-task.ts'

export interface WorkOptions {
  /** A role that the agent holds. */
  readonly role: string
  readonly handler: Handler
  /** How many tasks at once. The gateway has a limit of its own. Default 1. */
  readonly concurrency?: number
  /** Ends the loop: nothing more is claimed, and what is held is finished or given back. */
  readonly signal?: AbortSignal
  /** How long what is held, and a claim that waits, may take to come to an end after `signal`; then it is given back. Default 20 000. */
  readonly finishWithinMs?: number
  /** How long one claim waits for a task, 0 to 8. Default 8. */
  readonly waitSeconds?: number
  /** The shortest time between two claims that have brought nothing. Default 1 000. */
  readonly pauseMs?: number
  readonly onEvent?: OnEvent
}

/** The most that one claim gives. */
const mostAtOnce = 10
/** The longest time between two claims that have failed. */
const longestPauseMs = 30_000

/**
 * Works until `signal` says to stop. Resolves when everything that was held is finished or given back.
 * @throws `MandateError` where no claim can ever succeed: the agent has not the role, or the gateway knows no tasks
 *
 * @example
 * await workOn(client, {
 *   role: 'support-agent',
 *   signal: stop.signal,
 *   handler: async ({ input, client, key }) => ({ answered: true }),
 * })
 */
export async function workOn(client: MandateClient, options: WorkOptions): Promise<void> {
  const { role, handler, concurrency = 1, finishWithinMs = 20_000, waitSeconds = 8, pauseMs = 1_000 } = options
  const signal = options.signal ?? new AbortController().signal
  const onEvent = listener(options.onEvent)
  const running = new Set<Promise<void>>()
  const isStopped = () => signal.aborted
  using stopping = stopSoon(signal, finishWithinMs)
  const { stopNow } = stopping
  // A claim that waits is not broken off at once: what it brings would be nobody's until its lease ends.
  const claiming = client.with({ signal: stopNow })

  try {
    for (let failures = 0; !signal.aborted;) {
      const room = Math.min(mostAtOnce, concurrency - running.size)
      if (room <= 0) {
        await untilOneEnds(running, signal)
        continue
      }
      const askedAtMs = performance.now()
      let answer: ClaimAnswer
      try {
        answer = await claim(claiming, { role, max: room, wait: `${waitSeconds}s` })
        failures = 0
      } catch (error) {
        if (isStopped()) break
        failures += 1
        const waitMs = pauseAfter(error, failures, pauseMs)
        onEvent({ kind: 'claim-failed', error, pauseMs: waitMs })
        await quietly(pause(waitMs, signal), signal)
        continue
      }
      for (const claimed of answer.claimed) {
        const stop = isStopped() ? AbortSignal.abort() : stopNow
        const work = runTask(claimed, { client, handler, onEvent, stopNow: stop }).finally(() => {
          running.delete(work)
        })
        running.add(work)
      }
      const shortMs = pauseMs - (performance.now() - askedAtMs)
      if (answer.claimed.length === 0 && shortMs > 0) await quietly(pause(shortMs, signal), signal)
    }
  } finally {
    stopping.begin()
    await Promise.all(running)
  }
}

/** A signal that aborts some time after another has. */
function stopSoon(signal: AbortSignal, ms: number) {
  const stopNow = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const begin = () => {
    timer ??= setTimeout(() => {
      stopNow.abort(new DOMException('The loop stops, and the time to finish is over.', 'AbortError'))
    }, ms)
  }
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, { once: true })
  return {
    stopNow: stopNow.signal,
    /** Begins to count, where the other has not aborted. */
    begin,
    [Symbol.dispose]() {
      signal.removeEventListener('abort', begin)
      clearTimeout(timer)
    },
  }
}

/** How long to wait after a claim that failed. @throws the error where waiting does not help */
function pauseAfter(error: unknown, failures: number, firstWaitMs: number): number {
  if (!(error instanceof MandateError)) throw error
  if (treatmentOf(error.code) === 'pause') return Math.min(longestPauseMs, error.retryAfterMs ?? longestPauseMs)
  if (!error.retryable) throw error
  return firstWaitMs + waitAfter(error, failures, { firstWaitMs: 2 * firstWaitMs, longestWaitMs: longestPauseMs })
}

async function untilOneEnds(running: ReadonlySet<Promise<void>>, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const stop = () => {
    resolve(undefined)
  }
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  await Promise.race([...running, promise])
  signal.removeEventListener('abort', stop)
}

/** That the loop has to stop is no error. */
async function quietly(waiting: Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await waiting
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
