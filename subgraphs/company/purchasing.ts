/**
 * Purchasing: backwards from the parts and goods that are needed to orders, shipments, receipts and lots. Services and other
 * needs of departments are ordered through requisitions.
 */
import { buyers } from './employees.ts'
import type { ItemWish, Lot, Need, PurchaseItem, PurchaseOrder, Receipt } from './drafts.ts'
import { batchesOf, makeLot, openingLot, type Batch } from './lots.ts'
import type { Product } from './products.ts'
import { endOfData, lastDay, momentOf, workday, workdayBefore, type Random } from './random.ts'
import type { SupplierRow } from './suppliers.ts'
import { inboundShipment } from './transport.ts'

/** Orders with what came of them, and lots that were there before. */
export interface Purchases {
  readonly orders: PurchaseOrder[]
  readonly lots: Lot[]
}

interface Planned {
  readonly batch: Batch
  readonly supplier: SupplierRow
  readonly orderDay: number
  readonly receiptDay: number
  readonly reserve: number
}

/** Covers needs for what is bought; needs of `window` days come together. */
export function planPurchases(random: Random, needs: readonly Need[], window: number): Purchases {
  const result: Purchases = { orders: [], lots: [] }
  const planned: Planned[] = []
  for (const batch of batchesOf(needs, window)) {
    const { supplier } = batch.product
    if (!supplier) throw new RangeError(`${batch.product.id} has no supplier.`)
    const reserve = reserveOf(random, batch.quantity)
    const receiptDay = workdayBefore(batch.firstDay - random.int(2, 9))
    const orderDay = workdayBefore(receiptDay - random.int(9, 30))
    if (orderDay < 0) result.lots.push(openingLot(batch, reserve))
    else if (orderDay <= lastDay) planned.push({ batch, supplier, orderDay, receiptDay, reserve })
  }
  const together = Map.groupBy(
    planned,
    ({ batch, supplier, orderDay }) => `${supplier.id} ${batch.plant} ${Math.floor(orderDay / 7)}`,
  )
  for (const group of together.values()) {
    const [first] = group
    if (first) addMaterialOrder(random, result, group, first)
  }
  return result
}

/** Round lots: what is bought comes in full packs. */
function reserveOf(random: Random, quantity: number): number {
  const pack = quantity > 500 ? 100 : 10
  return ((pack - (quantity % pack)) % pack) + pack * random.int(0, 2)
}

function addMaterialOrder(random: Random, result: Purchases, group: readonly Planned[], first: Planned): void {
  const day = Math.min(...group.map(({ orderDay }) => orderDay))
  const wishes = group.map(({ batch, reserve }) =>
    wishFor(batch.product, batch.quantity + reserve, priceOf(random, batch.product)),
  )
  const order = makeOrder(random, {
    supplier: first.supplier,
    plant: first.batch.plant,
    day,
    wishes,
    deliveryDays: group.map(({ receiptDay }) => receiptDay + random.int(0, 3)),
  })
  // What is due on the same day comes on the same lorry.
  const byDay = Map.groupBy(
    group.flatMap((planned, index) => {
      const item = order.items[index]
      return item ? [{ planned, item }] : []
    }),
    ({ planned }) => planned.receiptDay,
  )
  for (const [receiptDay, parts] of byDay) {
    const lots = receive(
      random,
      order,
      receiptDay,
      parts.map(({ item }) => ({ item, quantity: item.quantity })),
    )
    result.lots.push(...lots)
    parts.forEach(({ planned }, index) => {
      const lot = lots[index]
      if (lot) for (const need of planned.batch.needs) need.lot = lot
    })
  }
  result.orders.push(order)
}

/** A product as an item of an order. */
export function wishFor(product: Product, quantity: number, cents = product.costCents): ItemWish {
  return { product, description: product.name, unit: product.unit, quantity, cents }
}

/** Contract prices lie close to the standard cost. */
function priceOf(random: Random, product: Product): number {
  return Math.max(1, Math.round((product.costCents * random.int(95, 104)) / 100))
}

interface OrderWish {
  readonly supplier: SupplierRow
  readonly plant: number
  readonly day: number
  readonly wishes: readonly ItemWish[]
  readonly deliveryDays?: readonly number[]
  readonly type?: PurchaseOrder['type']
  readonly status?: PurchaseOrder['status']
  readonly reason?: string
  readonly buyer?: string
  readonly requisition?: PurchaseOrder['requisition']
}

/** A purchase order without receipts. */
export function makeOrder(random: Random, wish: OrderWish): PurchaseOrder {
  const { supplier, plant, wishes, deliveryDays = [] } = wish
  const day = workday(wish.day)
  return {
    id: '',
    supplier,
    day,
    at: momentOf(Math.min(day, lastDay), random.int(430, 1_000)),
    plant,
    type: wish.type ?? (random.chance(4) ? 'RUSH' : 'STANDARD'),
    buyer: wish.buyer ?? random.pick(buyers),
    status: wish.status ?? null,
    reason: wish.reason ?? null,
    requisition: wish.requisition ?? null,
    items: wishes.map((item, index) => ({
      id: '',
      number: (index + 1) * 10,
      ...item,
      deliveryDay: Math.max(deliveryDays[index] ?? day + 14, day + 1),
      received: 0,
      invoiced: 0,
    })),
    receipts: [],
    shipments: [],
    contractId: null,
  }
}

/** Plans the shipment and, where it has come, books the receipt. @returns the lots of the lines; none while it is on its way. */
export function receive(
  random: Random,
  order: PurchaseOrder,
  day: number,
  lines: readonly { readonly item: PurchaseItem; readonly quantity: number }[],
  lateness?: number,
): Lot[] {
  const at = momentOf(day, random.int(560, 900))
  const goods = lines.some(({ item }) => item.product !== null)
  const shipment = goods ? inboundShipment(random, order, at, lateness) : null
  if (shipment) order.shipments.push(shipment)
  const arrived = at <= endOfData
  const receipt: Receipt = { id: '', order, day, at, shipment, lines: [] }
  if (arrived) order.receipts.push(receipt)
  const lots: Lot[] = []
  for (const { item, quantity } of lines) {
    const { product } = item
    const lot =
      product && arrived ? makeLot(product, order.plant, quantity, at, { receipt, supplier: order.supplier }) : null
    if (lot) lots.push(lot)
    if (product) shipment?.contents.push({ product, quantity, lot })
    if (!arrived) continue
    item.received += quantity
    receipt.lines.push({ item, quantity, lot })
  }
  return lots
}
