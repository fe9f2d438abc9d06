/** Shipments with their logistic units and the EPCIS events that were captured on the way, in their order in time. */
import { euros, quantityText } from './amounts.ts'
import type { Job, Shipment } from './drafts.ts'
import { dispatchers } from './employees.ts'
import { sscc } from './gs1.ts'
import type { Locations } from './locations.ts'
import { plants } from './plants.ts'
import { endOfData, later, type Random } from './random.ts'
import type { CompanyPart, Numbers, SeedRow } from './rows.ts'

type ShipmentRow = SeedRow<'supply_chain.shipments'>
type UnitRow = SeedRow<'supply_chain.logistic_units'>
type EventRow = SeedRow<'supply_chain.epcis_events'>

const carriers = ['Hansa Fracht', 'Elbe Cargo', 'Trans Rhône', 'Pennine Haulage', 'Nordstern Express'] as const
const digitalLink = 'https://id.gs1.org'
const recorder = 'agent:logistics-agent'

/** The rows of some shipments, and of what jobs commissioned. */
export function shipmentRows(
  random: Random,
  shipments: readonly Shipment[],
  jobs: readonly Job[],
  locations: Locations,
  numbers: Numbers,
): CompanyPart {
  const units: UnitRow[] = []
  const events: EventRow[] = []
  const rows = shipments.map((shipment) => {
    const own = unitsOf(shipment, numbers)
    units.push(...own)
    const row = shipmentRow(random, shipment, own.length, locations)
    events.push(...journeyOf(random, shipment, row, own, numbers))
    return row
  })
  for (const job of jobs) if (job.lot) events.push(commissioning(random, job, locations, numbers))
  return {
    'supply_chain.shipments': rows,
    'supply_chain.logistic_units': units,
    'supply_chain.epcis_events': events,
  }
}

function shipmentRow(random: Random, shipment: Shipment, units: number, locations: Locations): ShipmentRow {
  const { direction, plant, order, delivery } = shipment
  const here = locations.ofPlant(plant).id
  const [origin, destination] =
    direction === 'INBOUND'
      ? [locations.ofSupplier(order?.supplier.id ?? '').id, here]
      : direction === 'OUTBOUND'
        ? [here, locations.ofAccount(delivery?.order.account.id ?? '').id]
        : [here, locations.warehouseOf(plant).id]
  const first = delivery?.at ?? order?.at ?? later(shipment.plannedDeparture, -600)
  const made = later(shipment.plannedDeparture, -600)
  const created = made > first ? (made < endOfData ? made : endOfData) : first
  return {
    id: shipment.id,
    version: { PLANNED: 1, IN_TRANSIT: 2, DELAYED: 3, DELIVERED: 3, CANCELLED: 2 }[shipment.status],
    created_at: created,
    updated_at: shipment.arrivedAt ?? shipment.departedAt ?? created,
    direction,
    status: shipment.status,
    carrier: random.pick(carriers),
    tracking_number: shipment.departedAt === null ? null : `TR${shipment.id.slice(4, 8)}${shipment.id.slice(9)}X`,
    origin_id: origin,
    destination_id: destination,
    supplier_id: order?.supplier.id ?? null,
    purchase_order_id: order?.id ?? null,
    delivery_id: delivery?.id ?? null,
    planned_departure: shipment.plannedDeparture,
    planned_arrival: shipment.plannedArrival,
    departed_at: shipment.departedAt,
    estimated_arrival: shipment.estimatedArrival,
    arrived_at: shipment.arrivedAt,
    freight_cost: shipment.departedAt === null ? null : euros(random.int(3_500, 28_000) + units * 1_900),
    currency: 'EUR',
    delay_reason: shipment.delayReason,
    owner_id: random.pick(dispatchers),
  }
}

function unitsOf(shipment: Shipment, numbers: Numbers): UnitRow[] {
  const packed = shipment.departedAt === null ? null : later(shipment.departedAt, -120)
  const at = packed ?? later(shipment.plannedDeparture, -600)
  const created = at < endOfData ? at : endOfData
  return shipment.contents.flatMap(({ product, quantity, lot }) => {
    if (!product.tradeItem) return []
    const id = numbers.next('lu-', 5)
    return {
      id,
      version: 1,
      created_at: created,
      updated_at: created,
      sscc: sscc(Number(id.slice(3))),
      shipment_id: shipment.id,
      trade_item_id: product.tradeItem.id,
      quantity: quantityText(quantity),
      unit: product.unit,
      lot_number: lot?.number ?? null,
      packed_at: packed,
    }
  })
}

/** Packed and closed, shipped, arrived; what comes to us is received into the stock as well. */
function journeyOf(
  random: Random,
  shipment: Shipment,
  row: ShipmentRow,
  units: readonly UnitRow[],
  numbers: Numbers,
): EventRow[] {
  const { departedAt, arrivedAt } = shipment
  if (departedAt === null || units.length === 0) return []
  const epcs = JSON.stringify(units.map((unit) => `${digitalLink}/00/${unit.sscc}`))
  const offset = plants[shipment.plant]?.offset ?? '+01:00'
  const event = (
    values: Pick<EventRow, 'type' | 'action' | 'biz_step' | 'disposition' | 'event_time' | 'read_point_id'>,
  ): EventRow => {
    const recorded = later(values.event_time, random.int(0, 9))
    return {
      ...eventBase(random, numbers),
      created_at: recorded,
      updated_at: recorded,
      ...values,
      record_time: recorded,
      event_time_zone: offset,
      biz_location_id: values.read_point_id,
      shipment_id: shipment.id,
      epcs,
      recorded_by: recorder,
    }
  }
  const events: EventRow[] = []
  if (shipment.direction !== 'INBOUND') {
    events.push(
      event({
        type: 'AGGREGATION',
        action: 'ADD',
        biz_step: 'PACKING',
        disposition: 'CONTAINER_CLOSED',
        event_time: later(departedAt, -100),
        read_point_id: row.origin_id,
      }),
    )
  }
  events.push(
    event({
      type: 'OBJECT',
      action: 'OBSERVE',
      biz_step: 'SHIPPING',
      disposition: 'IN_TRANSIT',
      event_time: departedAt,
      read_point_id: row.origin_id,
    }),
  )
  if (arrivedAt === null) return events
  const there = { type: 'OBJECT', action: 'OBSERVE', read_point_id: row.destination_id } as const
  events.push(event({ ...there, biz_step: 'ARRIVING', disposition: 'IN_PROGRESS', event_time: arrivedAt }))
  if (shipment.direction === 'INBOUND') {
    const after = later(arrivedAt, 12)
    events.push(
      event({
        ...there,
        biz_step: 'RECEIVING',
        disposition: 'IN_PROGRESS',
        event_time: after < endOfData ? after : endOfData,
      }),
    )
  }
  return events
}

/** The moment in which a produced lot begins to exist: what went into it, and what came out. */
function commissioning(random: Random, job: Job, locations: Locations, numbers: Numbers): EventRow {
  const made = job.lot
  const at = made?.at ?? job.end
  const place = locations.ofPlant(job.plant).id
  const link = (gtin: string | undefined, lot: string | undefined) => `${digitalLink}/01/0${gtin ?? ''}/10/${lot ?? ''}`
  const epcs = [
    ...job.inputs.map(({ product, lot }) => link(product.tradeItem?.gtin, lot?.number)),
    link(job.product.tradeItem?.gtin, made?.number),
  ]
  return {
    ...eventBase(random, numbers),
    created_at: at,
    updated_at: at,
    type: 'TRANSFORMATION',
    action: null,
    biz_step: 'COMMISSIONING',
    disposition: 'ACTIVE',
    event_time: at,
    record_time: at,
    event_time_zone: plants[job.plant]?.offset ?? '+01:00',
    read_point_id: place,
    biz_location_id: place,
    shipment_id: null,
    epcs: JSON.stringify(epcs),
    recorded_by: 'agent:production-agent',
  }
}

function eventBase(random: Random, numbers: Numbers): Pick<EventRow, 'id' | 'version' | 'event_id'> {
  const hex = (digits: number) =>
    random
      .int(0, 16 ** digits - 1)
      .toString(16)
      .padStart(digits, '0')
  const id = numbers.next('evt-', 6)
  // The number of the event in it keeps it unique; version and variant are those of a random UUID (RFC 9562).
  const serial = Number(id.slice(4)).toString(16).padStart(8, '0')
  return { id, version: 1, event_id: `urn:uuid:${serial}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(6)}${hex(6)}` }
}
