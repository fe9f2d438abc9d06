/** The statuses of a payment and the steps between them: prepare, approve, release; what is released is gone. */
import type { PaymentStatus } from '../../storage/tables/finance.ts'

/** From each status, the statuses that one step reaches. */
export const paymentSteps = {
  PREPARED: ['APPROVED', 'CANCELLED'],
  APPROVED: ['RELEASED', 'CANCELLED'],
  RELEASED: [],
  CANCELLED: [],
} as const satisfies Record<PaymentStatus, readonly PaymentStatus[]>
