/** Keeps a lease while work goes on: a heartbeat at each third of it, and word when it is lost. */
import { treatmentOf } from '../codes.ts'
import type { MandateClient } from '../mandate-client.ts'
import { MandateError } from '../mandate-error.ts'
import { pause } from '../pause.ts'
import type { HeldTask } from './held-task.ts'

/** A lease that is kept until it is disposed of. */
export interface KeptLease extends AsyncDisposable {
  /** Aborts when the lease is lost; its reason is why. */
  readonly lost: AbortSignal
}

export interface KeepLeaseOptions {
  readonly clock: Pick<MandateClient, 'now'>
  readonly held: Pick<HeldTask, 'heartbeat'>
  /** When it ends; null for a lease that does not. */
  readonly until: string | null
  readonly onFailure: (error: unknown) => void
}

/** However short a lease is, its holder does not beat faster. */
const shortestBeatMs = 100

/** Begins to keep it. */
export function keepLease({ clock, held, until, onFailure }: KeepLeaseOptions): KeptLease {
  const lost = new AbortController()
  const ended = new AbortController()

  async function beat(): Promise<void> {
    let end = until
    while (end !== null) {
      const endMs = Date.parse(end)
      await pause(Math.max(shortestBeatMs, (endMs - clock.now()) / 3), ended.signal)
      const leftMs = Math.max(shortestBeatMs, endMs - clock.now())
      try {
        end = await held.heartbeat(AbortSignal.any([ended.signal, AbortSignal.timeout(leftMs)]))
      } catch (error) {
        ended.signal.throwIfAborted()
        if (isLost(error) || clock.now() >= endMs) {
          lost.abort(error)
          return
        }
        // The next try comes after a third of what is left, and so on: more often as the end comes near.
        onFailure(error)
      }
    }
  }

  const beating = beat().catch((error: unknown) => {
    if (!ended.signal.aborted) lost.abort(error)
  })
  return {
    lost: lost.signal,
    async [Symbol.asyncDispose]() {
      ended.abort()
      await beating
    },
  }
}

/** Whether the gateway has said that the task is not this agent's any more. */
export function isLost(error: unknown): boolean {
  return error instanceof MandateError && treatmentOf(error.code) === 'lost'
}
