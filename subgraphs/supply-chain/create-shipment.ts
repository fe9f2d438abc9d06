/** Plans a shipment: its direction fits its ends, its numbers are right, and what it consists of is known. */
import { requireReference } from '../acts.ts'
import { readAmount } from '../amounts.ts'
import { formatDecimal, parseDecimal, priceScale } from '../decimal.ts'
import { currencyCode, idOf, invalid, optional, principal, readValues, required, text } from '../inputs.ts'
import { isGs1 } from './gs1.ts'
import type {
  LocationRecord,
  LogisticUnitRecord,
  ShipmentRecord,
  SupplyChainMutation,
  TradeItemRecord,
} from './model.ts'

interface GivenUnit {
  readonly sscc: string
  readonly gtin: string
  readonly quantity: string
  readonly lotNumber?: string | null
  readonly packedAt?: string | null
}

interface CreateInput {
  readonly direction: ShipmentRecord['direction']
  readonly originId: string
  readonly destinationId: string
  readonly supplierId?: string | null
  readonly purchaseOrderId?: string | null
  readonly deliveryId?: string | null
  readonly plannedDeparture: string
  readonly plannedArrival: string
  readonly freightCost?: string | null
  readonly ownerId?: string | null
  readonly units: readonly GivenUnit[]
}

const maxUnits = 100

const ownTypes: ReadonlySet<LocationRecord['type']> = new Set(['PLANT', 'WAREHOUSE'])

/** For each direction, whether a shipment leaves from, and arrives at, a site of ours. */
const ownEnds = {
  INBOUND: { originId: false, destinationId: true },
  OUTBOUND: { originId: true, destinationId: false },
  TRANSFER: { originId: true, destinationId: true },
} as const satisfies Record<ShipmentRecord['direction'], Readonly<Record<'originId' | 'destinationId', boolean>>>

/** References that only one direction has. */
const onlyFor = { supplierId: 'INBOUND', purchaseOrderId: 'INBOUND', deliveryId: 'OUTBOUND' } as const

const creatable = {
  direction: required(),
  carrier: required(text(100)),
  trackingNumber: optional(text(100)),
  purchaseOrderId: optional(idOf(/^PO-\d{4}-\d{5,}$/, 'a purchase order, like `PO-2026-00001`')),
  deliveryId: optional(idOf(/^DLV-\d{4}-\d{5,}$/, 'a delivery, like `DLV-2026-00001`')),
  supplierId: optional(idOf(/^sup-\d{3,}$/, 'a supplier, like `sup-001`')),
  currency: required(currencyCode),
  ownerId: required(principal),
}

export const createShipment: SupplyChainMutation<CreateInput> = async (_, args, { records, caller, now }, info) => {
  const { originId, destinationId, units, plannedDeparture, plannedArrival, freightCost, ownerId } = args.input
  const looked = units.slice(0, maxUnits)
  const [origin, destination, items, earlier] = await Promise.all([
    records.load('Location', originId),
    records.load('Location', destinationId),
    Promise.all(looked.map(({ gtin }) => records.loadBy('TradeItem', 'gtin', gtin))),
    Promise.all(looked.map(({ sscc }) => records.loadBy('LogisticUnit', 'sscc', sscc))),
  ])
  return records.change(info, args, async (apply) => {
    const from = requireReference(origin, 'input.originId', originId)
    const to = requireReference(destination, 'input.destinationId', destinationId)
    requireEnds(args.input.direction, from, to)
    requirePlan(args.input, now)
    if (freightCost != null) readAmount('input.freightCost', freightCost)
    const values = {
      ...readValues(
        {
          ...args.input,
          supplierId: supplierOf(args.input, from),
          ownerId: ownerId ?? caller.onBehalfOf ?? caller.id,
        },
        creatable,
      ),
      status: 'PLANNED',
      originId,
      destinationId,
      plannedDeparture,
      plannedArrival,
      freightCost: freightCost ?? null,
    }
    const contents = readUnits(units, items, earlier)
    const shipment = await apply('Shipment', { kind: 'create', values })
    for (const unit of contents) {
      await apply('LogisticUnit', { kind: 'create', values: { ...unit, shipmentId: shipment.id } })
    }
    return { shipment }
  })
}

function requireEnds(
  direction: ShipmentRecord['direction'],
  origin: LocationRecord,
  destination: LocationRecord,
): void {
  if (origin.id === destination.id) throw invalid('input.destinationId', 'must be another location than `originId`')
  for (const [argument, { id, type }] of Object.entries({ originId: origin, destinationId: destination })) {
    const own = ownEnds[direction][argument as 'originId' | 'destinationId']
    if (ownTypes.has(type) === own) continue
    const wanted = own ? 'a PLANT or WAREHOUSE' : 'a location that is not ours'
    throw invalid(`input.${argument}`, `must name ${wanted} for \`${direction}\`; \`${id}\` is a ${type}`)
  }
}

function requirePlan(input: CreateInput, now: Date): void {
  const { direction, plannedDeparture, plannedArrival } = input
  if (plannedArrival <= now.toISOString()) throw invalid('input.plannedArrival', 'must be in the future')
  if (plannedDeparture >= plannedArrival) throw invalid('input.plannedArrival', 'must be after `plannedDeparture`')
  for (const [field, only] of Object.entries(onlyFor)) {
    if (input[field as keyof typeof onlyFor] != null && direction !== only) {
      throw invalid(`input.${field}`, `is only for \`${only}\``)
    }
  }
}

/** Goods that leave a supplier's site come from that supplier, whatever else is said. */
function supplierOf({ direction, supplierId, purchaseOrderId }: CreateInput, origin: LocationRecord): string | null {
  if (direction !== 'INBOUND') return null
  const supplier = supplierId ?? origin.supplierId
  if (origin.supplierId !== null && supplier !== origin.supplierId) {
    throw invalid('input.supplierId', `must be the supplier whose site it leaves from, \`${origin.supplierId}\``)
  }
  if (purchaseOrderId != null && supplier === null) {
    throw invalid('input.supplierId', 'is needed with `purchaseOrderId`')
  }
  return supplier
}

/** Reads 1 to 100 units. @throws `INVALID_INPUT` naming the unit and the field. */
function readUnits(
  units: readonly GivenUnit[],
  items: readonly (TradeItemRecord | null)[],
  earlier: readonly (LogisticUnitRecord | null)[],
) {
  if (units.length === 0 || units.length > maxUnits) throw invalid('input.units', `must have 1 to ${maxUnits} units`)
  const seen = new Set<string>()
  return units.map((unit, index) => {
    const path = `input.units.${index}`
    const { sscc, gtin } = unit
    if (!isGs1('SSCC', sscc)) throw invalid(`${path}.sscc`, 'must be an SSCC: 18 digits with the right check digit')
    if (seen.has(sscc)) throw invalid(`${path}.sscc`, 'is named twice')
    seen.add(sscc)
    const used = earlier[index]
    if (used) throw invalid(`${path}.sscc`, `is used by the shipment \`${used.shipmentId}\` already`)
    const item = requireReference(items[index] ?? null, `${path}.gtin`, gtin)
    return {
      ...readValues({ ...unit }, { lotNumber: optional(text(50)), packedAt: optional() }, path),
      sscc,
      tradeItemId: item.id,
      unit: item.unit,
      quantity: readQuantity(`${path}.quantity`, unit.quantity),
    }
  })
}

function readQuantity(argument: string, given: string): string {
  const units = parseDecimal(given, priceScale)
  if (units === null) throw invalid(argument, `must be a number with at most ${priceScale} decimals`)
  if (units <= 0n) throw invalid(argument, 'must be above zero')
  return formatDecimal(units, priceScale)
}
