/** The transition table of tasks (docs/domain: run, task, attempt): which event a task takes in which state. What is not named is refused. */
import type { RunEventKind } from './events.ts'
import type { TaskState } from './state.ts'

/** What happens to tasks, with the states in which it may. */
export const taskTransitions = {
  claimed: ['READY'],
  begun: ['CLAIMED'],
  completed: ['CLAIMED', 'IN_PROGRESS'],
  failed: ['CLAIMED', 'IN_PROGRESS'],
  released: ['CLAIMED', 'IN_PROGRESS'],
  leaseExpired: ['CLAIMED', 'IN_PROGRESS'],
  handedOff: ['CLAIMED', 'IN_PROGRESS'],
  escalated: ['CLAIMED', 'IN_PROGRESS'],
  inputRequested: ['CLAIMED', 'IN_PROGRESS'],
  approvalAwaited: ['CLAIMED', 'IN_PROGRESS'],
  inputGiven: ['INPUT_REQUIRED'],
  approvalSettled: ['APPROVAL_REQUIRED'],
  voted: ['READY'],
  invoked: ['READY', 'IN_PROGRESS'],
  nobodyEligible: ['READY'],
  childEnded: ['IN_PROGRESS'],
  retried: ['FAILED'],
  skipped: ['WAITING', 'READY', 'CLAIMED', 'IN_PROGRESS', 'INPUT_REQUIRED', 'APPROVAL_REQUIRED', 'FAILED'],
  reassigned: ['READY', 'CLAIMED', 'IN_PROGRESS', 'INPUT_REQUIRED', 'FAILED'],
} as const satisfies Partial<Record<RunEventKind, readonly TaskState[]>>

export type TaskEventKind = keyof typeof taskTransitions

/** Whether a task takes such an event in this state. */
export function takes(state: TaskState, kind: TaskEventKind): boolean {
  const states: readonly TaskState[] = taskTransitions[kind]
  return states.includes(state)
}
