/** Downtimes: how long equipment stands still and why, and what that means for its state. */
import type { DowntimeReason, EquipmentState } from '../../storage/tables/mes.ts'
import { requireReference, requireVersion } from '../acts.ts'
import { idOf, invalid, optional, readValues, required, text } from '../inputs.ts'
import { stub } from '../stubs.ts'
import { stateDuring } from './equipment-states.ts'
import { openDowntimeOf } from './equipment.ts'
import type { DowntimeRecord, ExistingRecord, MesMutation, MesResolver } from './model.ts'

type DowntimeResolver = MesResolver<DowntimeRecord>

interface RecordInput extends ExistingRecord {
  readonly reason: DowntimeReason
  readonly startedAt?: string | null
  readonly endedAt?: string | null
  readonly jobOrderId?: string | null
}

const incident = optional(idOf(/^INC\d{7,}$/, 'an incident, like `INC0010001`'))

/** From the best to the worst: a downtime never makes the state of equipment look better than it is. */
const badness: readonly EquipmentState[] = ['RUNNING', 'IDLE', 'DOWN', 'MAINTENANCE']

export const downtimeFields = {
  equipment: (({ equipmentId }, _, { records }) => records.load('Equipment', equipmentId)) satisfies DowntimeResolver,
  minutes: (({ startedAt, endedAt }, _, { now }) =>
    Math.floor((Date.parse(endedAt ?? now.toISOString()) - Date.parse(startedAt)) / 60_000)) satisfies DowntimeResolver,
  incident: (({ incidentId }) => stub(incidentId)) satisfies DowntimeResolver,
  jobOrder: (({ jobOrderId }, _, { records }) => records.load('JobOrder', jobOrderId)) satisfies DowntimeResolver,
}

export const recordDowntime: MesMutation<RecordInput> = async (_, args, { records, caller, now }, info) => {
  const { id, expectedVersion, reason, startedAt, endedAt = null, jobOrderId } = args.input
  const [found, current, jobOrder] = await Promise.all([
    records.load('Equipment', id),
    openDowntimeOf(records, id),
    records.load('JobOrder', jobOrderId),
  ])
  return records.change(info, args, async (apply) => {
    const equipment = requireVersion(found, 'Equipment', args.input)
    if (jobOrderId) requireReference(jobOrder, 'input.jobOrderId', jobOrderId)
    const began = startedAt ?? now.toISOString()
    requirePast('input.startedAt', began, now)
    if (endedAt === null && current) {
      throw invalid('input.id', `names equipment whose downtime \`${current.id}\` goes on; end it with \`endDowntime\``)
    }
    if (endedAt !== null) requireEndOf(began, endedAt, now)
    const said = readValues(args.input, {
      reason: required(),
      comment: optional(text(4_000)),
      incidentId: incident,
      jobOrderId: optional(),
    })
    const values = { ...said, equipmentId: id, startedAt: began, endedAt, reportedBy: caller.id }
    // What is over says nothing of the state that the equipment is in now.
    const state = endedAt === null ? worse(equipment.state, stateDuring[reason]) : equipment.state
    return {
      downtime: await apply('Downtime', { kind: 'create', values }),
      equipment: await apply('Equipment', { kind: 'update', id, expectedVersion, values: { state } }),
    }
  })
}

export const endDowntime: MesMutation<ExistingRecord & { readonly endedAt?: string | null }> = async (
  _,
  args,
  { records, now },
  info,
) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('Downtime', id)
  const where = await records.load('Equipment', found?.equipmentId)
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'Downtime', args.input)
    const equipment = requireReference(where, 'input.id', current.equipmentId)
    if (current.endedAt !== null) throw invalid('input.id', `names a downtime that ended at \`${current.endedAt}\``)
    const endedAt = args.input.endedAt ?? now.toISOString()
    requireEndOf(current.startedAt, endedAt, now)
    // Whoever put the equipment into another state meanwhile had a cause of their own.
    const state = equipment.state === stateDuring[current.reason] ? 'IDLE' : equipment.state
    const change = { kind: 'update', id: equipment.id, expectedVersion: equipment.version, values: { state } } as const
    return {
      downtime: await apply('Downtime', { kind: 'update', id, expectedVersion, values: { endedAt } }),
      equipment: await apply('Equipment', change),
    }
  })
}

export const linkDowntimeIncident: MesMutation<ExistingRecord> = async (_, args, { records }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('Downtime', id)
  const equipment = await records.load('Equipment', found?.equipmentId)
  return records.change(info, args, async (apply) => {
    requireVersion(found, 'Downtime', args.input)
    const { incidentId = null } = readValues(args.input, { incidentId: incident })
    const downtime = await apply('Downtime', { kind: 'update', id, expectedVersion, values: { incidentId } })
    return { downtime, equipment }
  })
}

/** Times are RFC 3339 in UTC, so their text sorts as they do. */
function requirePast(argument: string, moment: string, now: Date): void {
  if (moment > now.toISOString()) throw invalid(argument, 'cannot be in the future')
}

function requireEndOf(startedAt: string, endedAt: string, now: Date): void {
  requirePast('input.endedAt', endedAt, now)
  if (endedAt < startedAt) throw invalid('input.endedAt', `cannot be before the downtime began, \`${startedAt}\``)
}

function worse(one: EquipmentState, other: EquipmentState): EquipmentState {
  return badness.indexOf(one) > badness.indexOf(other) ? one : other
}
