/** What is being sold to the accounts. */
import type { AccountRow } from './accounts.ts'
import { dayOf, later, workingTime, type Random } from './random.ts'
import type { Numbers, SeedRow } from './rows.ts'

export type OpportunityRow = SeedRow<'crm.opportunities'>

const opportunityCount = 300

const products = [
  ['Handheld scanners', 40_000, 260_000],
  ['Warehouse management licences', 25_000, 180_000],
  ['Maintenance contract', 8_000, 60_000],
  ['Pick-by-voice pilot', 12_000, 45_000],
  ['Wireless network for the warehouse', 30_000, 150_000],
  ['Label printers', 6_000, 40_000],
  ['Integration with the ERP system', 20_000, 120_000],
  ['Training on site', 3_000, 15_000],
] as const

const probabilities = {
  PROSPECTING: 10,
  QUALIFICATION: 20,
  NEEDS_ANALYSIS: 40,
  PROPOSAL: 60,
  NEGOTIATION: 80,
  CLOSED_WON: 100,
  CLOSED_LOST: 0,
} as const satisfies Record<OpportunityRow['stage'], number>

const nextSteps = [
  'Call to agree on the scope',
  'Visit on site',
  'Send the offer',
  'Wait for the budget',
  'Agree on terms',
]
const lossReasons = ['Price', 'Chose a competitor', 'Budget was cut', 'Project was stopped']

/** All opportunities, over the year; those that closed are in the past, the others ahead. */
export function makeOpportunities(random: Random, accounts: readonly AccountRow[], numbers: Numbers): OpportunityRow[] {
  return Array.from({ length: opportunityCount }, () =>
    makeOpportunity(random, numbers.next('opp-', 4), random.pick(accounts)),
  )
}

function makeOpportunity(random: Random, id: string, account: AccountRow): OpportunityRow {
  const [product, low, high] = random.pick(products)
  const age = random.int(2, 290)
  const created = workingTime(random, age)
  const closed = age > 60 && random.chance(70)
  const stage = closed
    ? random.weighted<OpportunityRow['stage']>([
        ['CLOSED_WON', 55],
        ['CLOSED_LOST', 45],
      ])
    : random.pick<OpportunityRow['stage']>([
        'PROSPECTING',
        'QUALIFICATION',
        'NEEDS_ANALYSIS',
        'PROPOSAL',
        'NEGOTIATION',
      ])
  const updated = later(created, random.int(60, age * 1_000))
  return {
    id,
    version: closed ? 4 : random.int(1, 3),
    created_at: created,
    updated_at: updated,
    account_id: account.id,
    name: `${product} for ${account.name}`,
    type:
      account.type === 'PROSPECT'
        ? 'NEW_BUSINESS'
        : random.weighted<OpportunityRow['type']>([
            ['EXISTING_BUSINESS', 70],
            ['RENEWAL', 30],
          ]),
    stage,
    probability: probabilities[stage],
    amount: `${random.int(low, high)}.00`,
    currency: account.currency,
    close_date: closed ? dayOf(updated) : dayOf(created, age + random.int(10, 150)),
    next_step: closed ? null : random.pick(nextSteps),
    loss_reason: stage === 'CLOSED_LOST' ? random.pick(lossReasons) : null,
    owner_id: account.owner_id,
  }
}
