/** The statuses of an outbound delivery and the steps between them. What has left the plant is not called back. */
import type { DeliveryStatus } from '../../storage/tables/erp.ts'

/** From each status, the statuses that one step reaches. */
export const deliverySteps = {
  CREATED: ['PICKED', 'CANCELLED'],
  PICKED: ['GOODS_ISSUED', 'CANCELLED'],
  GOODS_ISSUED: ['DELIVERED'],
  DELIVERED: [],
  CANCELLED: [],
} as const satisfies Record<DeliveryStatus, readonly DeliveryStatus[]>

/** Statuses in which a delivery holds quantities of its order that have not left yet. */
export const openDeliveryStatuses = ['CREATED', 'PICKED'] as const satisfies readonly DeliveryStatus[]
