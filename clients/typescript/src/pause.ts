/** Waits for some time, or until a signal says to stop. */
import { setTimeout as delay } from 'node:timers/promises'

/** Resolves after the time; rejects with the reason of the signal when that comes first. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}
