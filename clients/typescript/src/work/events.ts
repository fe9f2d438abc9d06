/** What a loop tells of its work, for a log or for measurements. */
import type { FailureClass, Task } from './task.ts'

export type WorkEvent =
  | { readonly kind: 'claimed' | 'begun' | 'completed' | 'released' | 'handed-off' | 'escalated'; readonly task: Task }
  | {
      readonly kind: 'failed'
      readonly task: Task
      readonly class: FailureClass
      readonly code: string
      readonly message: string
      /** What was thrown. */
      readonly error: unknown
    }
  | { readonly kind: 'input-requested'; readonly task: Task; readonly question: string }
  | { readonly kind: 'approval-awaited'; readonly task: Task; readonly approval: string }
  /** The handler said so. */
  | { readonly kind: 'said'; readonly task: Task; readonly message: string; readonly details: unknown }
  /** The task is somebody else's, or ready again: the handler's signal is aborted and what it gives is dropped. */
  | { readonly kind: 'lease-lost'; readonly task: Task; readonly error: unknown }
  /** It is tried again before the lease ends. */
  | { readonly kind: 'heartbeat-failed'; readonly task: Task; readonly error: unknown }
  /** The work could not begin; the task is given back. */
  | { readonly kind: 'begin-failed'; readonly task: Task; readonly error: unknown }
  /** The gateway could not be told how the work ended: the lease runs out. */
  | { readonly kind: 'settle-failed'; readonly task: Task; readonly error: unknown }
  /** It is tried again after `pauseMs`. */
  | { readonly kind: 'claim-failed'; readonly error: unknown; readonly pauseMs: number }

export type OnEvent = (event: WorkEvent) => void

/** A listener that fails takes nobody's task away. */
export function listener(onEvent: OnEvent | undefined): OnEvent {
  return (event) => {
    try {
      onEvent?.(event)
    } catch {
      // Whoever listens has to look after its own errors: there is nobody here to tell.
    }
  }
}
