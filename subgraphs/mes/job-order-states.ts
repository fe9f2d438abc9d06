/**
 * The states of a job order and the steps between them (ISA-95 job control in OPC UA 10031-4). Beside Start, Pause, Resume,
 * Stop and Abort it has the release, which may be taken back (RevokeStart).
 */
import type { JobOrderState } from '../../storage/tables/mes.ts'

/** From each state, the states that one step reaches. */
export const jobOrderSteps = {
  NOT_ALLOWED_TO_START: ['ALLOWED_TO_START', 'ABORTED'],
  ALLOWED_TO_START: ['NOT_ALLOWED_TO_START', 'RUNNING', 'ABORTED'],
  RUNNING: ['INTERRUPTED', 'ENDED', 'ABORTED'],
  INTERRUPTED: ['RUNNING', 'ENDED', 'ABORTED'],
  ENDED: [],
  ABORTED: [],
} as const satisfies Record<JobOrderState, readonly JobOrderState[]>

/** States in which the plan may still be changed. */
export const plannedStates: ReadonlySet<JobOrderState> = new Set(['NOT_ALLOWED_TO_START', 'ALLOWED_TO_START'])

/** States in which an order has begun and is not over: what it does can be reported. */
export const begunStates: ReadonlySet<JobOrderState> = new Set(['RUNNING', 'INTERRUPTED'])

/** States that may say why. */
export const statesWithReason: ReadonlySet<JobOrderState> = new Set(['NOT_ALLOWED_TO_START', 'INTERRUPTED', 'ABORTED'])
