/** Captures an event as EPCIS 2.0 (section 7.4) allows it for its type. What is captured is never changed. */
import { requireReference } from '../acts.ts'
import { formed, invalid, optional, readValues, required } from '../inputs.ts'
import { isGs1Link, ssccOf } from './gs1.ts'
import type { EpcisEventRecord, LogisticUnitRecord, SupplyChainMutation } from './model.ts'

type EventType = EpcisEventRecord['type']
type Action = NonNullable<EpcisEventRecord['action']>

interface CaptureInput {
  readonly eventId?: string | null
  readonly type: EventType
  readonly action?: Action | null
  readonly bizStep: EpcisEventRecord['bizStep']
  readonly eventTime: string
  readonly readPointId: string
  readonly bizLocationId?: string | null
  readonly shipmentId?: string | null
  readonly epcs: readonly string[]
}

const maxEpcs = 100

/** A parent and at least one child; only when all are taken out need no child be named. */
const family = { fewest: { ADD: 2, OBSERVE: 2, DELETE: 1 }, what: 'the parent first, then what is in it' } as const
const alone = { fewest: { ADD: 1, OBSERVE: 1, DELETE: 1 }, what: 'the things that it is about' } as const

/** What the `epcs` of a type with an action are, and how few there may be. */
const contents = {
  OBJECT: alone,
  AGGREGATION: family,
  TRANSACTION: alone,
  ASSOCIATION: family,
} as const satisfies Record<Exclude<EventType, 'TRANSFORMATION'>, object>

const capturable = {
  eventId: required(
    formed(/^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, '`urn:uuid:` and a UUID in lower case'),
  ),
  type: required(),
  action: optional(),
  bizStep: required(),
  disposition: optional(),
  eventTime: required(),
  eventTimeZoneOffset: required(formed(/^[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)$/, 'an offset like `+01:00`')),
  readPointId: required(),
  bizLocationId: optional(),
  shipmentId: optional(),
}

export const captureEpcisEvent: SupplyChainMutation<CaptureInput> = async (
  _,
  args,
  { records, caller, now, services },
  info,
) => {
  const { readPointId, bizLocationId, shipmentId, epcs, eventId } = args.input
  const [readPoint, bizLocation, shipment, units] = await Promise.all([
    records.load('Location', readPointId),
    records.load('Location', bizLocationId),
    records.load('Shipment', shipmentId),
    Promise.all(epcs.slice(0, maxEpcs).map((epc) => records.loadBy('LogisticUnit', 'sscc', ssccOf(epc)))),
  ])
  return records.change(info, args, async (apply) => {
    requireWhatTheTypeNeeds(args.input)
    requireEpcs(epcs)
    if (args.input.eventTime > now.toISOString()) throw invalid('input.eventTime', 'cannot be in the future')
    requireReference(readPoint, 'input.readPointId', readPointId)
    if (bizLocationId != null) requireReference(bizLocation, 'input.bizLocationId', bizLocationId)
    if (shipmentId != null) {
      requireReference(shipment, 'input.shipmentId', shipmentId)
      requireUnitsOf(shipmentId, units)
    }
    const input = { ...args.input, eventId: eventId ?? `urn:uuid:${services.newId()}` }
    const { eventTimeZoneOffset, ...said } = readValues(input, capturable)
    const values = { ...said, eventTimeZone: eventTimeZoneOffset, recordTime: now, epcs, recordedBy: caller.id }
    return { event: await apply('EpcisEvent', { kind: 'create', values }) }
  })
}

/** The rules of EPCIS 2.0 for each type of event, as far as they are about more than one of its fields. */
function requireWhatTheTypeNeeds({ type, action = null, bizStep, shipmentId, epcs }: CaptureInput): void {
  if (type === 'TRANSFORMATION') {
    if (action !== null) throw invalid('input.action', 'must be left out for `TRANSFORMATION`')
    if (epcs.length < 2) throw invalid('input.epcs', 'must name what went in and what came out for `TRANSFORMATION`')
    return
  }
  if (action === null) throw invalid('input.action', `is needed for \`${type}\``)
  const { fewest, what } = contents[type]
  if (epcs.length < fewest[action]) {
    throw invalid('input.epcs', `must have at least ${fewest[action]} for \`${type}\` with \`${action}\`: ${what}`)
  }
  if (type === 'TRANSACTION' && shipmentId == null) {
    throw invalid('input.shipmentId', 'is needed for `TRANSACTION`: it is the business document')
  }
  // CBV 2.0, section 7.1.2.
  if (bizStep === 'COMMISSIONING' && !(type === 'OBJECT' && action === 'ADD')) {
    throw invalid('input.bizStep', '`COMMISSIONING` is for `OBJECT` with `ADD`, and for `TRANSFORMATION`')
  }
}

function requireEpcs(epcs: readonly string[]): void {
  if (epcs.length > maxEpcs) throw invalid('input.epcs', `can have at most ${maxEpcs}`)
  for (const [index, epc] of epcs.entries()) {
    if (!isGs1Link(epc)) {
      throw invalid(
        `input.epcs.${index}`,
        'must be a GS1 Digital Link URI with the right check digit, like `https://id.gs1.org/00/340123450000000012`',
      )
    }
    if (epcs.indexOf(epc) < index) throw invalid(`input.epcs.${index}`, 'is named twice')
  }
}

/** A unit travels in one shipment; one that nobody announced here may still come with it. */
function requireUnitsOf(shipmentId: string, units: readonly (LogisticUnitRecord | null)[]): void {
  for (const [index, unit] of units.entries()) {
    if (unit === null || unit.shipmentId === shipmentId) continue
    throw invalid(`input.epcs.${index}`, `names a unit of another shipment, \`${unit.shipmentId}\``)
  }
}
