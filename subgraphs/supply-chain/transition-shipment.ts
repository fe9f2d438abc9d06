/** Moves a shipment from status to status: what each step must say, what it may say, and what belongs to another step. */
import { requireStep, requireVersion } from '../acts.ts'
import { invalid } from '../inputs.ts'
import type { ExistingRecord, ShipmentRecord, SupplyChainMutation } from './model.ts'
import { shipmentSteps } from './shipment-states.ts'
import { readSaid, requireBehindPlan, requireEstimate, requireReasonFor } from './shipments.ts'

type Status = ShipmentRecord['status']

const stepFields = ['departedAt', 'estimatedArrival', 'delayReason', 'arrivedAt'] as const
type StepField = (typeof stepFields)[number]

interface StepInput extends ExistingRecord, Readonly<Partial<Record<StepField, string | null>>> {
  readonly status: Status
}

/** What a step says of the shipment: `needed` or `possible`; anything else is refused. */
type StepFields = Readonly<Partial<Record<StepField, 'needed' | 'possible'>>>

const departing: StepFields = { departedAt: 'needed', estimatedArrival: 'possible', delayReason: 'possible' }
const goingOn: StepFields = { estimatedArrival: 'needed', delayReason: 'possible' }
const fieldsByStatus = {
  PLANNED: {},
  IN_TRANSIT: departing,
  DELAYED: { estimatedArrival: 'needed', delayReason: 'needed' },
  DELIVERED: { arrivedAt: 'needed' },
  CANCELLED: {},
} as const satisfies Record<Status, StepFields>

export const transitionShipment: SupplyChainMutation<StepInput> = async (_, args, { records, now }, info) => {
  const { id, expectedVersion, status } = args.input
  const found = await records.load('Shipment', id)
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'Shipment', args.input)
    requireStep<Status>(shipmentSteps, current.status, status, { entity: 'Shipment', id })
    requireFieldsOf(args.input, current.status)
    requireTimes(args.input, current, now)
    const values = { ...readSaid(args.input), status }
    return { shipment: await apply('Shipment', { kind: 'update', id, expectedVersion, values }) }
  })
}

function requireFieldsOf(input: StepInput, from: Status): void {
  const { status } = input
  const wanted: StepFields = from === 'DELAYED' ? goingOn : fieldsByStatus[status]
  const step = `\`${status}\` after \`${from}\``
  for (const field of stepFields) {
    const given = input[field] != null
    if (!given && wanted[field] === 'needed') throw invalid(`input.${field}`, `is needed for ${step}`)
    if (given && wanted[field] === undefined) throw invalid(`input.${field}`, `cannot be given for ${step}`)
  }
}

function requireTimes(input: StepInput, current: ShipmentRecord, now: Date): void {
  const { status, departedAt, estimatedArrival, arrivedAt, delayReason } = input
  for (const [field, time] of Object.entries({ departedAt, arrivedAt })) {
    if (time != null && time > now.toISOString()) throw invalid(`input.${field}`, 'cannot be in the future')
  }
  if (arrivedAt != null && current.departedAt !== null && arrivedAt <= current.departedAt) {
    throw invalid('input.arrivedAt', `must be after the departure, \`${current.departedAt}\``)
  }
  if (estimatedArrival != null) {
    requireEstimate(estimatedArrival, { departedAt: departedAt ?? current.departedAt }, now)
    requireReasonFor(estimatedArrival, current, delayReason ?? current.delayReason)
    if (status === 'DELAYED') requireBehindPlan(estimatedArrival, current)
  } else if (departedAt != null && departedAt >= current.expectedArrival) {
    throw invalid(
      'input.estimatedArrival',
      `is needed: it left only after the expected arrival, \`${current.expectedArrival}\``,
    )
  }
}
