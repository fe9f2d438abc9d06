/** Operations: the steps of a job order, and how each is done, put back or left out. */
import { refusal } from '../../lib/errors.ts'
import type { OperationState } from '../../storage/tables/mes.ts'
import { requireReference, requireStep, requireVersion } from '../acts.ts'
import { between, invalid, readValues, required } from '../inputs.ts'
import { notWorking } from './equipment-states.ts'
import type { ExistingRecord, JobOrderRecord, MesMutation, MesResolver, OperationRecord } from './model.ts'
import { operationSteps, operationStepsUnder } from './operation-states.ts'
import { maxMinutes } from './plan-job-order.ts'

type OperationResolver = MesResolver<OperationRecord>

interface StepInput extends ExistingRecord {
  readonly state: OperationState
  readonly actualMinutes?: number | null
}

export const operationFields = {
  jobOrder: (({ jobOrderId }, _, { records }) => records.load('JobOrder', jobOrderId)) satisfies OperationResolver,
  workUnit: (({ workUnitId }, _, { records }) => records.load('Equipment', workUnitId)) satisfies OperationResolver,
}

export const transitionOperation: MesMutation<StepInput> = async (_, args, { records }, info) => {
  const { id, expectedVersion, state } = args.input
  const found = await records.load('Operation', id)
  const [order, workUnit] = await Promise.all([
    records.load('JobOrder', found?.jobOrderId),
    records.load('Equipment', found?.workUnitId),
  ])
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'Operation', args.input)
    const jobOrder = requireReference(order, 'input.id', current.jobOrderId)
    requireStep<OperationState>(operationSteps, current.state, state, { entity: 'Operation', id })
    requireStepUnder(jobOrder, current, state)
    if (state === 'RUNNING' && workUnit && notWorking.has(workUnit.state)) {
      throw invalid('input.state', `cannot be \`RUNNING\` while \`${workUnit.id}\` is \`${workUnit.state}\``)
    }
    const values = { state, ...readMinutes(args.input) }
    return {
      operation: await apply('Operation', { kind: 'update', id, expectedVersion, values }),
      // The order counts the change, so that it cannot end or be interrupted in between.
      jobOrder: await apply('JobOrder', {
        kind: 'update',
        id: jobOrder.id,
        expectedVersion: jobOrder.version,
        values: {},
      }),
    }
  })
}

function requireStepUnder(order: JobOrderRecord, { id, state: from }: OperationRecord, to: OperationState): void {
  const legal = operationStepsUnder(order.state, from)
  if (legal.includes(to)) return
  throw refusal(
    'ILLEGAL_TRANSITION',
    `The Operation \`${id}\` cannot go from \`${from}\` to \`${to}\` while its JobOrder \`${order.id}\` is \`${order.state}\`.`,
    { id, from, to, legal },
  )
}

function readMinutes(input: StepInput & Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const given = input.actualMinutes != null
  if (input.state === 'COMPLETED') {
    if (!given) throw invalid('input.actualMinutes', 'is needed for `COMPLETED`')
    return readValues(input, { actualMinutes: required(between(0, maxMinutes)) })
  }
  if (given) throw invalid('input.actualMinutes', 'is only for `COMPLETED`')
  return {}
}
