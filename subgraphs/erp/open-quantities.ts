/**
 * What is open on a sales order: ordered, not issued yet, and on no delivery that waits for its goods issue.
 *
 * INVARIANT: whoever writes by this reads the order first and changes it at the version it read. Every new delivery and every
 * goods issue counts the order's version up, so what was read after the order cannot be older than it.
 */
import { openDeliveryStatuses } from './delivery-states.ts'
import { maxItems, type ErpRecords, type SalesOrderItemRecord } from './model.ts'
import { quantityOf } from './quantities.ts'

/** The most deliveries of one order that may wait for their goods issue: fewer than one list can show. */
export const maxOpenDeliveries = 50

/** What is on deliveries of one order that wait for their goods issue. */
interface Planned {
  readonly deliveries: number
  readonly byItem: ReadonlyMap<string, bigint>
}

/** Reads what is on the open deliveries of an order, for many orders in two statements. */
export async function readPlanned(records: ErpRecords, salesOrderId: string): Promise<Planned> {
  const deliveries = await records.list('Delivery', 'salesOrderId', salesOrderId, {
    first: maxItems,
    sort: [],
    filter: { status: { in: openDeliveryStatuses } },
  })
  // A sum over a part of the deliveries would say that more is open than is.
  if (deliveries.length === maxItems)
    throw new Error(`The order ${salesOrderId} has too many open deliveries to sum up.`)
  const items = await Promise.all(
    deliveries.map(({ id }) => records.list('DeliveryItem', 'deliveryId', id, { first: maxItems, sort: [] })),
  )
  const byItem = new Map<string, bigint>()
  for (const { salesOrderItemId, quantity } of items.flat()) {
    byItem.set(salesOrderItemId, (byItem.get(salesOrderItemId) ?? 0n) + quantityOf(quantity))
  }
  return { deliveries: deliveries.length, byItem }
}

/** How much of an item is open; zero of an order that is cancelled is for its caller to say. */
export function openOf({ id, quantity, deliveredQuantity }: SalesOrderItemRecord, { byItem }: Planned): bigint {
  return quantityOf(quantity) - quantityOf(deliveredQuantity) - (byItem.get(id) ?? 0n)
}
