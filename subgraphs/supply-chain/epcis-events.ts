/** EPCIS events: what hangs on one, and how one is declared wrong. Capturing: `capture-epcis-event.ts`. */
import { requireFound, requireReference } from '../acts.ts'
import { invalid } from '../inputs.ts'
import type { EpcisEventRecord, ErrorDeclarationRecord, SupplyChainMutation, SupplyChainResolver } from './model.ts'

type EventResolver = SupplyChainResolver<EpcisEventRecord>

export const epcisEventFields = {
  eventTimeZoneOffset: (({ eventTimeZone }) => eventTimeZone) satisfies EventResolver,
  readPoint: (({ readPointId }, _, { records }) => records.load('Location', readPointId)) satisfies EventResolver,
  bizLocation: (({ bizLocationId }, _, { records }) => records.load('Location', bizLocationId)) satisfies EventResolver,
  shipment: (({ shipmentId }, _, { records }) => records.load('Shipment', shipmentId)) satisfies EventResolver,
  errorDeclaration: (({ id }, _, { records }) =>
    records.loadBy('ErrorDeclaration', 'eventId', id)) satisfies EventResolver,
}

export const errorDeclarationFields = {
  correctiveEvent: (({ correctiveEventId }, _, { records }) =>
    records.load('EpcisEvent', correctiveEventId)) satisfies SupplyChainResolver<ErrorDeclarationRecord>,
}

export const declareEpcisError: SupplyChainMutation<{
  readonly id: string
  readonly reason: ErrorDeclarationRecord['reason']
  readonly correctiveEventId?: string | null
}> = async (_, args, { records, caller, now }, info) => {
  const { id, reason, correctiveEventId = null } = args.input
  const [found, corrective, declared, correctiveDeclared] = await Promise.all([
    records.load('EpcisEvent', id),
    records.load('EpcisEvent', correctiveEventId),
    records.loadBy('ErrorDeclaration', 'eventId', id),
    records.loadBy('ErrorDeclaration', 'eventId', correctiveEventId),
  ])
  return records.change(info, args, async (apply) => {
    const event = requireFound(found, 'EpcisEvent', id)
    if (declared) throw invalid('input.id', `names an event that was declared wrong before, \`${declared.reason}\``)
    if (reason === 'DID_NOT_OCCUR' && correctiveEventId !== null) {
      throw invalid('input.correctiveEventId', 'is only for `INCORRECT_DATA`')
    }
    if (reason === 'INCORRECT_DATA') {
      if (correctiveEventId === null) throw invalid('input.correctiveEventId', 'is needed for `INCORRECT_DATA`')
      requireReference(corrective, 'input.correctiveEventId', correctiveEventId)
      if (correctiveEventId === id) throw invalid('input.correctiveEventId', 'must be another event than `id`')
      if (correctiveDeclared) throw invalid('input.correctiveEventId', 'names an event that was declared wrong itself')
    }
    const values = { eventId: id, reason, correctiveEventId, declarationTime: now, declaredBy: caller.id }
    await apply('ErrorDeclaration', { kind: 'create', values })
    return { event }
  })
}
