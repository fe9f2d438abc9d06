/** Opportunities: what hangs on one, and how one is created, changed and moved on. */
import { requireReference, requireStep, requireVersion } from '../acts.ts'
import {
  between,
  currencyCode,
  invalid,
  notNegative,
  optional,
  principal,
  readChanges,
  readValues,
  required,
  text,
} from '../inputs.ts'
import {
  newestFirst,
  type CrmMutation,
  type CrmResolver,
  type ExistingRecord,
  type InnerListArgs,
  type OpportunityRecord,
} from './model.ts'
import { opportunitySteps, usualProbability } from './opportunity-stages.ts'

type OpportunityResolver<Args = unknown> = CrmResolver<OpportunityRecord, Args>

const always = {
  name: required(text(200)),
  amount: required(notNegative),
  closeDate: required(),
  nextStep: optional(text(500)),
  ownerId: required(principal),
}
const changeable = { ...always, probability: required(between(0, 100)) }
const creatable = { ...always, type: required(), currency: required(currencyCode) }

export const opportunityFields = {
  account: (({ accountId }, _, { records }) => records.load('Account', accountId)) satisfies OpportunityResolver,
  activities: (({ id }, { first }, { records }) =>
    records.list('Activity', 'whatId', id, {
      first,
      sort: [newestFirst],
    })) satisfies OpportunityResolver<InnerListArgs>,
}

export const createOpportunity: CrmMutation<{
  readonly accountId: string
  readonly ownerId?: string | null
  readonly currency?: string | null
}> = async (_, args, { records }, info) => {
  const { accountId, ownerId, currency } = args.input
  const found = await records.load('Account', accountId)
  return records.change(info, args, async (apply) => {
    const account = requireReference(found, 'input.accountId', accountId)
    const input = { ...args.input, ownerId: ownerId ?? account.ownerId, currency: currency ?? account.currency }
    const values = {
      ...readValues(input, creatable),
      accountId,
      stage: 'PROSPECTING',
      probability: usualProbability.PROSPECTING,
    }
    return { opportunity: await apply('Opportunity', { kind: 'create', values }) }
  })
}

export const updateOpportunity: CrmMutation<ExistingRecord> = async (_, args, { records }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('Opportunity', id)
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'Opportunity', args.input)
    if (opportunitySteps[current.stage].length === 0) {
      throw invalid('input.id', `names an opportunity that is closed (\`${current.stage}\`) and cannot be changed`)
    }
    const values = readChanges(args.input, changeable)
    return { opportunity: await apply('Opportunity', { kind: 'update', id, expectedVersion, values }) }
  })
}

export const transitionOpportunity: CrmMutation<
  ExistingRecord & { readonly stage: OpportunityRecord['stage']; readonly lossReason?: string | null }
> = async (_, args, { records }, info) => {
  const { id, expectedVersion, stage, lossReason = null } = args.input
  const found = await records.load('Opportunity', id)
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'Opportunity', args.input)
    requireStep(opportunitySteps, current.stage, stage, { entity: 'Opportunity', id })
    if (stage === 'CLOSED_LOST' && lossReason === null) throw invalid('input.lossReason', 'is needed for `CLOSED_LOST`')
    if (stage !== 'CLOSED_LOST' && lossReason !== null) throw invalid('input.lossReason', 'is only for `CLOSED_LOST`')
    const { lossReason: reason = null } = readValues(args.input, { lossReason: optional(text(500)) })
    const values = { stage, probability: usualProbability[stage], lossReason: reason }
    return { opportunity: await apply('Opportunity', { kind: 'update', id, expectedVersion, values }) }
  })
}
