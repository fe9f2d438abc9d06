/** People: what hangs on one, in the shape of a SCIM user; and who works in a plant. Joining and leaving: `employment.ts`. */
import { dayOf } from '../amounts.ts'
import { stub } from '../stubs.ts'
import { metaOf } from './meta.ts'
import {
  byDisplayName,
  current,
  lastEffectiveFirst,
  latestFirst,
  newestFirst,
  type HrResolver,
  type InnerListArgs,
  type UserRecord,
} from './model.ts'

type UserResolver<Args = unknown> = HrResolver<UserRecord, Args>

export const userFields = {
  name: (({ displayName, givenName, familyName }) => ({
    formatted: displayName,
    givenName,
    familyName,
  })) satisfies UserResolver,
  emails: (({ email }) => [{ value: email, type: 'work', primary: true }]) satisfies UserResolver,
  phoneNumbers: (({ phone }) => (phone === null ? [] : [{ value: phone, type: 'work' }])) satisfies UserResolver,
  enterprise: ((user) => user) satisfies UserResolver,
  reports: (({ id }, { first, includeInactive }, { records }) =>
    records.list('User', 'managerId', id, {
      first,
      sort: [byDisplayName],
      filter: includeInactive ? {} : { active: { eq: true } },
    })) satisfies UserResolver<InnerListArgs & { readonly includeInactive: boolean }>,
  plant: (({ plantId }) => stub(plantId)) satisfies UserResolver,
  position: (({ positionId }, _, { records }) => records.load('Position', positionId)) satisfies UserResolver,
  groups: (({ id }, { first }, { records }) =>
    records.list('GroupMember', 'userId', id, {
      first,
      sort: [newestFirst],
      filter: current,
    })) satisfies UserResolver<InnerListArgs>,
  absences: (({ id }, { first, statuses }, { records }) =>
    records.list('Absence', 'userId', id, {
      first,
      sort: [latestFirst],
      filter: statuses ? { status: { in: statuses } } : {},
    })) satisfies UserResolver<InnerListArgs & { readonly statuses?: readonly string[] | null }>,
  pay: (async ({ id }, _, { records, now }) => {
    const filter = { effectiveFrom: { lte: dayOf(now) } }
    const [paid = null] = await records.list('Compensation', 'userId', id, {
      first: 1,
      sort: [lastEffectiveFirst],
      filter,
    })
    return paid
  }) satisfies UserResolver,
  meta: ((user) => metaOf('User', user)) satisfies UserResolver,
}

export const enterpriseFields = {
  manager: (({ managerId }, _, { records }) => records.load('User', managerId)) satisfies UserResolver,
}

export const plantFields = {
  people: (({ id }, { first }, { records }) =>
    records.list('User', 'plantId', id, {
      first,
      sort: [byDisplayName],
      filter: { active: { eq: true } },
    })) satisfies HrResolver<{ readonly id: string }, InnerListArgs>,
}
