/** Activities: what one is about, and how one is created (with a word to whom it concerns) and completed. */
import { requireReference, requireStep, requireVersion } from '../acts.ts'
import type { SubgraphContext } from '../context.ts'
import { invalid, optional, principal, readValues, required, text } from '../inputs.ts'
import type { ActivityRecord, CrmModel, CrmMutation, CrmResolver, ExistingRecord } from './model.ts'

type ActivityResolver = CrmResolver<ActivityRecord>
type Target = 'Account' | 'Opportunity' | 'Case'

/** An id says by its form what it is of. */
const targetPrefixes: readonly (readonly [string, Target])[] = [
  ['acc-', 'Account'],
  ['opp-', 'Opportunity'],
  ['case-', 'Case'],
]

/** From each status, the statuses that one step reaches; tasks are taken up and put off in the calendar, not here. */
const activitySteps: Readonly<Record<ActivityRecord['status'], readonly ActivityRecord['status'][]>> = {
  OPEN: ['COMPLETED'],
  IN_PROGRESS: ['COMPLETED'],
  DEFERRED: ['COMPLETED'],
  COMPLETED: [],
}

const creatable = {
  type: required(),
  subject: required(text(255)),
  body: optional(text(32_000)),
  priority: required(),
  dueDate: optional(),
  ownerId: required(principal),
  notifyUserId: optional(principal),
  whoId: optional(),
  whatId: optional(),
}

export const activityFields = {
  who: (({ whoId }, _, { records }) => records.load('Contact', whoId)) satisfies ActivityResolver,
  what: (async ({ whatId }, _, context) => {
    const target = targetOf(whatId)
    const record = target && (await context.records.load(target, whatId))
    return record && { ...record, __typename: target }
  }) satisfies ActivityResolver,
  account: (({ accountId }, _, { records }) => records.load('Account', accountId)) satisfies ActivityResolver,
}

export const createActivity: CrmMutation<{
  readonly type: ActivityRecord['type']
  readonly ownerId?: string | null
  readonly notifyUserId?: string | null
  readonly whoId?: string | null
  readonly whatId?: string | null
}> = async (_, args, context, info) => {
  const { type, ownerId, notifyUserId = null, whoId = null, whatId = null } = args.input
  const [who, what] = await Promise.all([context.records.load('Contact', whoId), loadTarget(whatId, context)])
  return context.records.change(info, args, async (apply) => {
    if (whoId !== null) requireReference(who, 'input.whoId', whoId)
    if (whatId !== null) requireReference(what, 'input.whatId', whatId)
    const accountId = what?.accountId ?? who?.accountId ?? null
    if (what && who && what.accountId !== who.accountId) {
      throw invalid('input.whoId', `must be a contact of the account \`${what.accountId}\``)
    }
    const done = type !== 'TASK'
    const values = {
      ...readValues({ ...args.input, ownerId: ownerId ?? context.caller.id }, creatable),
      accountId,
      status: done ? 'COMPLETED' : 'OPEN',
      completedAt: done ? context.now : null,
      notifiedAt: notifyUserId === null ? null : context.now,
    }
    return { activity: await apply('Activity', { kind: 'create', values }) }
  })
}

export const completeActivity: CrmMutation<ExistingRecord> = async (_, args, { records, now }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('Activity', id)
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'Activity', args.input)
    requireStep(activitySteps, current.status, 'COMPLETED', { entity: 'Activity', id })
    const values = {
      ...readValues(args.input, { body: optional(text(32_000)) }),
      status: 'COMPLETED',
      completedAt: now,
    }
    return { activity: await apply('Activity', { kind: 'update', id, expectedVersion, values }) }
  })
}

function targetOf(id: string | null): Target | null {
  return targetPrefixes.find(([prefix]) => id?.startsWith(prefix))?.[1] ?? null
}

/** What an activity is about, and whose account that is. */
async function loadTarget(
  id: string | null,
  { records }: SubgraphContext<unknown, CrmModel>,
): Promise<{ readonly accountId: string } | null> {
  switch (targetOf(id)) {
    case 'Account':
      return (await records.load('Account', id)) && { accountId: String(id) }
    case 'Opportunity':
      return records.load('Opportunity', id)
    case 'Case':
      return records.load('Case', id)
    case null:
      return null
  }
}
