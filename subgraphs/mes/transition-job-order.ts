/** Moves a job order from state to state: what each state needs, and what it leaves behind. */
import { refusal } from '../../lib/errors.ts'
import { requireStep, requireVersion } from '../acts.ts'
import { invalid, optional, readValues, text } from '../inputs.ts'
import { notWorking } from './equipment-states.ts'
import { jobOrderSteps, statesWithReason } from './job-order-states.ts'
import {
  bySequence,
  type EquipmentRecord,
  type ExistingRecord,
  type JobOrderRecord,
  type MesMutation,
  type OperationRecord,
} from './model.ts'
import { openOperationStates } from './operation-states.ts'

type State = JobOrderRecord['state']

interface StepInput extends ExistingRecord {
  readonly state: State
  readonly reason?: string | null
}

/** More operations than an order can have. */
const maxOperations = 100

export const transitionJobOrder: MesMutation<StepInput> = async (_, args, { records, now }, info) => {
  const { id, expectedVersion, state } = args.input
  const found = await records.load('JobOrder', id)
  const [workCenter, open] = await Promise.all([
    records.load('Equipment', found?.workCenterId),
    records.list('Operation', 'jobOrderId', id, {
      first: maxOperations,
      sort: [bySequence],
      filter: { state: { in: openOperationStates } },
    }),
  ])
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'JobOrder', args.input)
    requireStep<State>(jobOrderSteps, current.state, state, { entity: 'JobOrder', id })
    const stateReason = readReason(args.input)
    if (state === 'RUNNING') requireWorking(workCenter)
    if (state === 'ENDED') requireAllDone(current, open)
    const values = { state, stateReason, ...traces(state, current, now) }
    const jobOrder = await apply('JobOrder', { kind: 'update', id, expectedVersion, values })
    // What an aborted order had not finished will not be done.
    for (const { id: operation, version } of state === 'ABORTED' ? open : []) {
      const skip = { kind: 'update', id: operation, expectedVersion: version, values: { state: 'SKIPPED' } } as const
      await apply('Operation', skip)
    }
    return { jobOrder }
  })
}

/** The reason of a state that has one: it is needed where work is thrown away. */
function readReason(input: StepInput & Readonly<Record<string, unknown>>): string | null {
  const { reason = null, state } = input
  if (state === 'ABORTED' && reason === null) throw invalid('input.reason', 'is needed for `ABORTED`')
  if (reason === null) return null
  if (!statesWithReason.has(state)) throw invalid('input.reason', `is not for \`${state}\``)
  readValues(input, { reason: optional(text(1_000)) })
  return reason
}

function requireWorking(workCenter: EquipmentRecord | null): void {
  if (workCenter === null || !notWorking.has(workCenter.state)) return
  const { id, state } = workCenter
  throw invalid('input.state', `cannot be \`RUNNING\` while the work center \`${id}\` is \`${state}\``)
}

function requireAllDone({ id, state: from }: JobOrderRecord, open: readonly OperationRecord[]): void {
  if (open.length === 0) return
  const list = open.map((operation) => `\`${operation.id}\``).join(', ')
  throw refusal(
    'ILLEGAL_TRANSITION',
    `The JobOrder \`${id}\` cannot go to \`ENDED\` before these operations are COMPLETED or SKIPPED: ${list}.`,
    { id, from, to: 'ENDED', legal: jobOrderSteps[from].filter((state) => state !== 'ENDED') },
  )
}

/** What a step writes beside the state. Resuming does not move the start. */
function traces(state: State, { actualStart }: JobOrderRecord, now: Date) {
  switch (state) {
    case 'RUNNING':
      return { actualStart: actualStart ?? now }
    case 'ENDED':
    case 'ABORTED':
      return { actualEnd: now }
    case 'NOT_ALLOWED_TO_START':
    case 'ALLOWED_TO_START':
    case 'INTERRUPTED':
      return {}
  }
}
