/** Equipment: what it is a part of, what stands still, and how its state is set. */
import { refusal } from '../../lib/errors.ts'
import type { EquipmentState } from '../../storage/tables/mes.ts'
import { requireStep, requireVersion } from '../acts.ts'
import type { Records } from '../records.ts'
import { stub } from '../stubs.ts'
import { equipmentSteps, notWorking } from './equipment-states.ts'
import {
  byName,
  lastPlannedFirst,
  lastStartedFirst,
  oneOf,
  type DowntimeRecord,
  type EquipmentRecord,
  type ExistingRecord,
  type InnerListArgs,
  type JobOrderListArgs,
  type MesModel,
  type MesMutation,
  type MesResolver,
} from './model.ts'

type EquipmentResolver<Args = unknown> = MesResolver<EquipmentRecord, Args>

export const equipmentFields = {
  parent: (({ parentId }, _, { records }) => records.load('Equipment', parentId)) satisfies EquipmentResolver,
  children: (({ id }, { first }, { records }) =>
    records.list('Equipment', 'parentId', id, { first, sort: [byName] })) satisfies EquipmentResolver<InnerListArgs>,
  path: ((equipment, _, { records }) => pathTo(equipment, records)) satisfies EquipmentResolver,
  plant: (({ plantId }) => stub(plantId)) satisfies EquipmentResolver,
  configurationItem: (({ configurationItemId }) => stub(configurationItemId)) satisfies EquipmentResolver,
  currentDowntime: (async ({ id }, _, { records }) => {
    const options = { first: 1, sort: [lastStartedFirst], filter: { endedAt: { eq: null } } }
    const [current = null] = await records.list('Downtime', 'equipmentId', id, options)
    return current
  }) satisfies EquipmentResolver,
  downtimes: (({ id }, { first }, { records }) =>
    records.list('Downtime', 'equipmentId', id, {
      first,
      sort: [lastStartedFirst],
    })) satisfies EquipmentResolver<InnerListArgs>,
  jobOrders: (({ id }, { first, states }, { records }) =>
    records.list('JobOrder', 'workCenterId', id, {
      first,
      sort: [lastPlannedFirst],
      filter: oneOf('state', states),
    })) satisfies EquipmentResolver<JobOrderListArgs>,
}

export const setEquipmentState: MesMutation<ExistingRecord & { readonly state: EquipmentState }> = async (
  _,
  args,
  { records },
  info,
) => {
  const { id, expectedVersion, state } = args.input
  const [found, current] = await Promise.all([records.load('Equipment', id), openDowntimeOf(records, id)])
  return records.change(info, args, async (apply) => {
    const equipment = requireVersion(found, 'Equipment', args.input)
    if (current) requireStillDuring(current, equipment, state)
    requireStep<EquipmentState>(equipmentSteps, equipment.state, state, { entity: 'Equipment', id })
    return { equipment: await apply('Equipment', { kind: 'update', id, expectedVersion, values: { state } }) }
  })
}

/** The downtime of the equipment that goes on. */
export function openDowntimeOf(records: Records<MesModel>, equipmentId: string): Promise<DowntimeRecord | null> {
  return records.find('Downtime', { equipmentId: { eq: equipmentId }, endedAt: { eq: null } })
}

/** A downtime that goes on and equipment that works contradict each other. */
function requireStillDuring(current: DowntimeRecord, { id, state: from }: EquipmentRecord, to: EquipmentState): void {
  const legal = equipmentSteps[from].filter((state) => notWorking.has(state))
  if (legal.some((state) => state === to)) return
  throw refusal(
    'ILLEGAL_TRANSITION',
    `The Equipment \`${id}\` cannot go to \`${to}\` while the downtime \`${current.id}\` goes on; end it with \`endDowntime\`.`,
    { id, from, to, legal },
  )
}

/** From the top down to the equipment itself: one statement for each level, however many are asked about. */
async function pathTo(equipment: EquipmentRecord, records: Records<MesModel>): Promise<readonly EquipmentRecord[]> {
  const path = [equipment]
  for (let at = equipment; at.parentId !== null;) {
    const parent = await records.load('Equipment', at.parentId)
    if (!parent || path.some(({ id }) => id === parent.id)) {
      throw new Error(`The equipment ${equipment.id} hangs on ${at.parentId}, which leads to no site.`)
    }
    path.unshift(parent)
    at = parent
  }
  return path
}
