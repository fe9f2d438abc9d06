/** Requisitions, purchase orders and receipts as rows. */
import { euros, priceText, quantityText } from './amounts.ts'
import type { PurchaseOrder, Receipt, Requisition } from './drafts.ts'
import { berndOsthoff } from './employees.ts'
import { plants } from './plants.ts'
import { dayText, endOfData, lastDay, later, type Random } from './random.ts'
import type { CompanyPart, Numbers, SeedRow } from './rows.ts'
import { plantId } from './sales-rows.ts'

type OrderRow = SeedRow<'procurement.purchase_orders'>
type ReceiptRow = SeedRow<'procurement.goods_receipts'>
type RequisitionRow = SeedRow<'procurement.requisitions'>

interface Purchasing {
  readonly requisitions: readonly Requisition[]
  readonly orders: readonly PurchaseOrder[]
  readonly receipts: readonly Receipt[]
  /** Who receives at each plant. */
  readonly storekeepers: readonly (readonly string[])[]
}

/** Up to this net total, in cents, the procurement agent releases an order alone; see `policies/procurement.ts`. */
const agentLimit = 500_000

/** The net total of an order, in cents. */
export function orderTotal({ items }: PurchaseOrder): number {
  return items.reduce((sum, { quantity, cents }) => sum + quantity * cents, 0)
}

/** The rows of what was asked for, ordered and received. */
export function purchaseRows(
  random: Random,
  { requisitions, orders, receipts, storekeepers }: Purchasing,
  numbers: Numbers,
): CompanyPart {
  return {
    'procurement.requisitions': requisitions.map(requisitionRow),
    'procurement.purchase_orders': orders.map((order) => orderRow(random, order)),
    'procurement.purchase_order_items': orders.flatMap(itemRows),
    'procurement.requisition_items': requisitions.flatMap((requisition) => requisitionItems(requisition, numbers)),
    'procurement.goods_receipts': receipts.map((receipt) => receiptRow(random, receipt, storekeepers)),
    'procurement.goods_receipt_items': receipts.flatMap((receipt) => receiptItems(receipt, numbers)),
  }
}

function requisitionRow(requisition: Requisition): RequisitionRow {
  const { id, at, status, decidedAt, wishes } = requisition
  const decided = decidedAt !== null
  return {
    id,
    version: { DRAFT: 1, SUBMITTED: 2, APPROVED: 3, REJECTED: 3, ORDERED: 4, WITHDRAWN: 2 }[status],
    created_at: at,
    updated_at: decidedAt ?? at,
    title: requisition.title,
    justification: 'Budgeted for this year; the work cannot go on without it.',
    status,
    requested_by: requisition.requestedBy,
    prepared_by: null,
    cost_center: requisition.costCenter,
    needed_by: dayText(requisition.neededDay),
    currency: 'EUR',
    total: euros(wishes.reduce((sum, { quantity, cents }) => sum + quantity * cents, 0)),
    decided_by: decided ? berndOsthoff : null,
    decided_at: decidedAt,
    decision_note: status === 'REJECTED' ? 'Not in the budget of this department.' : null,
  }
}

function requisitionItems(requisition: Requisition, numbers: Numbers): SeedRow<'procurement.requisition_items'>[] {
  const { id, at, wishes, plant, supplier, order } = requisition
  return wishes.map((wish, index) => ({
    id: numbers.next('pri-', 5),
    version: 1,
    created_at: at,
    updated_at: at,
    requisition_id: id,
    item_number: (index + 1) * 10,
    product_id: wish.product?.id ?? null,
    description: wish.description,
    plant_id: plantId(plant),
    quantity: quantityText(wish.quantity),
    unit: wish.unit,
    estimated_price: priceText(wish.cents),
    supplier_id: supplier.id,
    purchase_order_id: order?.id ?? null,
  }))
}

/** What is complete was received and billed in full; what is not planned otherwise was sent as soon as it was released. */
function statusOf(random: Random, order: PurchaseOrder): OrderRow['status'] {
  if (order.status !== null) return order.status
  const complete = order.items.every(({ quantity, received, invoiced }) => received >= quantity && invoiced >= quantity)
  if (complete) return 'COMPLETED'
  if (order.receipts.length > 0 || order.shipments.some(({ departedAt }) => departedAt !== null)) return 'SENT'
  if (order.day >= lastDay - 2) return random.pick(['IN_PREPARATION', 'IN_RELEASE', 'IN_RELEASE', 'RELEASED'])
  return 'SENT'
}

function orderRow(random: Random, order: PurchaseOrder): OrderRow {
  const status = statusOf(random, order)
  const released = status === 'RELEASED' || status === 'SENT' || status === 'COMPLETED' || status === 'CANCELLED'
  const soon = later(order.at, random.int(5, 100))
  const releasedAt = soon < endOfData ? soon : endOfData
  const last = order.receipts.reduce((latest, { at }) => (at > latest ? at : latest), releasedAt)
  return {
    id: order.id,
    version: { IN_PREPARATION: 1, IN_RELEASE: 2, REJECTED: 3, RELEASED: 3, SENT: 4, COMPLETED: 5, CANCELLED: 4 }[
      status
    ],
    created_at: order.at,
    updated_at: status === 'COMPLETED' ? last : released ? releasedAt : order.at,
    supplier_id: order.supplier.id,
    contract_id: order.contractId,
    requisition_id: order.requisition?.id ?? null,
    type: order.type,
    status,
    order_date: order.at.slice(0, 10),
    currency: 'EUR',
    net_total: euros(orderTotal(order)),
    payment_terms_days: order.supplier.payment_terms_days,
    incoterms: order.items.some(({ product }) => product) ? `DAP ${plants[order.plant]?.city ?? 'Havelberg'}` : null,
    buyer_id: order.buyer,
    prepared_by: null,
    released_by: released ? (orderTotal(order) > agentLimit ? berndOsthoff : 'agent:procurement-agent') : null,
    released_at: released ? releasedAt : null,
    status_reason: order.reason,
  }
}

function itemRows(order: PurchaseOrder): SeedRow<'procurement.purchase_order_items'>[] {
  return order.items.map((item) => ({
    id: item.id,
    version: item.received > 0 ? 2 : 1,
    created_at: order.at,
    updated_at: order.at,
    purchase_order_id: order.id,
    item_number: item.number,
    product_id: item.product?.id ?? null,
    description: item.description,
    plant_id: plantId(order.plant),
    quantity: quantityText(item.quantity),
    unit: item.unit,
    net_price: priceText(item.cents),
    net_amount: euros(item.quantity * item.cents),
    delivery_date: dayText(item.deliveryDay),
    received_quantity: quantityText(item.received),
    invoiced_quantity: quantityText(item.invoiced),
  }))
}

function receiptRow(random: Random, receipt: Receipt, storekeepers: Purchasing['storekeepers']): ReceiptRow {
  const { id, at, order, shipment } = receipt
  return {
    id,
    version: 1,
    created_at: at,
    updated_at: at,
    purchase_order_id: order.id,
    plant_id: plantId(order.plant),
    posting_date: at.slice(0, 10),
    delivery_note: shipment ? `DN-${id.slice(3)}` : `Confirmation ${id.slice(3)}`,
    received_by:
      shipment || !order.requisition ? random.pick(storekeepers[order.plant] ?? []) : order.requisition.requestedBy,
    status: 'POSTED',
    shipment_id: shipment?.id ?? null,
    reverse_reason: null,
  }
}

function receiptItems(receipt: Receipt, numbers: Numbers): SeedRow<'procurement.goods_receipt_items'>[] {
  return receipt.lines.map(({ item, quantity, lot }) => ({
    id: numbers.next('gri-', 5),
    version: 1,
    created_at: receipt.at,
    updated_at: receipt.at,
    goods_receipt_id: receipt.id,
    purchase_order_item_id: item.id,
    quantity: quantityText(quantity),
    unit: item.unit,
    lot_id: lot?.id ?? null,
  }))
}
