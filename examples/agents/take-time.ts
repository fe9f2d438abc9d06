/** Work takes time. */
import { setTimeout as delay } from 'node:timers/promises'

/** Resolves after the time; rejects with the reason of the signal when that comes first. */
export async function takeTime(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (ms <= 0) return
  try {
    await delay(ms, undefined, { signal })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}
