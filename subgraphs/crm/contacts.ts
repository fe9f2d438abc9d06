/** Contacts: what hangs on one, and how one is created and changed. */
import { requireReference, requireVersion } from '../acts.ts'
import { emailAddress, optional, phoneNumber, principal, readChanges, readValues, required, text } from '../inputs.ts'
import {
  newestFirst,
  type ContactRecord,
  type CrmMutation,
  type CrmResolver,
  type ExistingRecord,
  type InnerListArgs,
} from './model.ts'

type ContactResolver<Args = unknown> = CrmResolver<ContactRecord, Args>

const changeable = {
  firstName: required(text(100)),
  lastName: required(text(100)),
  title: optional(text(150)),
  department: optional(text(150)),
  email: optional(emailAddress),
  phone: optional(phoneNumber),
  mobilePhone: optional(phoneNumber),
  doNotCall: required(),
  ownerId: required(principal),
}

export const contactFields = {
  name: (({ firstName, lastName }) => `${firstName} ${lastName}`) satisfies ContactResolver,
  account: (({ accountId }, _, { records }) => records.load('Account', accountId)) satisfies ContactResolver,
  cases: (({ id }, { first }, { records }) =>
    records.list('Case', 'contactId', id, { first, sort: [newestFirst] })) satisfies ContactResolver<InnerListArgs>,
  activities: (({ id }, { first }, { records }) =>
    records.list('Activity', 'whoId', id, { first, sort: [newestFirst] })) satisfies ContactResolver<InnerListArgs>,
}

export const createContact: CrmMutation<{ readonly accountId: string; readonly ownerId?: string | null }> = async (
  _,
  args,
  { records },
  info,
) => {
  const { accountId, ownerId } = args.input
  const found = await records.load('Account', accountId)
  return records.change(info, args, async (apply) => {
    const account = requireReference(found, 'input.accountId', accountId)
    const input = { ...args.input, ownerId: ownerId ?? account.ownerId }
    const values = { ...readValues(input, changeable), accountId }
    return { contact: await apply('Contact', { kind: 'create', values }) }
  })
}

export const updateContact: CrmMutation<ExistingRecord> = async (_, args, { records }, info) => {
  const { id, expectedVersion } = args.input
  const current = await records.load('Contact', id)
  return records.change(info, args, async (apply) => {
    requireVersion(current, 'Contact', args.input)
    const values = readChanges(args.input, changeable)
    return { contact: await apply('Contact', { kind: 'update', id, expectedVersion, values }) }
  })
}
