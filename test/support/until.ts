/** Waiting for what happens by itself. */
import { setTimeout as delay } from 'node:timers/promises'

/** Asks again and again until the answer is yes; throws when it does not come in time. */
export async function until(holds: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const end = Date.now() + timeoutMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It did not happen within ${timeoutMs} ms: ${String(holds)}`)
    await delay(20)
  }
}
