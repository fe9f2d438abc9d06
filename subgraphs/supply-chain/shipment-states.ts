/** The statuses of a shipment, and the steps between them. */
import type { ShipmentStatus } from '../../storage/tables/supply-chain.ts'

/** From each status, the statuses that one step reaches. What is held up must move again before it can arrive. */
export const shipmentSteps = {
  PLANNED: ['IN_TRANSIT', 'CANCELLED'],
  IN_TRANSIT: ['DELAYED', 'DELIVERED'],
  DELAYED: ['IN_TRANSIT'],
  DELIVERED: [],
  CANCELLED: [],
} as const satisfies Record<ShipmentStatus, readonly ShipmentStatus[]>

/** Statuses in which the goods are still to come. */
export const openShipmentStatuses: ReadonlySet<ShipmentStatus> = new Set(['PLANNED', 'IN_TRANSIT', 'DELAYED'])
