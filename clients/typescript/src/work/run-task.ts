/** Does one task: begins it, lets the handler work while the lease is kept, and tells the gateway how it ended. */
import { idempotencyKey } from '../idempotency-key.ts'
import type { MandateClient } from '../mandate-client.ts'
import type { OnEvent } from './events.ts'
import { type HeldTask, holdTask } from './held-task.ts'
import { isLost, keepLease } from './keep-lease.ts'
import { type Outcome, outcomeOfError, outcomeOfResult } from './outcomes.ts'
import { type Handled, settle } from './settle.ts'
import type { Claimed, Task } from './task.ts'

/** What a handler is given. */
export interface TaskContext {
  readonly task: Task
  /** What the task is given, read from its JSON. */
  readonly input: unknown
  /** The answer to the question that an attempt before has asked with `NeedsInput`; null where there is none. */
  readonly answer: unknown
  /** Sends every request in the name of the task, and ends with `signal`. */
  readonly client: MandateClient
  /** Aborts when the lease is lost, and when the loop has to stop at once. */
  readonly signal: AbortSignal
  /** The idempotency key of one step of the task: every attempt gets the same. */
  readonly key: (...parts: readonly (string | number)[]) => string
  /** Tells whoever listens to the loop. */
  readonly say: (message: string, details?: unknown) => void
}

/** Does the work of a task; what it returns is the result. */
export type Handler = (context: TaskContext) => unknown

export interface RunTaskOptions {
  readonly client: MandateClient
  readonly handler: Handler
  readonly onEvent: OnEvent
  /** Aborts when what is held is to be given back. */
  readonly stopNow: AbortSignal
}

/** How long a handler has to come to its end after its signal was aborted, before the task is given back without it. */
const unwindMs = 2_000

/** Does the task to its end, whatever that is. INVARIANT: never rejects. */
export async function runTask(claimed: Claimed, options: RunTaskOptions): Promise<void> {
  const { task, lease } = claimed
  const { onEvent, stopNow } = options
  const client = options.client.with({ task: task.workItem })
  const held = holdTask(client, claimed)
  onEvent({ kind: 'claimed', task })
  try {
    await using kept = keepLease({
      clock: client,
      held,
      until: lease.until,
      onFailure: (error) => {
        onEvent({ kind: 'heartbeat-failed', task, error })
      },
    })
    const handled = (await begin(held, task, options))
      ? await handle(task, client, kept.lost, options)
      : { outcome: released }
    if (kept.lost.aborted) onEvent({ kind: 'lease-lost', task, error: kept.lost.reason })
    else await settle(held, task, handled, { onEvent, giveUp: AbortSignal.any([kept.lost, stopNow]) })
  } catch (error) {
    onEvent({ kind: isLost(error) ? 'lease-lost' : 'settle-failed', task, error })
  }
}

const released: Outcome = { kind: 'released' }

/** Whether the work has begun. */
async function begin(held: HeldTask, task: Task, { onEvent, stopNow }: RunTaskOptions): Promise<boolean> {
  if (stopNow.aborted) return false
  try {
    await held.begin()
    onEvent({ kind: 'begun', task })
    return true
  } catch (error) {
    if (isLost(error)) throw error
    onEvent({ kind: 'begin-failed', task, error })
    return false
  }
}

async function handle(
  task: Task,
  client: MandateClient,
  lost: AbortSignal,
  { handler, onEvent, stopNow }: RunTaskOptions,
): Promise<Handled> {
  const signal = AbortSignal.any([lost, stopNow])
  const work = async (): Promise<Handled> => {
    try {
      const context: TaskContext = {
        task,
        input: JSON.parse(task.input) as unknown,
        answer: task.question?.answer == null ? null : (JSON.parse(task.question.answer) as unknown),
        client: client.with({ signal }),
        signal,
        key: (...parts) => idempotencyKey(task.id, ...parts),
        say: (message, details = null) => {
          onEvent({ kind: 'said', task, message, details })
        },
      }
      return { outcome: outcomeOfResult(await handler(context)) }
    } catch (thrown) {
      const outcome = outcomeOfError(thrown)
      // What it was doing was broken off: somebody else does it anew.
      const isBrokenOff = stopNow.aborted && outcome.kind === 'failed' && outcome.class === 'RETRYABLE'
      return { outcome: isBrokenOff ? released : outcome, thrown }
    }
  }
  using late = releasedAfter(stopNow, unwindMs)
  return await Promise.race([work(), late.promise])
}

/** Gives the task back some time after the loop was told to stop at once, whether or not the handler has come to its end. */
function releasedAfter(stopNow: AbortSignal, ms: number) {
  const { promise, resolve } = Promise.withResolvers<Handled>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const begin = () => {
    timer = setTimeout(() => {
      resolve({ outcome: released })
    }, ms)
  }
  if (stopNow.aborted) begin()
  else stopNow.addEventListener('abort', begin, { once: true })
  return {
    promise,
    [Symbol.dispose]() {
      stopNow.removeEventListener('abort', begin)
      clearTimeout(timer)
    },
  }
}
