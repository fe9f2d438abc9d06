/**
 * Posting goods issue: what a delivery takes out of stock, what it adds to the items of its order, and where that leaves the
 * order. Everything is computed from what was read; the versions that are written make it hold.
 */
import { refusal } from '../../lib/errors.ts'
import {
  byItemNumber,
  byStorageLocation,
  maxItems,
  type DeliveryItemRecord,
  type DeliveryRecord,
  type ErpRecords,
  type ProductRecord,
  type SalesOrderItemRecord,
  type SalesOrderRecord,
  type StockRecord,
} from './model.ts'
import { quantity, quantityOf } from './quantities.ts'

/** What goods issue depends on. */
export interface IssueBasis {
  readonly items: readonly DeliveryItemRecord[]
  readonly orderItems: readonly SalesOrderItemRecord[]
  /** Each product of the delivery with its stock in the plant, by storage location. */
  readonly stock: ReadonlyMap<
    string,
    { readonly product: ProductRecord | null; readonly levels: readonly StockRecord[] }
  >
}

/** One record to be updated. */
interface Update {
  readonly kind: 'update'
  readonly id: string
  readonly expectedVersion: number
  readonly values: Readonly<Record<string, string>>
}

/** Reads what goods issue of a delivery depends on. */
export async function readIssueBasis(records: ErpRecords, delivery: DeliveryRecord): Promise<IssueBasis> {
  const [items, orderItems] = await Promise.all([
    records.list('DeliveryItem', 'deliveryId', delivery.id, { first: maxItems, sort: [] }),
    records.list('SalesOrderItem', 'salesOrderId', delivery.salesOrderId, { first: maxItems, sort: [byItemNumber] }),
  ])
  const productIds = [...new Set(items.map(({ productId }) => productId))]
  const filter = { plantId: { eq: delivery.plantId } }
  const stock = await Promise.all(
    productIds.map(async (id) => {
      const [product, levels] = await Promise.all([
        records.load('Product', id),
        records.list('StockLevel', 'productId', id, { first: maxItems, sort: [byStorageLocation], filter }),
      ])
      return [id, { product, levels }] as const
    }),
  )
  return { items, orderItems, stock: new Map(stock) }
}

/** Takes the quantities out of unrestricted stock, storage location by storage location. @throws when there is not enough. */
export function takeFromStock({ id, plantId }: DeliveryRecord, { items, stock }: IssueBasis): readonly Update[] {
  const updates = [...sumBy(items, ({ productId }) => productId)].flatMap(([productId, needed]) => {
    const { product, levels = [] } = stock.get(productId) ?? {}
    if (product?.type === 'SERVICE') return []
    let left = needed
    const taken = levels.flatMap((level) => {
      const free = quantityOf(level.unrestrictedQuantity)
      const part = free < left ? free : left
      left -= part
      return part === 0n ? [] : [update(level, { unrestrictedQuantity: quantity(free - part) })]
    })
    if (left > 0n) {
      throw refusal(
        'INVALID_INPUT',
        `The delivery \`${id}\` needs \`${quantity(needed)}\` of \`${productId}\`, but the plant \`${plantId}\` has only \`${quantity(needed - left)}\` in unrestricted stock.`,
        { argument: 'input.id', productId, needed: quantity(needed), unrestricted: quantity(needed - left) },
      )
    }
    return taken
  })
  return inOrderOfIds(updates)
}

/** Adds the quantities to what is delivered of each item, and says where that leaves the order. */
export function addToDelivered({ items, orderItems }: IssueBasis): {
  readonly updates: readonly Update[]
  readonly status: SalesOrderRecord['status']
} {
  const issued = sumBy(items, ({ salesOrderItemId }) => salesOrderItemId)
  const delivered = orderItems.map((item) => ({
    item,
    total: quantityOf(item.deliveredQuantity) + (issued.get(item.id) ?? 0n),
  }))
  const complete = delivered.every(({ item, total }) => total === quantityOf(item.quantity))
  const updates = delivered
    .filter(({ item }) => issued.has(item.id))
    .map(({ item, total }) => update(item, { deliveredQuantity: quantity(total) }))
  return { updates: inOrderOfIds(updates), status: complete ? 'COMPLETELY_PROCESSED' : 'PARTIALLY_PROCESSED' }
}

function sumBy(
  items: readonly DeliveryItemRecord[],
  key: (item: DeliveryItemRecord) => string,
): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>()
  for (const item of items) sums.set(key(item), (sums.get(key(item)) ?? 0n) + quantityOf(item.quantity))
  return sums
}

function update({ id, version }: { readonly id: string; readonly version: number }, values: Update['values']): Update {
  return { kind: 'update', id, expectedVersion: version, values }
}

/** Two goods issues that touch the same records then wait for one another instead of for ever. */
function inOrderOfIds(updates: readonly Update[]): readonly Update[] {
  return updates.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}
