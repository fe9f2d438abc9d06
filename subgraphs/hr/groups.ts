/** Groups: who is in one, how one is made, how access is given and taken back. */
import { requireReference, requireVersion } from '../acts.ts'
import { invalid, principal, readValues, required, text } from '../inputs.ts'
import { requireSecondPrincipal } from '../separation-of-duty.ts'
import { person } from '../stubs.ts'
import { systemName, systemOf, type SystemName } from './group-systems.ts'
import { metaOf } from './meta.ts'
import {
  current,
  newestFirst,
  type ExistingRecord,
  type GroupRecord,
  type HrMutation,
  type HrResolver,
  type InnerListArgs,
  type MemberRecord,
} from './model.ts'
import { requireActive } from './write-user.ts'

type GroupResolver<Args = unknown> = HrResolver<GroupRecord, Args>
type MemberResolver = HrResolver<MemberRecord>

const creatable = { displayName: required(text(100)), description: required(text(1_000)), ownerId: required(principal) }

export const groupFields = {
  system: (({ system }) => systemName(system)) satisfies GroupResolver,
  owner: (({ ownerId }, _, { records }) =>
    records.loadBy('User', 'principal', person(ownerId)?.principal)) satisfies GroupResolver,
  members: (({ id }, { first }, { records }) =>
    records.list('GroupMember', 'groupId', id, {
      first,
      sort: [newestFirst],
      filter: current,
    })) satisfies GroupResolver<InnerListArgs>,
  meta: ((group) => metaOf('Group', group)) satisfies GroupResolver,
}

export const memberFields = {
  group: (({ groupId }, _, { records }) => records.load('Group', groupId)) satisfies MemberResolver,
  user: (({ userId }, _, { records }) => records.load('User', userId)) satisfies MemberResolver,
  grantedAt: (({ createdAt }) => createdAt) satisfies MemberResolver,
}

export const createGroup: HrMutation<{ readonly system?: SystemName | null }> = async (_, args, { records }, info) =>
  records.change(info, args, async (apply) => {
    const { system } = args.input
    const values = { ...readValues(args.input, creatable), system: system ? systemOf(system) : null }
    return { group: await apply('Group', { kind: 'create', values }) }
  })

export const addGroupMember: HrMutation<
  ExistingRecord & { readonly userId: string; readonly system?: SystemName | null }
> = async (_, args, { records, caller }, info) => {
  const { id, expectedVersion, userId, system = null } = args.input
  const [found, user, member] = await Promise.all([
    records.load('Group', id),
    records.load('User', userId),
    records.find('GroupMember', { groupId: { eq: id }, userId: { eq: userId }, ...current }),
  ])
  return records.change(info, args, async (apply) => {
    const group = requireVersion(found, 'Group', args.input)
    // The rules decide by what the caller says, so it must be so.
    const meant = systemName(group.system)
    if (system !== meant) throw invalid('input.system', meant === null ? 'must be left out' : `must be \`${meant}\``)
    const gets = requireReference(user, 'input.userId', userId)
    requireActive(gets, 'input.userId')
    requireSecondPrincipal(caller, [gets.principal], 'give access to themselves')
    if (member) throw invalid('input.userId', `names a person who is in the group already, by \`${member.id}\``)
    const values = { groupId: id, userId, grantedBy: caller.id }
    const membership = await apply('GroupMember', { kind: 'create', values })
    return { membership, group: await apply('Group', { kind: 'update', id, expectedVersion, values: {} }) }
  })
}

export const removeGroupMember: HrMutation<ExistingRecord> = async (_, args, { records, caller, now }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('GroupMember', id)
  const of = await records.load('Group', found?.groupId)
  return records.change(info, args, async (apply) => {
    const { groupId, removedAt } = requireVersion(found, 'GroupMember', args.input)
    if (removedAt !== null) throw invalid('input.id', `names a membership that ended at \`${removedAt}\``)
    const { version } = requireReference(of, 'input.id', groupId)
    const values = { removedBy: caller.id, removedAt: now }
    return {
      membership: await apply('GroupMember', { kind: 'update', id, expectedVersion, values }),
      group: await apply('Group', { kind: 'update', id: groupId, expectedVersion: version, values: {} }),
    }
  })
}
