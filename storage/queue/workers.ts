/** The workers of this process: who runs which queue, who is to be woken, and how they stop. */
import { within } from '../within.ts'
import { reasonOf } from '../storage-log.ts'
import type { JobHandler, Stop, WorkOptions } from './durable-queue.ts'
import { type Poll, startPoll } from './poll.ts'
import type { RunContext } from './run-context.ts'
import { createLeasedRun } from './run-leased.ts'
import { createTransactionalRun } from './run-transactional.ts'

export interface WorkersOptions extends Pick<RunContext, 'database' | 'jobs' | 'log' | 'trouble'> {
  readonly pollMs: number
  readonly stopTimeoutMs: number
}

export interface Workers {
  start(queue: string, handler: JobHandler, options?: WorkOptions): Stop
  wake(queue: string): void
  /** Stops all that were started; none can be started afterwards. */
  stop(): Promise<void>
}

export function createWorkers({ pollMs, stopTimeoutMs, ...shared }: WorkersOptions): Workers {
  const working = new Map<Stop, { readonly queue: string; readonly poll: Poll }>()
  let started = 0
  let stopped = false

  const start: Workers['start'] = (queue, handler, { concurrency = 1 } = {}) => {
    if (stopped) throw new Error('The queue is closed.')
    started += 1
    const closing = new AbortController()
    const context: RunContext = { ...shared, queue, source: `${queue} ${started}`, closing: closing.signal }
    const attempt =
      handler.kind === 'transactional'
        ? createTransactionalRun(context, handler.handle)
        : createLeasedRun(context, handler.handle)
    const poll = startPoll({ everyMs: pollMs, concurrency, attempt })
    let stopping: Promise<void> | undefined
    const stop: Stop = () =>
      (stopping ??= (async () => {
        closing.abort(new Error('The worker stops.'))
        try {
          await within(stopTimeoutMs, `A job of the queue \`${queue}\` did not end`, poll.stop())
        } catch (error) {
          // Its lease ends by itself, or its transaction is never committed: somebody else does the job.
          shared.log.warn({ queue, reason: reasonOf(error) }, 'A worker stopped without its job')
        }
        working.delete(stop)
      })())
    working.set(stop, { queue, poll })
    return stop
  }

  return {
    start,
    wake(queue) {
      for (const worker of working.values()) if (worker.queue === queue) worker.poll.wake()
    },
    async stop() {
      stopped = true
      await Promise.all([...working.keys()].map((stop) => stop()))
    },
  }
}
