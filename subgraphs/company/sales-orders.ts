/**
 * Sales orders with their deliveries. What is delivered becomes a need that production or purchasing covers; what was
 * ordered in the last days is still open.
 */
import type { AccountRow } from './accounts.ts'
import type { Delivery, Need, SalesItem, SalesOrder } from './drafts.ts'
import type { Product, Products } from './products.ts'
import { dayNumber, endOfData, lastDay, later, momentOf, workday, type Random } from './random.ts'
import type { OpportunityRow } from './sales.ts'

/** Sales orders of a slice. */
export const orderCount = 2_000
/** Orders of the demo's account: all delivered and paid long ago. */
const demoOrders = 14

const longest = lastDay + 45

/** All orders of a slice in the order of time; the demo's account orders in the first one only. */
export function makeSalesOrders(
  random: Random,
  accounts: readonly AccountRow[],
  opportunities: readonly OpportunityRow[],
  products: Products,
  owners: readonly string[],
  slice: number,
): SalesOrder[] {
  const [demoAccount, ...rest] = accounts
  const customers = rest.filter(({ type }) => type === 'CUSTOMER')
  const wonBy = Map.groupBy(
    opportunities.filter(({ stage }) => stage === 'CLOSED_WON'),
    ({ account_id }) => account_id,
  )
  const orders: SalesOrder[] = []
  for (let index = 0; index < orderCount; index += 1) {
    const demo = slice === 0 && index < demoOrders ? demoAccount : undefined
    const day = workday(demo ? random.int(8, 250) : random.int(2, lastDay - 2))
    const at = momentOf(day, random.int(430, 1_000))
    let account = demo ?? random.pick(customers)
    while (account.created_at > at) account = random.pick(customers)
    const won = wonBy
      .get(account.id)
      ?.find(({ updated_at, close_date }) => updated_at < at && dayNumber(close_date) > day - 60)
    orders.push(makeOrder(random, account, day, at, won?.id ?? null, products, random.pick(owners)))
  }
  return orders.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}

function makeOrder(
  random: Random,
  account: AccountRow,
  day: number,
  at: string,
  opportunityId: string | null,
  products: Products,
  owner: string,
): SalesOrder {
  const demo = account.id === 'acc-0001'
  const type = demo
    ? 'STANDARD'
    : random.weighted<SalesOrder['type']>([
        ['STANDARD', 91],
        ['RUSH', 7],
        ['RETURN', 2],
      ])
  const cancelled = !demo && random.chance(2)
  const requestedDay = workday(day + (type === 'RUSH' ? random.int(3, 6) : random.int(8, 32)))
  // What is blocked waits; only what is recent can still be blocked.
  const block =
    !demo && !cancelled && type === 'STANDARD' && day > lastDay - 45 && random.chance(8)
      ? random.pick<NonNullable<SalesOrder['block']>>([
          'CREDIT_LIMIT',
          'EXPORT_CONTROL',
          'CUSTOMER_REQUEST',
          'PRICE_CHECK',
        ])
      : null
  const order: SalesOrder = {
    id: '',
    at,
    day,
    requestedDay,
    account,
    reference: `${random.int(4_500_000, 4_599_999)}-${String(day).padStart(3, '0')}`,
    type,
    block,
    cancelled,
    opportunityId,
    owner,
    items: [],
    deliveries: [],
    demand: [],
  }
  const count = random.int(1, 3)
  for (let index = 0; index < count; index += 1) {
    const product = productOf(random, products)
    if (order.items.some((item) => item.product === product)) continue
    const discount = { STRATEGIC: 18, KEY: 12, STANDARD: 5, SMALL: 0 }[account.tier] + random.int(0, 4)
    order.items.push({
      id: '',
      order,
      number: (order.items.length + 1) * 10,
      product,
      quantity: quantityOf(random, product),
      cents: Math.round((product.priceCents * (100 - discount)) / 100),
      delivered: 0,
    })
  }
  if (cancelled || block !== null || type === 'RETURN') return order
  planDeliveries(random, order)
  return order
}

function productOf(random: Random, products: Products): Product {
  const type = random.weighted<Product['row']['type']>([
    ['FINISHED_GOOD', 72],
    ['TRADING_GOOD', 20],
    ['SPARE_PART', 8],
  ])
  return random.pick(products[type])
}

function quantityOf(random: Random, product: Product): number {
  if (product.row.type !== 'FINISHED_GOOD') return random.int(2, 40) * 5
  return product.priceCents > 60_000 ? random.int(1, 12) : random.int(2, 40)
}

/** One delivery for each plant; sometimes the first item goes ahead and the rest follows. */
function planDeliveries(random: Random, order: SalesOrder): void {
  const ready = workday(order.requestedDay - random.int(1, 3))
  const issueDay = Math.max(ready + (random.chance(10) ? random.int(1, 6) : 0), order.day + 1)
  for (const [plant, items] of Map.groupBy(order.items, ({ product }) => product.plant)) {
    if (items.length > 1 && random.chance(20)) {
      addDelivery(random, order, plant, items.slice(0, 1), issueDay)
      addDelivery(random, order, plant, items.slice(1), issueDay + random.int(4, 9))
    } else addDelivery(random, order, plant, items, issueDay)
  }
}

function addDelivery(random: Random, order: SalesOrder, plant: number, items: readonly SalesItem[], day: number): void {
  const issueDay = workday(day)
  if (issueDay > longest) return
  const planned = momentOf(issueDay, random.int(600, 1_020))
  const createdAt = later(momentOf(issueDay, 0), -random.int(600, 3_600))
  const at = createdAt > order.at ? createdAt : later(order.at, 30)
  const lines = items.map((item) => {
    const need: Need = { product: item.product, plant, day: issueDay, quantity: item.quantity, order, lot: null }
    return { item, quantity: item.quantity, need }
  })
  order.demand.push(...lines.map(({ need }) => need))
  // What is not yet to be picked has no delivery document.
  if (at > endOfData) return
  const issued = planned <= endOfData
  const arrives = momentOf(issueDay + random.int(1, 4), random.int(480, 900))
  const arrived = issued && arrives <= endOfData
  const delivery: Delivery = {
    id: '',
    order,
    plant,
    at,
    issueDay,
    lines,
    status: arrived ? 'DELIVERED' : issued ? 'GOODS_ISSUED' : issueDay - lastDay < 2 ? 'PICKED' : 'CREATED',
    arrivesAt: arrives,
    issuedAt: issued ? planned : null,
    deliveredAt: arrived ? arrives : null,
  }
  if (issued) for (const { item, quantity } of lines) item.delivered += quantity
  order.deliveries.push(delivery)
}
