/** The statuses of an absence and the steps between them. */
import type { AbsenceStatus } from '../../storage/tables/hr.ts'

/** From each status, the statuses that one step reaches. What is approved can be called off until it begins. */
export const absenceSteps = {
  REQUESTED: ['APPROVED', 'REJECTED', 'CANCELLED'],
  APPROVED: ['CANCELLED'],
  REJECTED: [],
  CANCELLED: [],
} as const satisfies Record<AbsenceStatus, readonly AbsenceStatus[]>

/** Statuses in which an absence takes its days: no other may have them. */
export const takingDays: readonly AbsenceStatus[] = ['REQUESTED', 'APPROVED']
