/**
 * What is billed: deliveries and monthly services to customers, receipts and monthly services by suppliers. A bill names the
 * order that it bills; prices and quantities are those of the order and of what was delivered.
 */
import type { AccountRow } from './accounts.ts'
import type { Delivery, PurchaseItem, PurchaseOrder, Receipt, SalesOrder } from './drafts.ts'
import type { Products } from './products.ts'
import { endOfData, lastDay, later, momentOf, workday, type Random } from './random.ts'
import { servicesOf, type SupplierRow } from './suppliers.ts'
import type { SeedRow } from './rows.ts'

/** An invoice before it has a number. */
export interface Bill {
  readonly direction: 'SALES' | 'PURCHASE'
  readonly at: string
  readonly account: AccountRow | null
  readonly supplier: SupplierRow | null
  readonly lines: readonly BillLine[]
  /** The order that a supplier bills. */
  readonly order: PurchaseOrder | null
  /** BT-13 as the customer gave it. */
  readonly reference: string | null
  readonly note: string | null
  readonly credit: boolean
  /** The status that it must have, whatever chance says. */
  readonly status: SeedRow<'finance.invoices'>['status'] | null
  /** The supplier's own number, where it must be this one. */
  readonly supplierNumber: string | null
  /** What a finding calls it. */
  id: string
}

export interface BillLine {
  readonly name: string
  readonly unit: string
  readonly quantity: number
  readonly cents: number
  readonly item: PurchaseItem | null
}

const none = {
  account: null,
  supplier: null,
  order: null,
  reference: null,
  note: null,
  credit: false,
  status: null,
  supplierNumber: null,
  id: '',
} as const

/** Sales invoices: one for each delivery that has left, a credit note for each old return, services month by month. */
export function salesBills(
  random: Random,
  orders: readonly SalesOrder[],
  accounts: readonly AccountRow[],
  products: Products,
  services: number,
  slice: number,
): Bill[] {
  const bills: Bill[] = []
  for (const order of orders) {
    if (order.type === 'RETURN' && order.day < lastDay - 20 && !order.cancelled) bills.push(ofReturn(order))
    for (const delivery of order.deliveries) if (delivery.issuedAt !== null) bills.push(ofDelivery(random, delivery))
  }
  const [demoAccount, ...rest] = accounts
  // The demo's account has a few open invoices, whatever chance says, and the rest of its year is paid.
  if (slice === 0 && demoAccount) {
    for (const age of [12, 19, 47])
      bills.push(ofService(random, demoAccount, products, workday(lastDay - age), 'APPROVED'))
    for (let month = 0; month < 8; month += 1)
      bills.push(ofService(random, demoAccount, products, workday(20 + month * 30), 'PAID'))
  }
  const customers = rest.filter(({ type }) => type === 'CUSTOMER')
  for (let index = 0; index < services; index += 1) {
    const day = workday(random.int(2, lastDay - 2))
    let account = random.pick(customers)
    while (account.created_at > momentOf(day, 400)) account = random.pick(customers)
    bills.push(ofService(random, account, products, day, null))
  }
  return bills
}

function ofDelivery(random: Random, delivery: Delivery): Bill {
  const { order, lines } = delivery
  const at = later(delivery.issuedAt ?? delivery.at, random.int(30, 400))
  return {
    ...none,
    direction: 'SALES',
    at: at < endOfData ? at : endOfData,
    account: order.account,
    lines: lines.map(({ item, quantity }) => lineOf(item.product.name, item.product.unit, quantity, item.cents)),
    reference: order.reference,
    // The ids are not known before all orders of the slice are numbered.
    get note() {
      return `Sales order ${order.id}, delivery ${delivery.id}.`
    },
    status: order.account.id === 'acc-0001' ? 'PAID' : null,
  }
}

function ofReturn(order: SalesOrder): Bill {
  return {
    ...none,
    direction: 'SALES',
    at: later(order.at, 7_200),
    account: order.account,
    lines: order.items.map(({ product, quantity, cents }) => lineOf(product.name, product.unit, quantity, cents)),
    reference: order.reference,
    get note() {
      return `Return ${order.id}.`
    },
    credit: true,
  }
}

function ofService(random: Random, account: AccountRow, products: Products, day: number, status: Bill['status']): Bill {
  const lines = Array.from({ length: random.int(1, 2) }, () => {
    const product = random.pick(products.SERVICE)
    const quantity = product.unit === 'MON' ? 1 : product.unit === 'DAY' ? random.int(1, 3) : random.int(2, 16)
    return lineOf(product.name, product.unit, quantity, product.priceCents)
  })
  return {
    ...none,
    direction: 'SALES',
    at: momentOf(day, random.int(430, 1_000)),
    account,
    lines,
    note: 'Services of the month.',
    status,
  }
}

/** Purchase invoices: one for each receipt, soon after it, and services that need no order, month by month. */
export function purchaseBills(
  random: Random,
  orders: readonly PurchaseOrder[],
  suppliers: readonly SupplierRow[],
  services: number,
): Bill[] {
  const bills: Bill[] = []
  for (const order of orders) {
    for (const receipt of order.receipts) {
      const at = later(receipt.at, random.int(200, 9_000))
      if (at <= endOfData) bills.push(ofReceipt(receipt, at))
    }
  }
  const able = suppliers.filter((supplier) => servicesOf(supplier).length > 0)
  for (let index = 0; index < services; index += 1) {
    const supplier = random.pick(able)
    const day = workday(supplier.status === 'BLOCKED' ? random.int(2, 120) : random.int(2, lastDay - 2))
    const [name, low, high, unit] = random.pick(servicesOf(supplier))
    const line = lineOf(
      name,
      unit,
      unit === 'HUR' ? random.int(2, 30) : random.int(1, 3),
      random.int(low / 100, high / 100) * 100,
    )
    bills.push({ ...none, direction: 'PURCHASE', at: momentOf(day, random.int(430, 1_000)), supplier, lines: [line] })
  }
  return bills
}

/** What a supplier bills for a receipt; `changes` is what a finding plants. */
export function ofReceipt(receipt: Receipt, at: string, changes: Partial<Omit<Bill, 'note'>> = {}): Bill {
  const { order } = receipt
  const lines = receipt.lines.map(({ item, quantity }) =>
    lineOf(item.description, item.unit, quantity, item.cents, item),
  )
  const bill: Bill = { ...none, direction: 'PURCHASE', at, supplier: order.supplier, order, lines, ...changes }
  for (const { item, quantity } of bill.lines) if (item) item.invoiced += quantity
  return bill
}

function lineOf(
  name: string,
  unit: string,
  quantity: number,
  cents: number,
  item: PurchaseItem | null = null,
): BillLine {
  return { name, unit, quantity, cents, item }
}
