/** Sales orders and deliveries as rows. */
import { euros, priceText, quantityText } from './amounts.ts'
import type { Delivery, SalesOrder } from './drafts.ts'
import { plants } from './plants.ts'
import { dayText, endOfData, lastDay } from './random.ts'
import type { CompanyPart, Numbers, SeedRow } from './rows.ts'

type OrderRow = SeedRow<'erp.sales_orders'>
type ItemRow = SeedRow<'erp.sales_order_items'>
type DeliveryRow = SeedRow<'erp.deliveries'>
type LineRow = SeedRow<'erp.delivery_items'>

/** The rows of some orders with their deliveries. */
export function salesRows(
  orders: readonly SalesOrder[],
  deliveries: readonly Delivery[],
  numbers: Numbers,
): CompanyPart {
  const items: ItemRow[] = []
  for (const order of orders) {
    const changed = lastChange(order)
    for (const { id, number, product, quantity, cents, delivered } of order.items) {
      items.push({
        id,
        version: delivered > 0 ? 2 : 1,
        created_at: order.at,
        updated_at: delivered > 0 ? changed : order.at,
        sales_order_id: order.id,
        item_number: number,
        product_id: product.id,
        plant_id: plantId(product.plant),
        quantity: quantityText(quantity),
        unit: product.unit,
        net_price: priceText(cents),
        net_amount: euros(quantity * cents),
        delivered_quantity: quantityText(delivered),
      })
    }
  }
  const lines: LineRow[] = []
  for (const delivery of deliveries) {
    for (const { item, quantity, need } of delivery.lines) {
      lines.push({
        id: numbers.next('dli-', 5),
        version: 1,
        created_at: delivery.at,
        updated_at: delivery.issuedAt ?? delivery.at,
        delivery_id: delivery.id,
        sales_order_item_id: item.id,
        product_id: item.product.id,
        quantity: quantityText(quantity),
        unit: item.product.unit,
        lot_id: delivery.issuedAt === null ? null : (need.lot?.id ?? null),
      })
    }
  }
  return {
    'erp.sales_orders': orders.map(orderRow),
    'erp.sales_order_items': items,
    'erp.deliveries': deliveries.map(deliveryRow),
    'erp.delivery_items': lines,
  }
}

function orderRow(order: SalesOrder): OrderRow {
  const status = statusOf(order)
  const changed = status === 'CANCELLED' || status === 'NOT_PROCESSED' ? order.at : lastChange(order)
  return {
    id: order.id,
    version: status === 'NOT_PROCESSED' ? 1 : 2,
    created_at: order.at,
    updated_at: changed,
    account_id: order.account.id,
    customer_reference: order.reference,
    type: order.type,
    order_date: order.at.slice(0, 10),
    requested_delivery_date: dayText(order.requestedDay),
    status,
    delivery_block: order.block,
    currency: 'EUR',
    net_total: euros(order.items.reduce((sum, { quantity, cents }) => sum + quantity * cents, 0)),
    owner_id: order.owner,
    cancel_reason: order.cancelled ? 'The customer withdrew the order.' : null,
    opportunity_id: order.opportunityId,
  }
}

/** The overall status follows from what has left; a return is complete when its credit note is out. */
function statusOf({ cancelled, type, day, items }: SalesOrder): OrderRow['status'] {
  if (cancelled) return 'CANCELLED'
  if (type === 'RETURN') return day < lastDay - 20 ? 'COMPLETELY_PROCESSED' : 'NOT_PROCESSED'
  if (items.every(({ quantity, delivered }) => delivered === quantity)) return 'COMPLETELY_PROCESSED'
  return items.some(({ delivered }) => delivered > 0) ? 'PARTIALLY_PROCESSED' : 'NOT_PROCESSED'
}

function lastChange(order: SalesOrder): string {
  const last = order.deliveries.reduce(
    (latest, { issuedAt }) => (issuedAt !== null && issuedAt > latest ? issuedAt : latest),
    order.at,
  )
  return last < endOfData ? last : endOfData
}

function deliveryRow(delivery: Delivery): DeliveryRow {
  const { status, issuedAt, deliveredAt } = delivery
  return {
    id: delivery.id,
    version: { CREATED: 1, PICKED: 2, GOODS_ISSUED: 3, DELIVERED: 4, CANCELLED: 2 }[status],
    created_at: delivery.at,
    updated_at: deliveredAt ?? issuedAt ?? delivery.at,
    sales_order_id: delivery.order.id,
    account_id: delivery.order.account.id,
    plant_id: plantId(delivery.plant),
    status,
    planned_goods_issue: dayText(delivery.issueDay),
    goods_issued_at: issuedAt,
    delivered_at: deliveredAt,
  }
}

/** The id of a plant by its index. */
export function plantId(index: number): string {
  return plants[index]?.id ?? plants[0].id
}
