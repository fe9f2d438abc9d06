/** Goods receipts: what came of an order, never more than ordered and a tenth; and how one that was wrong is taken back. */
import { requireStep, requireVersion } from '../acts.ts'
import { dayOf, quantityOf, readQuantity } from '../amounts.ts'
import { formatDecimal, priceScale } from '../decimal.ts'
import { invalid, optional, readValues, required, text } from '../inputs.ts'
import { requireSecondPrincipal } from '../separation-of-duty.ts'
import { stub } from '../stubs.ts'
import {
  maxItems,
  type ExistingRecord,
  type InnerListArgs,
  type OrderItemRecord,
  type OrderRecord,
  type ProcurementMutation,
  type ProcurementResolver,
  type ReceiptItemRecord,
  type ReceiptRecord,
} from './model.ts'
import { isWithinTolerance } from './order-items.ts'
import { loadItems } from './purchase-orders.ts'
import { lotId, makersOf, plantId, shipmentId } from './references.ts'
import { receiptSteps } from './states.ts'

type ReceiptResolver<Args = unknown> = ProcurementResolver<ReceiptRecord, Args>
type ItemResolver = ProcurementResolver<ReceiptItemRecord>

interface GivenItem extends Readonly<Record<string, unknown>> {
  readonly itemNumber: number
  readonly quantity: string
}

interface PostInput extends Readonly<Record<string, unknown>> {
  readonly purchaseOrderId: string
  readonly expectedVersion: number
  readonly plantId: string
  readonly postingDate: string
  readonly deliveryNote: string
  readonly items: readonly GivenItem[]
}

export const receiptFields = {
  purchaseOrder: (({ purchaseOrderId }, _, { records }) =>
    records.load('PurchaseOrder', purchaseOrderId)) satisfies ReceiptResolver,
  plant: (({ plantId: plant }) => stub(plant)) satisfies ReceiptResolver,
  shipment: (({ shipmentId: shipment }) => stub(shipment)) satisfies ReceiptResolver,
  items: (({ id }, { first }, { records }) =>
    records.list('GoodsReceiptItem', 'goodsReceiptId', id, {
      first,
      sort: [],
    })) satisfies ReceiptResolver<InnerListArgs>,
}

export const receiptItemFields = {
  purchaseOrderItem: (({ purchaseOrderItemId }, _, { records }) =>
    records.load('PurchaseOrderItem', purchaseOrderItemId)) satisfies ItemResolver,
  lot: (({ lotId: lot }) => stub(lot)) satisfies ItemResolver,
}

export const postGoodsReceipt: ProcurementMutation<PostInput> = async (_, args, { records, caller, now }, info) => {
  const { purchaseOrderId, expectedVersion, deliveryNote } = args.input
  const [found, items, posted] = await Promise.all([
    records.load('PurchaseOrder', purchaseOrderId),
    loadItems(records, purchaseOrderId),
    records.find('GoodsReceipt', {
      purchaseOrderId: { eq: purchaseOrderId },
      deliveryNote: { eq: deliveryNote },
      status: { eq: 'POSTED' },
    }),
  ])
  return records.change(info, args, async (apply) => {
    const order = requireVersion(found, 'PurchaseOrder', { id: purchaseOrderId, expectedVersion })
    requireSent(order, 'input.purchaseOrderId')
    requireSecondPrincipal(caller, [order.buyerId, order.preparedBy], 'post the receipt of goods that they buy')
    requireDay(args.input.postingDate, order, now)
    if (posted) throw invalid('input.deliveryNote', `was posted before, as \`${posted.id}\``)
    const came = readCame(args.input, items)
    const values = {
      ...readValues(args.input, {
        plantId: required(plantId),
        deliveryNote: required(text(100)),
        shipmentId: optional(shipmentId),
      }),
      purchaseOrderId,
      postingDate: args.input.postingDate,
      receivedBy: makersOf(caller).maker,
      status: 'POSTED',
    }
    const goodsReceipt = await apply('GoodsReceipt', { kind: 'create', values })
    for (const { item, quantity, lot } of came) {
      const { id: purchaseOrderItemId, unit } = item
      const itemValues = { goodsReceiptId: goodsReceipt.id, purchaseOrderItemId, quantity, unit, lotId: lot }
      await apply('GoodsReceiptItem', { kind: 'create', values: itemValues })
    }
    // The order's version counts its receipts: two that are posted at once do not both fit into what is left.
    await apply('PurchaseOrder', { kind: 'update', id: order.id, expectedVersion, values: {} })
    for (const change of countReceived(came, 1n)) await apply('PurchaseOrderItem', change)
    return { goodsReceipt }
  })
}

export const reverseGoodsReceipt: ProcurementMutation<ExistingRecord> = async (_, args, { records }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('GoodsReceipt', id)
  const [order, items, received] = await Promise.all([
    records.load('PurchaseOrder', found?.purchaseOrderId),
    loadItems(records, found?.purchaseOrderId),
    records.list('GoodsReceiptItem', 'goodsReceiptId', id, { first: maxItems, sort: [] }),
  ])
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'GoodsReceipt', args.input)
    requireStep<ReceiptRecord['status']>(receiptSteps, current.status, 'REVERSED', { entity: 'GoodsReceipt', id })
    if (!order) throw new Error('A goods receipt has no order, against the foreign key of its table.')
    requireSent(order, 'input.id')
    const { reason } = readValues(args.input, { reason: required(text(1_000)) })
    const values = { status: 'REVERSED', reverseReason: reason }
    const goodsReceipt = await apply('GoodsReceipt', { kind: 'update', id, expectedVersion, values })
    await apply('PurchaseOrder', { kind: 'update', id: order.id, expectedVersion: order.version, values: {} })
    const gone = received.map(({ purchaseOrderItemId, quantity }) => ({
      item: itemOf(items, purchaseOrderItemId),
      quantity,
    }))
    for (const change of countReceived(gone, -1n)) await apply('PurchaseOrderItem', change)
    return { goodsReceipt }
  })
}

/** Reads what came. @throws `INVALID_INPUT` naming the item that the order has not, has for another plant, or has not open. */
function readCame({ items: given, plantId: plant }: PostInput, items: readonly OrderItemRecord[]) {
  if (given.length === 0 || given.length > maxItems) throw invalid('input.items', `must have 1 to ${maxItems} items`)
  const received = new Map(items.map(({ id, receivedQuantity }) => [id, quantityOf(receivedQuantity)]))
  return given.map((came, index) => {
    const at = `input.items.${index}`
    const item = items.find(({ itemNumber }) => itemNumber === came.itemNumber)
    if (!item) throw invalid(`${at}.itemNumber`, 'names no item of the order')
    if (item.plantId !== plant) throw invalid(`${at}.itemNumber`, `names an item for the plant \`${item.plantId}\``)
    const quantity = readQuantity(`${at}.quantity`, came.quantity)
    // The same item may come in several lots; together they must fit.
    const total = (received.get(item.id) ?? 0n) + quantityOf(quantity)
    received.set(item.id, total)
    if (!isWithinTolerance(total, item)) {
      throw invalid(
        `${at}.quantity`,
        `makes \`${formatDecimal(total, priceScale)}\` received of \`${item.quantity}\` ordered; ten per cent more are accepted`,
      )
    }
    const { lotId: lot = null } = readValues(came, { lotId: optional(lotId) }, at)
    return { item, quantity, lot }
  })
}

/** The changes of the order's items, one for each item, however many lots of it came. */
function countReceived(came: readonly { readonly item: OrderItemRecord; readonly quantity: string }[], sign: 1n | -1n) {
  return [...Map.groupBy(came, ({ item }) => item)].map(([item, lots]) => {
    const total = lots.reduce(
      (sum, { quantity }) => sum + sign * quantityOf(quantity),
      quantityOf(item.receivedQuantity),
    )
    const values = { receivedQuantity: formatDecimal(total, priceScale) }
    return { kind: 'update', id: item.id, expectedVersion: item.version, values } as const
  })
}

function requireSent({ id, status }: OrderRecord, argument: string): void {
  if (status === 'SENT') return
  throw invalid(
    argument,
    `leads to the order \`${id}\`, which is \`${status}\`; goods come and go while it is \`SENT\``,
  )
}

function requireDay(postingDate: string, { orderDate }: OrderRecord, now: Date): void {
  if (postingDate > dayOf(now)) throw invalid('input.postingDate', 'cannot be in the future')
  if (postingDate < orderDate) throw invalid('input.postingDate', `cannot be before the order, \`${orderDate}\``)
}

function itemOf(items: readonly OrderItemRecord[], id: string): OrderItemRecord {
  const item = items.find((candidate) => candidate.id === id)
  if (!item) throw new Error(`The order item ${id} is not in the order of its receipt.`)
  return item
}
