/** Cases of the inventory of pilots. */
import { answered, refused, type CaseGroup } from './case.ts'

const idempotencyKey = 'case'
const existing = { idempotencyKey, id: '01931b4f-0000-7000-8000-000000000000', expectedVersion: 1 }
const reason = 'Two teams pay for it.'
const pilot = {
  idempotencyKey,
  name: 'Dunning helper',
  department: 'Accounting',
  businessOwner: 'person:jonas.weber',
  purpose: 'Reminds customers of open invoices.',
}
const file = { idempotencyKey, format: 'CSV', content: 'name,department,businessOwner,purpose\r\n' }

const allowed = { expect: { outcome: 'allow' }, ledger: answered } as const
const unknown = { expect: { outcome: 'unknown', undisclosed: 'all' }, ledger: refused('all') } as const

export const inventoryCases: CaseGroup = {
  name: 'inventory',
  cases: [
    { title: 'a security engineer reads a pilot', as: 'security-engineer', operation: 'ReadPilot', ...allowed },
    { title: 'an auditor reads the inventory', as: 'auditor', operation: 'ReadPilots', ...allowed },
    {
      title: 'an auditor reads why two pilots look alike',
      as: 'auditor',
      operation: 'ReadDuplicateFinding',
      ...allowed,
    },
    { title: 'an auditor reads all findings', as: 'auditor', operation: 'ReadDuplicateFindings', ...allowed },
    {
      title: 'a finance controller reads the portfolio',
      as: 'finance-controller',
      operation: 'ReadPortfolio',
      ...allowed,
    },
    { title: 'an agent does not know that pilots are kept', as: 'support-agent', operation: 'ReadPilots', ...unknown },
    { title: 'an agent cannot find itself in the inventory', as: 'finance-agent', operation: 'ReadPilot', ...unknown },
    {
      title: 'an agent does not know what is thought to be done twice',
      as: 'sales-agent',
      operation: 'ReadDuplicateFindings',
      ...unknown,
    },
    {
      title: 'an agent reads no finding about itself',
      as: 'procurement-agent',
      operation: 'ReadDuplicateFinding',
      ...unknown,
    },
    { title: 'an agent does not know the portfolio', as: 'hr-agent', operation: 'ReadPortfolio', ...unknown },
    {
      title: 'an account manager may ask for the inventory, and is told which scope it takes',
      as: 'account-manager',
      operation: 'ReadPilots',
      expect: { outcome: 'deny', denied: 'all', missingScopes: ['inventory:read'] },
      ledger: refused('all'),
    },

    {
      title: 'a security engineer registers a pilot',
      as: 'security-engineer',
      operation: 'RegisterPilot',
      variables: { input: pilot },
      ...allowed,
    },
    {
      title: 'an agent registers nothing, itself least of all',
      as: 'sales-agent',
      operation: 'RegisterPilot',
      variables: { input: pilot },
      ...unknown,
    },
    {
      title: 'a security engineer corrects a pilot',
      as: 'security-engineer',
      operation: 'UpdatePilot',
      variables: { input: { ...existing, purpose: 'Reminds customers.' } },
      ...allowed,
    },
    {
      title: 'an agent corrects nothing',
      as: 'finance-agent',
      operation: 'UpdatePilot',
      variables: { input: { ...existing, purpose: 'Reminds customers.' } },
      ...unknown,
    },
    {
      title: 'a security engineer imports a file of pilots',
      as: 'security-engineer',
      operation: 'ImportPilots',
      variables: { input: file },
      ...allowed,
    },
    {
      title: 'an agent imports nothing',
      as: 'order-agent',
      operation: 'ImportPilots',
      variables: { input: file },
      ...unknown,
    },
    {
      title: 'a security engineer looks for duplicates',
      as: 'security-engineer',
      operation: 'DetectDuplicates',
      variables: { input: { idempotencyKey } },
      ...allowed,
    },
    {
      title: 'an agent looks for none',
      as: 'it-ops-agent',
      operation: 'DetectDuplicates',
      variables: { input: { idempotencyKey } },
      ...unknown,
    },

    ...decisions([
      ['begins a review', 'StartPilotReview', existing],
      ['decides about a pilot', 'DecidePilot', { ...existing, decision: 'SCALE', reason }],
      ['merges a pilot into another', 'MergePilot', { ...existing, into: existing.id, reason }],
      ['retires a pilot', 'RetirePilot', { ...existing, reason }],
      [
        'promotes a pilot',
        'PromotePilot',
        { ...existing, agentId: 'agent:dunning', roleKey: 'finance-agent', environment: 'PRODUCTION' },
      ],
      ['confirms a duplicate', 'ConfirmDuplicate', { ...existing, reason }],
      ['dismisses a duplicate', 'DismissDuplicate', { ...existing, reason }],
      ['resolves a duplicate', 'ResolveDuplicate', { ...existing, resolution: 'JUSTIFIED', reason }],
    ]),
    {
      title: 'an auditor reads the inventory and decides nothing',
      as: 'auditor',
      operation: 'DecidePilot',
      variables: { input: { ...existing, decision: 'SCALE', reason } },
      expect: { outcome: 'unknown', undisclosed: ['Mutation.decidePilot'] },
      ledger: refused(['Mutation.decidePilot']),
    },
  ],
}

/** Of each decision: a security engineer may take it, an agent does not know of it. */
function decisions(acts: readonly (readonly [string, string, object])[]): CaseGroup['cases'] {
  return acts.flatMap(([what, operation, input]) => [
    {
      title: `a security engineer ${what}`,
      as: 'security-engineer' as const,
      operation,
      variables: { input },
      ...allowed,
    },
    { title: `an agent never ${what}`, as: 'support-agent' as const, operation, variables: { input }, ...unknown },
  ])
}
