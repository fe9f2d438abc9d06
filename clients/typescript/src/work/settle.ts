/** Tells the gateway how the work on a task has ended. */
import { MandateError } from '../mandate-error.ts'
import { pause } from '../pause.ts'
import { waitAfter } from '../retry.ts'
import type { OnEvent } from './events.ts'
import type { HeldTask } from './held-task.ts'
import { isLost } from './keep-lease.ts'
import { type Outcome, outcomeOfError } from './outcomes.ts'
import type { Task } from './task.ts'

/** How the work has ended, and what the handler threw. */
export interface Handled {
  readonly outcome: Outcome
  readonly thrown?: unknown
}

export interface Settling {
  readonly onEvent: OnEvent
  /** When to stop trying: the lease is lost, or the loop has no more time. */
  readonly giveUp: AbortSignal
}

/** Tells the gateway, and goes on trying while nobody answers and the lease holds: what has been done is not done for nothing. */
export async function settle(
  held: HeldTask,
  task: Task,
  { outcome, thrown }: Handled,
  { onEvent, giveUp }: Settling,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await held.settle(outcome)
      report(task, outcome, thrown, onEvent)
      return
    } catch (error) {
      if (isLost(error) || giveUp.aborted) throw error
      if (!(error instanceof MandateError) || !error.retryable) {
        const second = insteadOf(outcome, error)
        if (second === null) throw error
        await held.settle(second)
        report(task, second, error, onEvent)
        return
      }
      await pause(waitAfter(error, attempt, { firstWaitMs: 1_000, longestWaitMs: 5_000 }), giveUp)
    }
  }
}

/** What the gateway refuses to take is an attempt that failed; a failure that it refuses is left to the lease. */
function insteadOf({ kind }: Outcome, error: unknown): Outcome | null {
  return kind === 'failed' || kind === 'released' ? null : outcomeOfError(error)
}

function report(task: Task, outcome: Outcome, error: unknown, onEvent: OnEvent): void {
  switch (outcome.kind) {
    case 'failed': {
      const { code, message } = outcome
      onEvent({ kind: 'failed', task, class: outcome.class, code, message, error })
      return
    }
    case 'input-requested':
      onEvent({ kind: 'input-requested', task, question: outcome.question })
      return
    case 'approval-awaited':
      onEvent({ kind: 'approval-awaited', task, approval: outcome.approval })
      return
    case 'completed':
    case 'handed-off':
    case 'escalated':
    case 'released':
      onEvent({ kind: outcome.kind, task })
  }
}
