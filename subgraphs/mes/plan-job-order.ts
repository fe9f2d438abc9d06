/** Plans a job order: what is made, where, when and in which operations; and changes the plan while nothing has begun. */
import { requireReference, requireVersion } from '../acts.ts'
import {
  between,
  idOf,
  invalid,
  optional,
  principal,
  readChanges,
  readValues,
  required,
  text,
  unitCode,
  type ValueCheck,
} from '../inputs.ts'
import { plannedStates } from './job-order-states.ts'
import type { EquipmentRecord, ExistingRecord, JobOrderRecord, MesMutation } from './model.ts'
import { quantity, readQuantity } from './quantities.ts'

interface GivenOperation {
  readonly name: string
  readonly workUnitId: string
  readonly plannedMinutes: number
}

interface CreateInput {
  readonly workCenterId: string
  readonly quantity: string
  readonly unit: string
  readonly plannedStart: string
  readonly plannedEnd: string
  readonly supervisorId?: string | null
  readonly operations: readonly GivenOperation[]
}

const maxOperations = 50
export const maxMinutes = 100_000

/** Who answers for an order is a person. */
const supervisor: ValueCheck = (value) =>
  principal(value) ?? (String(value).startsWith('person:') ? null : 'must be a person like `person:ruth.meyer`')

const changeable = {
  priority: required(between(1, 9)),
  plannedStart: required(),
  plannedEnd: required(),
  supervisorId: required(supervisor),
  salesOrderId: optional(idOf(/^SO-\d{4}-\d{5,}$/, 'a sales order, like `SO-2026-00001`')),
}

const creatable = {
  ...changeable,
  productId: required(idOf(/^prd-\d{4,}$/, 'a product, like `prd-0001`')),
  unit: required(unitCode),
}

const operationFields = {
  name: required(text(200)),
  plannedMinutes: required(between(1, maxMinutes)),
}

export const createJobOrder: MesMutation<CreateInput> = async (_, args, { records, caller, now }, info) => {
  const { workCenterId, operations } = args.input
  const [found, ...workUnits] = await Promise.all(
    [workCenterId, ...operations.map(({ workUnitId }) => workUnitId)].map((id) => records.load('Equipment', id)),
  )
  return records.change(info, args, async (apply) => {
    const workCenter = requireReference(found ?? null, 'input.workCenterId', workCenterId)
    if (workCenter.level !== 'WORK_CENTER') throw invalid('input.workCenterId', `names a \`${workCenter.level}\``)
    requirePlan(args.input, now)
    const steps = readOperations(operations, workUnits, workCenter)
    const asking = caller.onBehalfOf ?? caller.id
    const supervisorId = args.input.supervisorId ?? (asking.startsWith('person:') ? asking : null)
    if (supervisorId === null) throw invalid('input.supervisorId', 'is needed: an agent cannot answer for an order')
    const said = readValues({ ...args.input, supervisorId }, creatable)
    const jobOrder = await apply('JobOrder', {
      kind: 'create',
      values: {
        ...said,
        quantity: quantity(readQuantity('input.quantity', args.input.quantity, args.input.unit)),
        workCenterId,
        plantId: workCenter.plantId,
        state: 'NOT_ALLOWED_TO_START',
      },
    })
    for (const step of steps) await apply('Operation', { kind: 'create', values: { ...step, jobOrderId: jobOrder.id } })
    return { jobOrder }
  })
}

export const changeJobOrder: MesMutation<
  ExistingRecord & Partial<Pick<JobOrderRecord, 'quantity' | 'plannedStart' | 'plannedEnd'>>
> = async (_, args, { records, now }, info) => {
  const { id, expectedVersion, plannedStart, plannedEnd, quantity: wanted } = args.input
  const found = await records.load('JobOrder', id)
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'JobOrder', args.input)
    if (!plannedStates.has(current.state)) {
      throw invalid('input.id', `names a job order that is \`${current.state}\`; its plan cannot be changed any more`)
    }
    const changes = readChanges(args.input, { ...changeable, quantity: required() })
    if (plannedStart !== undefined || plannedEnd !== undefined) {
      requirePlan(
        { plannedStart: plannedStart ?? current.plannedStart, plannedEnd: plannedEnd ?? current.plannedEnd },
        now,
      )
    }
    const amount =
      wanted === undefined ? {} : { quantity: quantity(readQuantity('input.quantity', wanted, current.unit)) }
    const values = { ...changes, ...amount }
    return { jobOrder: await apply('JobOrder', { kind: 'update', id, expectedVersion, values }) }
  })
}

/** Times are RFC 3339 in UTC, so their text sorts as they do. */
function requirePlan({ plannedStart, plannedEnd }: Pick<CreateInput, 'plannedStart' | 'plannedEnd'>, now: Date): void {
  if (plannedEnd <= now.toISOString()) throw invalid('input.plannedEnd', 'must be in the future')
  if (plannedStart >= plannedEnd) throw invalid('input.plannedEnd', 'must be after `plannedStart`')
}

/** The operations as records, in their sequence. @throws `INVALID_INPUT` naming the operation and the field. */
function readOperations(
  operations: readonly GivenOperation[],
  workUnits: readonly (EquipmentRecord | null)[],
  workCenter: EquipmentRecord,
) {
  if (operations.length === 0 || operations.length > maxOperations) {
    throw invalid('input.operations', `must have 1 to ${maxOperations} operations`)
  }
  return operations.map((operation, index) => {
    const path = `input.operations.${index}`
    const workUnit = requireReference(workUnits[index] ?? null, `${path}.workUnitId`, operation.workUnitId)
    if (workUnit.level !== 'WORK_UNIT' || workUnit.parentId !== workCenter.id) {
      throw invalid(`${path}.workUnitId`, `must be a \`WORK_UNIT\` of the work center \`${workCenter.id}\``)
    }
    const values = readValues({ ...operation }, operationFields, path)
    return { ...values, workUnitId: workUnit.id, sequence: (index + 1) * 10, state: 'PENDING' }
  })
}
