/** Shipments: what hangs on one, how late it is, and when it will arrive. Its statuses are in `transition-shipment.ts`. */
import { requireVersion } from '../acts.ts'
import { invalid, optional, readValues, text } from '../inputs.ts'
import { stub } from '../stubs.ts'
import {
  inOrderOfTime,
  type ExistingRecord,
  type InnerListArgs,
  type ShipmentRecord,
  type SupplyChainMutation,
  type SupplyChainResolver,
} from './model.ts'
import { openShipmentStatuses } from './shipment-states.ts'

type ShipmentResolver<Args = unknown> = SupplyChainResolver<ShipmentRecord, Args>

const hour = 3_600_000

/** An estimate that is behind the plan by more than this says why. */
const unexplainedHours = 24

export const shipmentFields = {
  origin: (({ originId }, _, { records }) => records.load('Location', originId)) satisfies ShipmentResolver,
  destination: (({ destinationId }, _, { records }) =>
    records.load('Location', destinationId)) satisfies ShipmentResolver,
  supplier: (({ supplierId }) => stub(supplierId)) satisfies ShipmentResolver,
  purchaseOrder: (({ purchaseOrderId }) => stub(purchaseOrderId)) satisfies ShipmentResolver,
  delivery: (({ deliveryId }) => stub(deliveryId)) satisfies ShipmentResolver,
  isOverdue: (({ status, expectedArrival }, _, { now }) =>
    openShipmentStatuses.has(status) && expectedArrival < now.toISOString()) satisfies ShipmentResolver,
  delayHours: (({ status, plannedArrival, expectedArrival }) =>
    status === 'CANCELLED'
      ? null
      : Math.trunc(hoursBetween(plannedArrival, expectedArrival))) satisfies ShipmentResolver,
  units: (({ id }, { first }, { records }) =>
    records.list('LogisticUnit', 'shipmentId', id, {
      first,
      sort: [{ field: 'sscc', direction: 'ASC' }],
    })) satisfies ShipmentResolver<InnerListArgs>,
  events: (({ id }, { first }, { records }) =>
    records.list('EpcisEvent', 'shipmentId', id, {
      first,
      sort: [inOrderOfTime],
    })) satisfies ShipmentResolver<InnerListArgs>,
}

interface Estimate {
  readonly estimatedArrival: string
  readonly delayReason?: string | null
}

export const updateEstimatedArrival: SupplyChainMutation<ExistingRecord & Estimate> = async (
  _,
  args,
  { records, now },
  info,
) => {
  const { id, expectedVersion, estimatedArrival, delayReason = null } = args.input
  const found = await records.load('Shipment', id)
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'Shipment', args.input)
    if (!openShipmentStatuses.has(current.status)) {
      throw invalid('input.id', `names a shipment that is \`${current.status}\` and is not awaited any more`)
    }
    requireEstimate(estimatedArrival, current, now)
    requireReasonFor(estimatedArrival, current, delayReason)
    if (current.status === 'DELAYED') requireBehindPlan(estimatedArrival, current)
    const values = readSaid(args.input)
    return { shipment: await apply('Shipment', { kind: 'update', id, expectedVersion, values }) }
  })
}

const sayable = {
  departedAt: optional(),
  estimatedArrival: optional(),
  arrivedAt: optional(),
  delayReason: optional(text(1_000)),
}

/** What an input says of a shipment's way. What is null was not said: nothing is taken away that was known before. */
export function readSaid(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const said = Object.entries(readValues(input, sayable))
  return Object.fromEntries(said.filter(([, value]) => value !== null))
}

type Plan = Pick<ShipmentRecord, 'plannedArrival'>

/** Passes for an arrival that is still to come, after the departure. Times are RFC 3339 in UTC, so their text sorts as they do. */
export function requireEstimate(
  estimated: string,
  { departedAt }: Pick<ShipmentRecord, 'departedAt'>,
  now: Date,
): void {
  if (estimated <= now.toISOString()) throw invalid('input.estimatedArrival', 'must be in the future')
  if (departedAt !== null && estimated <= departedAt) {
    throw invalid('input.estimatedArrival', `must be after the departure, \`${departedAt}\``)
  }
}

/** Passes when the estimate is not far behind the plan, or somebody said why. */
export function requireReasonFor(estimated: string, { plannedArrival }: Plan, reason: string | null): void {
  if (reason !== null || hoursBetween(plannedArrival, estimated) <= unexplainedHours) return
  throw invalid(
    'input.delayReason',
    `is needed for an estimate more than a day behind the planned arrival, \`${plannedArrival}\``,
  )
}

/** Passes for an estimate that makes a shipment late. */
export function requireBehindPlan(estimated: string, { plannedArrival }: Plan): void {
  if (estimated > plannedArrival) return
  throw invalid(
    'input.estimatedArrival',
    `must be after the planned arrival, \`${plannedArrival}\`, while it is \`DELAYED\``,
  )
}

function hoursBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / hour
}
