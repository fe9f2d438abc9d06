/** Shipments: what suppliers send to a plant, what a plant sends to customers, and what goes to its own warehouse. */
import type { Delivery, PurchaseOrder, Shipment } from './drafts.ts'
import type { Products } from './products.ts'
import { endOfData, lastDay, later, momentOf, workday, type Random } from './random.ts'

const reasons = ['Carrier breakdown', 'Border control', 'Bad weather', 'Loading was late', 'Port congestion'] as const
/** What arrives later than planned, in per cent; nothing but planted shipments is late by more than a day and a half. */
const lateShare = 5

interface Route {
  readonly direction: Shipment['direction']
  readonly plant: number
  readonly order?: PurchaseOrder
  readonly delivery?: Delivery
  readonly departure: string
  /** When it arrives, or will. */
  readonly arrival: string
  /** Minutes after the plan; null where chance decides. */
  readonly lateness?: number
}

/** What a supplier sends; it is unloaded and booked at `receivedAt`. */
export function inboundShipment(random: Random, order: PurchaseOrder, receivedAt: string, lateness?: number): Shipment {
  const days = random.int(1, 5) + Math.ceil((lateness ?? 0) / 1_440)
  const departure = later(receivedAt, -days * 1_440 - random.int(60, 300))
  const earliest = later(order.at, 120)
  return ship(random, {
    direction: 'INBOUND',
    plant: order.plant,
    order,
    departure: departure > earliest ? departure : earliest,
    arrival: later(receivedAt, -random.int(15, 50)),
    ...(lateness === undefined ? {} : { lateness }),
  })
}

/** What a delivery sends; its contents are those of the delivery. */
export function outboundShipment(random: Random, delivery: Delivery): Shipment {
  const departure = delivery.issuedAt ?? momentOf(delivery.issueDay, 960)
  const shipment = ship(random, {
    direction: 'OUTBOUND',
    plant: delivery.plant,
    delivery,
    departure: later(departure, 30),
    arrival: delivery.arrivesAt,
  })
  for (const { item, quantity, need } of delivery.lines) {
    shipment.contents.push({ product: item.product, quantity, lot: delivery.issuedAt === null ? null : need.lot })
  }
  return shipment
}

/** Finished goods that go from a plant to its own warehouse: the plant's stock stays the same. */
export function transfers(random: Random, products: Products, count: number): Shipment[] {
  return Array.from({ length: count }, () => {
    const product = random.pick(products.FINISHED_GOOD)
    const day = workday(random.int(5, lastDay - 3))
    const shipment = ship(random, {
      direction: 'TRANSFER',
      plant: product.plant,
      departure: momentOf(day, random.int(480, 700)),
      arrival: momentOf(day, random.int(760, 1_000)),
    })
    shipment.contents.push({ product, quantity: random.int(2, 30), lot: null })
    return shipment
  })
}

function ship(random: Random, { direction, plant, order, delivery, departure, arrival, lateness }: Route): Shipment {
  const late = lateness ?? (random.chance(lateShare) ? random.int(60, 1_300) : -random.int(10, 300))
  const planned = later(arrival, -late)
  const plannedArrival = planned > departure ? planned : later(departure, 45)
  const departed = departure <= endOfData
  const arrived = departed && arrival <= endOfData
  const delayed = departed && !arrived && arrival > plannedArrival
  return {
    id: '',
    direction,
    order: order ?? null,
    delivery: delivery ?? null,
    plant,
    plannedDeparture: departure,
    plannedArrival,
    departedAt: departed ? departure : null,
    arrivedAt: arrived ? arrival : null,
    estimatedArrival: departed && !arrived ? arrival : null,
    status: arrived ? 'DELIVERED' : delayed ? 'DELAYED' : departed ? 'IN_TRANSIT' : 'PLANNED',
    delayReason: departed && arrival > plannedArrival ? random.pick(reasons) : null,
    contents: [],
  }
}
