/** How much slower this machine is at the moment because others use it too: limits in seconds are stretched by it. */
import { availableParallelism, loadavg } from 'node:os'

/** 1 on an idle machine; the processes that want to run, for each processor, on a busy one. */
export function noise(): number {
  return Math.max(1, (loadavg()[0] ?? 0) / availableParallelism())
}
