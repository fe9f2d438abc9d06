/** What departments ask for: services, licences, office supplies. Most of it was ordered; some waits, some was refused. */
import type { ItemWish, PurchaseOrder, Requisition } from './drafts.ts'
import type { UserRow } from './people.ts'
import { plants } from './plants.ts'
import { makeOrder, receive } from './purchasing.ts'
import { endOfData, lastDay, later, momentOf, workday, type Random } from './random.ts'
import { servicesOf, type SupplierRow } from './suppliers.ts'

/** Requisitions of a slice. */
const requisitionCount = 300

/** The requisitions of a slice with the orders that came of them. */
export function makeRequisitions(
  random: Random,
  suppliers: readonly SupplierRow[],
  users: readonly UserRow[],
): { requisitions: Requisition[]; orders: PurchaseOrder[] } {
  const able = suppliers.filter((supplier) => supplier.status === 'ACTIVE' && servicesOf(supplier).length > 0)
  const askers = users.filter(
    ({ active, department }) => active && department !== 'Production' && department !== 'Purchasing',
  )
  const requisitions: Requisition[] = []
  const orders: PurchaseOrder[] = []
  for (let index = 0; index < requisitionCount; index += 1) {
    const requisition = makeRequisition(random, random.pick(able), random.pick(askers))
    requisitions.push(requisition)
    if (requisition.status !== 'ORDERED') continue
    const order = orderOf(random, requisition)
    requisition.order = order
    orders.push(order)
  }
  return { requisitions, orders }
}

function makeRequisition(random: Random, supplier: SupplierRow, asker: UserRow): Requisition {
  const earliest = asker.created_at > momentOf(320, 0) ? 335 : 2
  let day = workday(random.int(earliest, lastDay - 1))
  while (momentOf(day, 430) < asker.created_at) day = workday(random.int(earliest, lastDay - 1))
  const at = momentOf(Math.min(day, lastDay), random.int(430, 1_000))
  const recent = day > lastDay - 9
  const status = recent
    ? random.pick<Requisition['status']>(['DRAFT', 'SUBMITTED', 'SUBMITTED', 'APPROVED'])
    : random.weighted<Requisition['status']>([
        ['ORDERED', 86],
        ['REJECTED', 8],
        ['WITHDRAWN', 6],
      ])
  const wishes = wishesOf(random, supplier)
  const decided = status === 'APPROVED' || status === 'REJECTED' || status === 'ORDERED'
  const decidedAt = later(at, random.int(60, 2_600))
  return {
    id: '',
    at,
    status,
    title: `${wishes[0]?.description ?? 'Services'} for ${asker.department}`,
    requestedBy: asker.principal,
    costCenter: asker.cost_center,
    plant: Math.max(
      0,
      plants.findIndex(({ id }) => id === asker.plant_id),
    ),
    neededDay: day + random.int(14, 40),
    supplier,
    wishes,
    decidedAt: decided ? (decidedAt < endOfData ? decidedAt : endOfData) : null,
    order: null,
  }
}

function wishesOf(random: Random, supplier: SupplierRow): ItemWish[] {
  const offered = servicesOf(supplier)
  return Array.from({ length: random.int(1, 2) }, () => {
    const [description, low, high, unit] = random.pick(offered)
    const quantity = unit === 'MON' ? random.int(1, 3) : unit === 'HUR' ? random.int(4, 60) : random.int(1, 12)
    return { product: null, description, unit, quantity, cents: random.int(low / 100, high / 100) * 100 }
  })
}

function orderOf(random: Random, requisition: Requisition): PurchaseOrder {
  const day = workday(
    Math.floor((Date.parse(requisition.decidedAt ?? requisition.at) - Date.parse(momentOf(0, 0))) / 86_400_000) + 1,
  )
  const order = makeOrder(random, {
    supplier: requisition.supplier,
    plant: requisition.plant,
    day,
    wishes: requisition.wishes,
    deliveryDays: requisition.wishes.map(() => Math.max(requisition.neededDay, day + 2)),
    type: 'STANDARD',
    requisition,
    // A few were ordered and taken back.
    ...(random.chance(6) ? { status: 'CANCELLED' as const, reason: 'The department found another way.' } : {}),
  })
  if (order.status === 'CANCELLED') return order
  const done = workday(order.day + random.int(5, 30))
  receive(
    random,
    order,
    done,
    order.items.map((item) => ({ item, quantity: item.quantity })),
  )
  return order
}
