/** One slice of business: everything that is planned for it, and the ids that it all gets in the order of time. */
import type { Bill } from './bills.ts'
import type { Delivery, Job, Lot, PurchaseOrder, Receipt, Requisition, SalesOrder, Shipment } from './drafts.ts'
import { lotNumber } from './lots.ts'
import type { Numbers } from './rows.ts'

/** What a slice consists of before rows are made of it. */
export interface Slice {
  readonly salesOrders: SalesOrder[]
  readonly deliveries: Delivery[]
  readonly jobs: Job[]
  readonly lots: Lot[]
  readonly requisitions: Requisition[]
  readonly purchaseOrders: PurchaseOrder[]
  readonly receipts: Receipt[]
  readonly shipments: Shipment[]
  readonly bills: Bill[]
}

/** Gives ids to everything but the bills, which get theirs as invoices. */
export function assignIds(slice: Slice, numbers: Numbers): void {
  const yearly = (prefix: string, at: string) => numbers.next(`${prefix}-${at.slice(0, 4)}-`, 5)
  for (const order of inOrder(slice.salesOrders, ({ at }) => at)) {
    order.id = yearly('SO', order.at)
    for (const item of order.items) item.id = numbers.next('soi-', 5)
  }
  for (const delivery of inOrder(slice.deliveries, ({ at }) => at)) delivery.id = yearly('DLV', delivery.at)
  for (const job of inOrder(slice.jobs, ({ start }) => start)) job.id = yearly('JO', job.start)
  for (const requisition of inOrder(slice.requisitions, ({ at }) => at)) requisition.id = yearly('PR', requisition.at)
  for (const order of inOrder(slice.purchaseOrders, ({ at }) => at)) {
    order.id = yearly('PO', order.at)
    for (const item of order.items) item.id = numbers.next('poi-', 5)
  }
  for (const receipt of inOrder(slice.receipts, ({ at }) => at)) receipt.id = yearly('GR', receipt.at)
  for (const shipment of inOrder(slice.shipments, ({ plannedDeparture }) => plannedDeparture)) {
    shipment.id = yearly('SHP', shipment.plannedDeparture)
  }
  for (const lot of inOrder(slice.lots, ({ at }) => at)) {
    lot.id = numbers.next('lot-', 5)
    lot.number = lotNumber(lot)
  }
}

/** Sorts in place by a moment; what happens at the same moment stays as it was. */
function inOrder<T>(list: T[], at: (one: T) => string): T[] {
  return list.sort((a, b) => {
    const [one, other] = [at(a), at(b)]
    return one < other ? -1 : one > other ? 1 : 0
  })
}
