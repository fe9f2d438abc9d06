/** The states of an operation and the steps between them, and which of them the state of its job order lets happen. */
import type { JobOrderState, OperationState } from '../../storage/tables/mes.ts'

/** From each state, the states that one step reaches. Back to PENDING puts the operation back, to be started again. */
export const operationSteps = {
  PENDING: ['RUNNING', 'SKIPPED'],
  RUNNING: ['COMPLETED', 'PENDING'],
  COMPLETED: [],
  SKIPPED: [],
} as const satisfies Record<OperationState, readonly OperationState[]>

/** Work is done while the order runs; what is put back or left out may be planned before. */
const allowed = {
  NOT_ALLOWED_TO_START: ['SKIPPED'],
  ALLOWED_TO_START: ['SKIPPED'],
  RUNNING: ['RUNNING', 'COMPLETED', 'PENDING', 'SKIPPED'],
  INTERRUPTED: ['PENDING', 'SKIPPED'],
  ENDED: [],
  ABORTED: [],
} as const satisfies Record<JobOrderState, readonly OperationState[]>

/** The states that an operation can go to while its job order is in this state. */
export function operationStepsUnder(order: JobOrderState, from: OperationState): readonly OperationState[] {
  const possible: readonly OperationState[] = allowed[order]
  return operationSteps[from].filter((state) => possible.includes(state))
}

/** States in which an operation still has to be done: its job order cannot end. */
export const openOperationStates: readonly OperationState[] = ['PENDING', 'RUNNING']
