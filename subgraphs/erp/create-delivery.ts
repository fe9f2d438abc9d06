/** Makes a delivery of what is open on a sales order: never of a blocked one, never more than is open, from one plant. */
import { requireReference, requireVersion } from '../acts.ts'
import { dayOf } from '../amounts.ts'
import { formed, invalid, optional, readValues } from '../inputs.ts'
import { byItemNumber, maxItems, type ErpMutation, type SalesOrderItemRecord, type SalesOrderRecord } from './model.ts'
import { maxOpenDeliveries, openOf, readPlanned } from './open-quantities.ts'
import { quantity, readQuantity } from './quantities.ts'
import { requireOpen } from './sales-orders.ts'

interface GivenItem {
  readonly itemNumber: number
  readonly quantity?: string | null
  readonly lotId?: string | null
}

interface CreateInput {
  readonly salesOrderId: string
  readonly expectedVersion: number
  readonly plantId: string
  readonly plannedGoodsIssue: string
  readonly items?: readonly GivenItem[] | null
}

/** What is open, item by item; taken from as the delivery's items are read. */
type OpenItems = Map<number, { readonly item: SalesOrderItemRecord; left: bigint }>

const lotId = optional(formed(/^lot-\d{5,}$/, 'the id of a lot, like `lot-00001`'))

export const createDelivery: ErpMutation<CreateInput> = async (_, args, { records, now }, info) => {
  const { salesOrderId, expectedVersion, plantId, plannedGoodsIssue } = args.input
  // The order before its deliveries: `open-quantities.ts` says why.
  const found = await records.load('SalesOrder', salesOrderId)
  const [plant, items, planned] = await Promise.all([
    records.load('Plant', plantId),
    records.list('SalesOrderItem', 'salesOrderId', salesOrderId, { first: maxItems, sort: [byItemNumber] }),
    readPlanned(records, salesOrderId),
  ])
  return records.change(info, args, async (apply) => {
    const order = requireVersion(found, 'SalesOrder', { id: salesOrderId, expectedVersion })
    requireDeliverable(order)
    requireReference(plant, 'input.plantId', plantId)
    if (plannedGoodsIssue < dayOf(now)) throw invalid('input.plannedGoodsIssue', 'cannot be in the past')
    if (planned.deliveries >= maxOpenDeliveries) {
      throw invalid(
        'input.salesOrderId',
        `names an order with ${maxOpenDeliveries} deliveries that wait for goods issue`,
      )
    }
    const open: OpenItems = new Map(items.map((item) => [item.itemNumber, { item, left: openOf(item, planned) }]))
    const drafts = args.input.items ? readItems(args.input.items, open, plantId) : everythingOpen(open, plantId)
    const delivery = await apply('Delivery', {
      kind: 'create',
      values: { salesOrderId, accountId: order.accountId, plantId, status: 'CREATED', plannedGoodsIssue },
    })
    for (const draft of drafts) {
      await apply('DeliveryItem', { kind: 'create', values: { ...draft, deliveryId: delivery.id } })
    }
    const change = { kind: 'update', id: salesOrderId, expectedVersion, values: {} } as const
    return { delivery, salesOrder: await apply('SalesOrder', change) }
  })
}

function requireDeliverable(order: SalesOrderRecord): void {
  requireOpen(order, 'input.salesOrderId')
  if (order.type === 'RETURN') throw invalid('input.salesOrderId', 'names a `RETURN`, of which nothing is delivered')
  if (order.deliveryBlock !== null) {
    throw invalid('input.salesOrderId', `names an order that has the delivery block \`${order.deliveryBlock}\``)
  }
}

function everythingOpen(open: OpenItems, plantId: string) {
  const drafts = [...open.values()]
    .filter(({ item, left }) => item.plantId === plantId && left > 0n)
    .map(({ item, left }) => draftOf(item, left, null))
  if (drafts.length === 0) throw invalid('input.plantId', 'names a plant that has nothing open on the order')
  return drafts
}

function readItems(given: readonly GivenItem[], open: OpenItems, plantId: string) {
  if (given.length === 0 || given.length > maxItems) throw invalid('input.items', `must have 1 to ${maxItems} items`)
  return given.map((line, index) => {
    const path = `input.items.${index}`
    const entry = open.get(line.itemNumber)
    if (!entry) throw invalid(`${path}.itemNumber`, 'names an item that the order does not have')
    const { item, left } = entry
    if (item.plantId !== plantId) throw invalid(`${path}.itemNumber`, `names an item of the plant \`${item.plantId}\``)
    if (left <= 0n) throw invalid(`${path}.itemNumber`, 'names an item of which nothing is open')
    const taken = line.quantity == null ? left : readQuantity(`${path}.quantity`, line.quantity, item.unit)
    if (taken > left) throw invalid(`${path}.quantity`, `can be at most what is open, \`${quantity(left)}\``)
    // An item may be named twice, with two lots; it is not open twice.
    entry.left = left - taken
    readValues({ ...line }, { lotId }, path)
    return draftOf(item, taken, line.lotId ?? null)
  })
}

function draftOf({ id, productId, unit }: SalesOrderItemRecord, taken: bigint, lot: string | null) {
  return { salesOrderItemId: id, productId, unit, quantity: quantity(taken), lotId: lot }
}
