/** Positions: who holds one, how one is opened, filled and closed. */
import type { PositionStatus } from '../../storage/tables/hr.ts'
import { requireReference, requireStep, requireVersion } from '../acts.ts'
import { invalid, readValues, required, text } from '../inputs.ts'
import { stub } from '../stubs.ts'
import {
  byTitle,
  type ExistingRecord,
  type HrMutation,
  type HrResolver,
  type InnerListArgs,
  type PositionRecord,
} from './model.ts'
import { positionSteps } from './position-states.ts'
import { plant, requireActive } from './write-user.ts'

type PositionResolver<Args = unknown> = HrResolver<PositionRecord, Args>

const creatable = {
  title: required(text(100)),
  department: required(text(100)),
  plantId: plant,
  grade: required(),
}

export const positionFields = {
  plant: (({ plantId }) => stub(plantId)) satisfies PositionResolver,
  reportsTo: (({ reportsToId }, _, { records }) => records.load('Position', reportsToId)) satisfies PositionResolver,
  reports: (({ id }, { first }, { records }) =>
    records.list('Position', 'reportsToId', id, {
      first,
      sort: [byTitle],
    })) satisfies PositionResolver<InnerListArgs>,
  holder: (({ id, status }, _, { records }) =>
    status === 'FILLED' ? records.loadBy('User', 'positionId', id) : null) satisfies PositionResolver,
}

export const openPosition: HrMutation<{ readonly reportsToId?: string | null }> = async (
  _,
  args,
  { records },
  info,
) => {
  const { reportsToId = null } = args.input
  const above = await records.load('Position', reportsToId)
  return records.change(info, args, async (apply) => {
    if (reportsToId && requireReference(above, 'input.reportsToId', reportsToId).status === 'CLOSED') {
      throw invalid('input.reportsToId', `names a position that is \`CLOSED\`: \`${reportsToId}\``)
    }
    const values = { ...readValues(args.input, creatable), reportsToId, status: 'OPEN' }
    return { position: await apply('Position', { kind: 'create', values }) }
  })
}

export const fillPosition: HrMutation<ExistingRecord & { readonly userId: string }> = async (
  _,
  args,
  { records },
  info,
) => {
  const { id, expectedVersion, userId } = args.input
  const [found, user] = await Promise.all([records.load('Position', id), records.load('User', userId)])
  const before = await records.load('Position', user?.positionId)
  return records.change(info, args, async (apply) => {
    const { status, title, department, plantId } = requireVersion(found, 'Position', args.input)
    requireStep<PositionStatus>(positionSteps, status, 'FILLED', { entity: 'Position', id })
    const gets = requireReference(user, 'input.userId', userId)
    requireActive(gets, 'input.userId')
    const position = await apply('Position', {
      kind: 'update',
      id,
      expectedVersion,
      values: { status: 'FILLED' },
    })
    const moved = { positionId: id, title, department, plantId }
    await apply('User', { kind: 'update', id: userId, expectedVersion: gets.version, values: moved })
    if (before) {
      const vacated = { id: before.id, expectedVersion: before.version, values: { status: 'OPEN' } }
      await apply('Position', { kind: 'update', ...vacated })
    }
    return { position }
  })
}

export const closePosition: HrMutation<ExistingRecord> = async (_, args, { records }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('Position', id)
  return records.change(info, args, async (apply) => {
    const { status } = requireVersion(found, 'Position', args.input)
    requireStep<PositionStatus>(positionSteps, status, 'CLOSED', { entity: 'Position', id })
    const values = { status: 'CLOSED' }
    return { position: await apply('Position', { kind: 'update', id, expectedVersion, values }) }
  })
}
