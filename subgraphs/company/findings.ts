/**
 * What is planted in the first slice for somebody to find: one function a finding, each saying what it plants and giving the
 * ids that the answer must show. `docs/demo-company.md` has the query for each; a test runs them.
 */
import { ofReceipt, type Bill } from './bills.ts'
import type { Lot, PurchaseOrder } from './drafts.ts'
import type { IncidentRow } from './incidents.ts'
import { makeOrder, receive } from './purchasing.ts'
import type { People } from './people.ts'
import type { Products } from './products.ts'
import { endOfData, lastDay, later, momentOf, type Random } from './random.ts'
import type { Slice } from './slice.ts'
import type { MemberRow } from './staff-records.ts'
import type { SupplierRow } from './suppliers.ts'

/** The supplier whose contract ended in June and who goes on delivering. */
export const supplierWithoutContract = 'sup-023'
/** The supplier whose bank details were changed by e-mail, days before a large payment. */
export const supplierWithNewBank = 'sup-017'

interface Place {
  readonly random: Random
  readonly slice: Slice
  readonly products: Products
  readonly suppliers: readonly SupplierRow[]
}

/** An order with one receipt and one bill of it, besides those that planning made. */
interface Purchase {
  readonly supplier: string
  readonly daysAgo: number
  readonly quantity?: number
  /** Cents that the order comes to, in place of a quantity; never more. */
  readonly worth?: number
  /** How much came; all of it where nothing is said. */
  readonly received?: number
  readonly buyer?: string
  readonly bill?: Partial<Omit<Bill, 'note'>>
  /** Per cent of the bill's price above the order's. */
  readonly dearer?: number
  /** Whether the whole order is billed, whatever came. */
  readonly billedInFull?: true
  /** Minutes by which the shipment was late. */
  readonly lateness?: number
}

function buy({ random, slice, products, suppliers }: Place, purchase: Purchase): { order: PurchaseOrder; bill: Bill } {
  const supplier = suppliers.find(({ id }) => id === purchase.supplier)
  const product = products.all.find((one) => one.supplier?.id === purchase.supplier)
  if (!supplier || !product) throw new RangeError(`${purchase.supplier} supplies nothing.`)
  const quantity = purchase.quantity ?? Math.floor((purchase.worth ?? 0) / product.costCents)
  const { received = quantity } = purchase
  const day = lastDay - purchase.daysAgo
  const wishes = [{ product, description: product.name, unit: product.unit, quantity, cents: product.costCents }]
  const order = makeOrder(random, {
    supplier,
    plant: product.plant,
    day: day - 24,
    wishes,
    deliveryDays: [day - 3],
    type: 'STANDARD',
    ...(purchase.buyer === undefined ? {} : { buyer: purchase.buyer }),
  })
  const [item] = order.items
  if (!item) throw new RangeError('An order has an item.')
  const lots = receive(random, order, day - 3, [{ item, quantity: received }], purchase.lateness)
  const [receipt] = order.receipts
  if (!receipt) throw new RangeError('A planted order has come.')
  const line = {
    name: item.description,
    unit: item.unit,
    quantity: purchase.billedInFull ? quantity : received,
    cents: Math.ceil((item.cents * (100 + (purchase.dearer ?? 0))) / 100),
    item,
  }
  const bill = ofReceipt(receipt, momentOf(day, 560), { lines: [line], ...purchase.bill })
  slice.purchaseOrders.push(order)
  slice.receipts.push(receipt)
  slice.shipments.push(...order.shipments)
  slice.lots.push(...lots)
  slice.bills.push(bill)
  return { order, bill }
}

/** The demo's supplier waits for its money: three approved invoices of orders that came in full. */
export function plantDemoPayables(place: Place): void {
  for (const [index, daysAgo] of [3, 9, 16].entries()) {
    buy(place, { supplier: 'sup-001', daysAgo, quantity: 40 + index * 20, bill: { status: 'APPROVED' } })
  }
}

/** A large bill is scheduled for payment to a supplier whose bank was changed by e-mail four days before the end. */
export function plantBankChange(place: Place): Bill {
  return buy(place, {
    supplier: supplierWithNewBank,
    daysAgo: 12,
    worth: 16_400_000,
    bill: { status: 'SCHEDULED' },
  }).bill
}

/** Two bills twice: same supplier, order and amount, a few days apart, the number written in another way. */
export function plantDuplicateInvoices(place: Place): Bill[] {
  return [
    { supplier: 'sup-005', daysAgo: 118, numbers: ['RE-2026-4471', 'RE 2026/4471'], quantity: 600, days: 6 },
    { supplier: 'sup-020', daysAgo: 64, numbers: ['88-1207', '881207'], quantity: 2_400, days: 9 },
  ].flatMap(({ supplier, daysAgo, numbers, quantity, days }) => {
    const [first = null, second = null] = numbers
    const { bill } = buy(place, { supplier, daysAgo, quantity, bill: { supplierNumber: first, status: 'PAID' } })
    const again = { ...bill, at: later(bill.at, days * 1_440), supplierNumber: second }
    for (const { item, quantity: billed } of again.lines) if (item) item.invoiced += billed
    place.slice.bills.push(again)
    return [bill, again]
  })
}

/** Two bills at a price above the one that was ordered. */
export function plantPriceMismatches(place: Place): Bill[] {
  return [
    { supplier: 'sup-003', daysAgo: 41, quantity: 1_500, dearer: 9 },
    { supplier: 'sup-008', daysAgo: 27, quantity: 320, dearer: 14 },
  ].map((purchase) => buy(place, { ...purchase, bill: { status: 'MATCHED' } }).bill)
}

/** Two receipts short of the order, billed in full all the same. */
export function plantShortReceipts(place: Place): Bill[] {
  return [
    { supplier: 'sup-004', daysAgo: 33, quantity: 900, received: 720 },
    { supplier: 'sup-006', daysAgo: 21, quantity: 5_000, received: 4_100 },
  ].map((purchase) => buy(place, { ...purchase, billedInFull: true, bill: { status: 'APPROVED' } }).bill)
}

/** One need in three orders of one day, by one buyer, of one supplier: each just under what an agent releases alone. */
export function plantSplitOrders(place: Place): PurchaseOrder[] {
  return [492_000, 486_000, 495_500].map(
    (worth) => buy(place, { supplier: 'sup-011', daysAgo: 75, worth, buyer: 'person:katrin.ebert' }).order,
  )
}

/** Three shipments that came more than two days after their plan. */
export function plantLateShipments(place: Place): PurchaseOrder[] {
  return [
    { supplier: 'sup-007', daysAgo: 150, quantity: 800, lateness: 3_300 },
    { supplier: 'sup-009', daysAgo: 95, quantity: 260, lateness: 4_700 },
    { supplier: 'sup-018', daysAgo: 52, quantity: 1_100, lateness: 6_100 },
  ].map((purchase) => buy(place, purchase).order)
}

/** A lot of boards that failed its test, and went into finished goods that were sold: the verdict stands, the lot is used. */
export function plantFailedLot({ slice }: Place): Lot {
  const used = slice.lots.find(
    (lot) =>
      lot.product.row.type === 'SEMI_FINISHED' &&
      lot.job !== null &&
      lot.usedAt !== null &&
      lot.at > momentOf(lastDay - 90, 0),
  )
  if (!used) throw new RangeError('No lot of boards was used in the last months.')
  used.failed = true
  return used
}

/** Incidents of high priority that were resolved long after what is promised. */
export function plantLateIncidents(incidents: readonly IncidentRow[]): IncidentRow[] {
  const late = [
    ['P1_CRITICAL', 1_870],
    ['P1_CRITICAL', 655],
    ['P2_HIGH', 3_120],
    ['P2_HIGH', 1_440],
  ] as const
  const taken: IncidentRow[] = []
  for (const [priority, minutes] of late) {
    const incident = incidents.find(
      (one) =>
        one.priority === priority &&
        one.state === 'CLOSED' &&
        one.case_id === null &&
        one.account_id === null &&
        !taken.includes(one) &&
        !one.short_description.startsWith('Breakdown'),
    )
    if (!incident) throw new RangeError(`No closed incident of ${priority}.`)
    const resolved = later(incident.opened_at, minutes)
    incident.resolved_at = resolved
    incident.closed_at = later(resolved, 300)
    incident.updated_at = incident.closed_at
    if (incident.closed_at > endOfData) throw new RangeError('The incident is too young.')
    taken.push(incident)
  }
  return taken
}

/** Somebody of accounting left in summer and is inactive, and is still in two groups of finance. */
export function plantLeaverWithAccess(
  people: People,
  members: MemberRow[],
  groupIds: readonly string[],
  nextId: () => string,
): string {
  const leaver = people.users.find(({ active, department }) => !active && department === 'Finance')
  if (!leaver) throw new RangeError('Nobody left finance.')
  for (const group of groupIds) {
    members.push({
      id: nextId(),
      version: 1,
      created_at: later(leaver.created_at, 90),
      updated_at: later(leaver.created_at, 90),
      group_id: group,
      user_id: leaver.id,
      granted_by: 'person:jonas.weber',
    })
  }
  return leaver.id
}
