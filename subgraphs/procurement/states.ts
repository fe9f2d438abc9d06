/**
 * The statuses of procurement's documents and the steps between them. From each status, the statuses that one act reaches;
 * what ends by itself, as a contract does on its last day, is no step.
 */
import type {
  ContractStatus,
  GoodsReceiptStatus,
  PurchaseOrderStatus,
  RequisitionStatus,
} from '../../storage/tables/procurement.ts'

type Steps<Status extends string> = Readonly<Record<Status, readonly Status[]>>

export const contractSteps = {
  DRAFT: ['ACTIVE', 'TERMINATED'],
  ACTIVE: ['TERMINATED'],
  EXPIRED: [],
  TERMINATED: [],
} as const satisfies Steps<ContractStatus>

export const requisitionSteps = {
  DRAFT: ['SUBMITTED', 'WITHDRAWN'],
  SUBMITTED: ['APPROVED', 'REJECTED', 'WITHDRAWN'],
  APPROVED: ['ORDERED', 'WITHDRAWN'],
  REJECTED: [],
  // Back to APPROVED only with the cancelling of an order of its items: nobody decides twice.
  ORDERED: [],
  WITHDRAWN: [],
} as const satisfies Steps<RequisitionStatus>

/** SAP, `PurchasingProcessingStatus`. */
export const orderSteps = {
  IN_PREPARATION: ['IN_RELEASE', 'CANCELLED'],
  IN_RELEASE: ['RELEASED', 'REJECTED', 'CANCELLED'],
  REJECTED: ['IN_PREPARATION', 'CANCELLED'],
  RELEASED: ['SENT', 'CANCELLED'],
  SENT: ['COMPLETED', 'CANCELLED'],
  COMPLETED: [],
  CANCELLED: [],
} as const satisfies Steps<PurchaseOrderStatus>

export const receiptSteps = {
  POSTED: ['REVERSED'],
  REVERSED: [],
} as const satisfies Steps<GoodsReceiptStatus>
