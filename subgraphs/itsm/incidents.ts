/** Incidents: what hangs on one, and how one is opened, changed and noted on. Its states are in `transition-incident.ts`. */
import { requireReference, requireVersion } from '../acts.ts'
import { idOf, invalid, optional, principal, readChanges, readValues, required, text } from '../inputs.ts'
import { person, stub } from '../stubs.ts'
import { openIncidentStates } from './incident-states.ts'
import {
  newestFirst,
  type ExistingRecord,
  type IncidentRecord,
  type InnerListArgs,
  type ItsmMutation,
  type ItsmResolver,
} from './model.ts'
import { priorityOf } from './priority.ts'

type IncidentResolver<Args = unknown> = ItsmResolver<IncidentRecord, Args>
type Level = IncidentRecord['impact']

const changeable = {
  shortDescription: required(text(160)),
  description: optional(text(32_000)),
  category: required(),
  impact: required(),
  urgency: required(),
  assignmentGroup: optional(text(100)),
  assignedTo: optional(principal),
}

const creatable = {
  ...changeable,
  callerId: optional(idOf(/^con-\d{5,}$/, 'a contact, like `con-00001`')),
  accountId: optional(idOf(/^acc-\d{4,}$/, 'an account, like `acc-0001`')),
  caseId: optional(idOf(/^case-\d{4,}$/, 'a case, like `case-0001`')),
}

export const incidentFields = {
  number: (({ id }) => id) satisfies IncidentResolver,
  caller: (({ callerId }) => stub(callerId)) satisfies IncidentResolver,
  account: (({ accountId }) => stub(accountId)) satisfies IncidentResolver,
  case: (({ caseId }) => stub(caseId)) satisfies IncidentResolver,
  assignee: (({ assignedTo }) => person(assignedTo)) satisfies IncidentResolver,
  configurationItem: (({ configurationItemId }, _, { records }) =>
    records.load('ConfigurationItem', configurationItemId)) satisfies IncidentResolver,
  change: (({ changeId }, _, { records }) => records.load('Change', changeId)) satisfies IncidentResolver,
  workNotes: (({ id }, { first }, { records }) =>
    records.list('WorkNote', 'incidentId', id, {
      first,
      sort: [newestFirst],
    })) satisfies IncidentResolver<InnerListArgs>,
}

export const createIncident: ItsmMutation<{
  readonly impact: Level
  readonly urgency: Level
  readonly accountId?: string | null
  readonly configurationItemId?: string | null
  readonly assignmentGroup?: string | null
}> = async (_, args, { records, caller, now }, info) => {
  const { impact, urgency, configurationItemId = null, accountId, assignmentGroup } = args.input
  const found = await records.load('ConfigurationItem', configurationItemId)
  return records.change(info, args, async (apply) => {
    const item =
      configurationItemId === null ? null : requireReference(found, 'input.configurationItemId', configurationItemId)
    const affected = accountId ?? item?.accountId ?? null
    if (item?.accountId && affected !== item.accountId) {
      throw invalid('input.accountId', `must be the account that the item serves, \`${item.accountId}\``)
    }
    const input = { ...args.input, assignmentGroup: assignmentGroup ?? item?.supportGroup ?? null, accountId: affected }
    const values = {
      ...readValues(input, creatable),
      configurationItemId,
      state: 'NEW',
      priority: priorityOf(impact, urgency),
      openedBy: caller.id,
      openedAt: now,
      reopenCount: 0,
    }
    return { incident: await apply('Incident', { kind: 'create', values }) }
  })
}

export const updateIncident: ItsmMutation<
  ExistingRecord & {
    readonly impact?: Level | null
    readonly urgency?: Level | null
    readonly configurationItemId?: string | null
    readonly changeId?: string | null
  }
> = async (_, args, { records }, info) => {
  const { id, expectedVersion, impact, urgency, configurationItemId, changeId } = args.input
  const [found, item, change] = await Promise.all([
    records.load('Incident', id),
    records.load('ConfigurationItem', configurationItemId),
    records.load('Change', changeId),
  ])
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'Incident', args.input)
    if (!openIncidentStates.has(current.state)) {
      throw invalid('input.id', `names an incident that is \`${current.state}\` and cannot be changed`)
    }
    if (configurationItemId) requireReference(item, 'input.configurationItemId', configurationItemId)
    if (changeId) requireReference(change, 'input.changeId', changeId)
    const values = {
      ...readChanges(args.input, { ...changeable, configurationItemId: optional(), changeId: optional() }),
      priority: priorityOf(impact ?? current.impact, urgency ?? current.urgency),
    }
    return { incident: await apply('Incident', { kind: 'update', id, expectedVersion, values }) }
  })
}

export const addWorkNote: ItsmMutation<ExistingRecord> = async (_, args, { records, caller }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('Incident', id)
  return records.change(info, args, async (apply) => {
    const { state } = requireVersion(found, 'Incident', args.input)
    if (state === 'CLOSED' || state === 'CANCELED') {
      throw invalid('input.id', `names an incident that is \`${state}\` and takes no more notes`)
    }
    const values = readValues(args.input, { kind: required(), text: required(text(32_000)) })
    const note = { ...values, incidentId: id, authorId: caller.id }
    return {
      incident: await apply('Incident', { kind: 'update', id, expectedVersion, values: {} }),
      workNote: await apply('WorkNote', { kind: 'create', values: note }),
    }
  })
}
