/** Cases: what hangs on one, and how one is opened, changed, moved on and commented. */
import { requireFound, requireReference, requireStep, requireVersion } from '../acts.ts'
import { invalid, optional, principal, readChanges, readValues, required, text, type ValueCheck } from '../inputs.ts'
import { caseSteps } from './case-states.ts'
import {
  newestFirst,
  type CaseRecord,
  type ContactRecord,
  type CrmMutation,
  type CrmResolver,
  type ExistingRecord,
  type InnerListArgs,
} from './model.ts'

type CaseResolver<Args = unknown> = CrmResolver<CaseRecord, Args>

const incidentNumber: ValueCheck = (value) =>
  /^INC\d{7}$/.test(String(value)) ? null : 'must be the id of an incident, like `INC0010001`'

const changeable = {
  subject: required(text(255)),
  priority: required(),
  reason: required(),
  contactId: optional(),
  incidentId: optional(incidentNumber),
  ownerId: required(principal),
}

const creatable = {
  subject: changeable.subject,
  description: optional(text(32_000)),
  priority: required(),
  origin: required(),
  reason: required(),
  contactId: optional(),
  ownerId: required(principal),
}

export const caseFields = {
  account: (({ accountId }, _, { records }) => records.load('Account', accountId)) satisfies CaseResolver,
  contact: (({ contactId }, _, { records }) => records.load('Contact', contactId)) satisfies CaseResolver,
  incident: (({ incidentId }) => (incidentId === null ? null : { id: incidentId })) satisfies CaseResolver,
  comments: (({ id }, { first }, { records }) =>
    records.list('CaseComment', 'caseId', id, {
      first,
      sort: [{ field: 'createdAt', direction: 'ASC' }],
    })) satisfies CaseResolver<InnerListArgs>,
  activities: (({ id }, { first }, { records }) =>
    records.list('Activity', 'whatId', id, { first, sort: [newestFirst] })) satisfies CaseResolver<InnerListArgs>,
}

export const createCase: CrmMutation<{
  readonly accountId: string
  readonly contactId?: string | null
  readonly ownerId?: string | null
}> = async (_, args, { records }, info) => {
  const { accountId, contactId = null, ownerId } = args.input
  const [found, contact] = await Promise.all([records.load('Account', accountId), records.load('Contact', contactId)])
  return records.change(info, args, async (apply) => {
    const account = requireReference(found, 'input.accountId', accountId)
    requireContactOf(accountId, contactId, contact)
    const input = { ...args.input, ownerId: ownerId ?? account.ownerId }
    const values = { ...readValues(input, creatable), accountId, status: 'NEW' }
    return { case: await apply('Case', { kind: 'create', values }) }
  })
}

export const updateCase: CrmMutation<ExistingRecord & { readonly contactId?: string | null }> = async (
  _,
  args,
  { records },
  info,
) => {
  const { id, expectedVersion, contactId = null } = args.input
  const [found, contact] = await Promise.all([records.load('Case', id), records.load('Contact', contactId)])
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'Case', args.input)
    requireContactOf(current.accountId, contactId, contact)
    const values = readChanges(args.input, changeable)
    return { case: await apply('Case', { kind: 'update', id, expectedVersion, values }) }
  })
}

export const transitionCase: CrmMutation<
  ExistingRecord & { readonly status: CaseRecord['status']; readonly resolution?: string | null }
> = async (_, args, { records, now }, info) => {
  const { id, expectedVersion, status, resolution = null } = args.input
  const found = await records.load('Case', id)
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'Case', args.input)
    requireStep(caseSteps, current.status, status, { entity: 'Case', id })
    if (status === 'CLOSED' && resolution === null) throw invalid('input.resolution', 'is needed for `CLOSED`')
    if (status !== 'CLOSED' && resolution !== null) throw invalid('input.resolution', 'is only for `CLOSED`')
    const { resolution: told = null } = readValues(args.input, { resolution: optional(text(4_000)) })
    const values = { status, resolution: told, closedAt: status === 'CLOSED' ? now : null }
    return { case: await apply('Case', { kind: 'update', id, expectedVersion, values }) }
  })
}

export const addCaseComment: CrmMutation<{ readonly id: string }> = async (_, args, { records, caller }, info) => {
  const { id } = args.input
  const found = await records.load('Case', id)
  return records.change(info, args, async (apply) => {
    const current = requireFound(found, 'Case', id)
    const said = readValues(args.input, { body: required(text(32_000)), public: required() })
    const values = { ...said, caseId: id, authorId: caller.id }
    return { comment: await apply('CaseComment', { kind: 'create', values }), case: current }
  })
}

/** A contact of another account must not see the case. */
function requireContactOf(accountId: string, contactId: string | null, contact: ContactRecord | null): void {
  if (contactId === null) return
  if (requireReference(contact, 'input.contactId', contactId).accountId === accountId) return
  throw invalid('input.contactId', `must be a contact of the account \`${accountId}\``)
}
