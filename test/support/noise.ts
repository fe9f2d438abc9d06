/** How much slower this machine is at the moment because others use it too: limits in seconds are stretched by it. */
import { readFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'

/** 1 on an idle machine; the processes that want to run, for each processor, on a busy one. */
export function noise(): number {
  return Math.max(1, Math.max(loadavg()[0] ?? 0, runnable()) / availableParallelism())
}

/** What wants to run now: the average of a minute knows nothing of what has just begun. */
function runnable(): number {
  try {
    return Number(/ (\d+)\/\d+ /u.exec(readFileSync('/proc/loadavg', 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
