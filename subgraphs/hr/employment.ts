/** Leaving and coming back: what becomes of the position, and which access remains to be taken away. */
import { dayOf } from '../amounts.ts'
import { requireVersion } from '../acts.ts'
import { invalid } from '../inputs.ts'
import { requireSecondPrincipal } from '../separation-of-duty.ts'
import { current, newestFirst, type ExistingRecord, type HrMutation, type HrRecords } from './model.ts'

/** The most memberships that a payload names. */
const maxNamed = 100

export const deactivateUser: HrMutation<ExistingRecord & { readonly leaveDate?: string | null }> = async (
  _,
  args,
  { records, caller, now },
  info,
) => {
  const { id, expectedVersion } = args.input
  const [found, remainingMemberships] = await Promise.all([records.load('User', id), membershipsOf(records, id)])
  const position = await records.load('Position', found?.positionId)
  return records.change(info, args, async (apply) => {
    const user = requireVersion(found, 'User', args.input)
    if (!user.active) throw invalid('input.id', 'names a person who has left already')
    requireSecondPrincipal(caller, [user.principal], 'end their own employment')
    const leaveDate = args.input.leaveDate ?? dayOf(now)
    if (leaveDate > dayOf(now)) throw invalid('input.leaveDate', 'cannot be in the future')
    if (leaveDate < user.hireDate) {
      throw invalid('input.leaveDate', `cannot be before the first day, \`${user.hireDate}\``)
    }
    const values = { active: false, leaveDate, positionId: null }
    const left = await apply('User', { kind: 'update', id, expectedVersion, values })
    if (position) {
      const vacated = { status: 'OPEN' } as const
      await apply('Position', {
        kind: 'update',
        id: position.id,
        expectedVersion: position.version,
        values: vacated,
      })
    }
    return { user: left, remainingMemberships }
  })
}

export const reactivateUser: HrMutation<ExistingRecord> = async (_, args, { records, caller }, info) => {
  const { id, expectedVersion } = args.input
  const [found, remainingMemberships] = await Promise.all([records.load('User', id), membershipsOf(records, id)])
  return records.change(info, args, async (apply) => {
    const user = requireVersion(found, 'User', args.input)
    if (user.active) throw invalid('input.id', 'names a person who is active already')
    requireSecondPrincipal(caller, [user.principal], 'take up their own employment again')
    const values = { active: true, leaveDate: null }
    return { user: await apply('User', { kind: 'update', id, expectedVersion, values }), remainingMemberships }
  })
}

function membershipsOf(records: HrRecords, userId: string) {
  return records.list('GroupMember', 'userId', userId, { first: maxNamed, sort: [newestFirst], filter: current })
}
