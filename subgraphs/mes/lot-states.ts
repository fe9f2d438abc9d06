/** The statuses of a material lot and the steps between them. CONSUMED is not set: it is reached when nothing is left. */
import type { LotStatus } from '../../storage/tables/mes.ts'

/** From each status, the statuses that one step reaches. What was rejected must be looked at again before it is used. */
export const lotSteps = {
  AVAILABLE: ['QUARANTINE', 'BLOCKED'],
  QUARANTINE: ['AVAILABLE', 'BLOCKED'],
  BLOCKED: ['QUARANTINE'],
  CONSUMED: [],
} as const satisfies Record<LotStatus, readonly LotStatus[]>
