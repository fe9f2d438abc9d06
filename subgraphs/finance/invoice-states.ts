/**
 * The statuses of an invoice and the steps between them. A purchase invoice is matched, approved, scheduled and paid; a
 * sales invoice is approved and paid.
 */
import type { InvoiceDirection, InvoiceStatus } from '../../storage/tables/finance.ts'

type Steps = Readonly<Record<InvoiceStatus, readonly InvoiceStatus[]>>

/** For each direction, from each status, the statuses that one step reaches. */
export const invoiceSteps = {
  PURCHASE: {
    RECEIVED: ['MATCHED', 'DISPUTED', 'CANCELLED'],
    MATCHED: ['APPROVED', 'DISPUTED', 'CANCELLED'],
    APPROVED: ['SCHEDULED', 'DISPUTED', 'CANCELLED'],
    // Back to APPROVED when the payment is taken back, or paid only a part.
    SCHEDULED: ['PAID', 'APPROVED'],
    PAID: [],
    DISPUTED: ['MATCHED', 'CANCELLED'],
    CANCELLED: [],
  },
  SALES: {
    RECEIVED: ['APPROVED', 'CANCELLED'],
    MATCHED: [],
    APPROVED: ['PAID', 'DISPUTED', 'CANCELLED'],
    SCHEDULED: [],
    PAID: [],
    DISPUTED: ['APPROVED', 'CANCELLED'],
    CANCELLED: [],
  },
} as const satisfies Record<InvoiceDirection, Steps>
