/** The statuses of a position and the steps between them. From FILLED to OPEN it goes when who holds it leaves or moves. */
import type { PositionStatus } from '../../storage/tables/hr.ts'

/** From each status, the statuses that one step reaches. */
export const positionSteps = {
  OPEN: ['FILLED', 'CLOSED'],
  FILLED: ['OPEN'],
  CLOSED: [],
} as const satisfies Record<PositionStatus, readonly PositionStatus[]>
