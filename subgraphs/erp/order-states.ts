/**
 * The statuses of a sales order and the steps between them. Goods issues move an order on; only cancelling is asked for, and
 * only while nothing has left the plant.
 */
import type { SalesOrderStatus } from '../../storage/tables/erp.ts'

/** From each status, the statuses that one step reaches. */
export const orderSteps = {
  NOT_PROCESSED: ['PARTIALLY_PROCESSED', 'COMPLETELY_PROCESSED', 'CANCELLED'],
  PARTIALLY_PROCESSED: ['COMPLETELY_PROCESSED'],
  COMPLETELY_PROCESSED: [],
  CANCELLED: [],
} as const satisfies Record<SalesOrderStatus, readonly SalesOrderStatus[]>

/** Statuses in which an order may still be changed, blocked and delivered. */
export const openOrderStatuses: ReadonlySet<SalesOrderStatus> = new Set(['NOT_PROCESSED', 'PARTIALLY_PROCESSED'])
