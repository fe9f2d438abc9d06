/** Every pair of states, so that a new state or step is decided and not forgotten. */
import { expect, test } from 'vitest'
import { caseSteps } from '../../../subgraphs/crm/case-states.ts'
import { opportunitySteps, usualProbability } from '../../../subgraphs/crm/opportunity-stages.ts'

function legalPairs(steps: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(steps).flatMap(([from, targets]) => targets.map((to) => `${from} → ${to}`))
}

test('a case goes by these steps and no others', () => {
  expect(legalPairs(caseSteps)).toEqual([
    'NEW → WORKING',
    'NEW → ESCALATED',
    'NEW → CLOSED',
    'WORKING → ESCALATED',
    'WORKING → CLOSED',
    'ESCALATED → WORKING',
    'ESCALATED → CLOSED',
    'CLOSED → WORKING',
  ])
})

test('an opportunity goes from any open stage to any other, and from a closed one nowhere', () => {
  const open = ['PROSPECTING', 'QUALIFICATION', 'NEEDS_ANALYSIS', 'PROPOSAL', 'NEGOTIATION']
  const stages = [...open, 'CLOSED_WON', 'CLOSED_LOST']
  const expected = open.flatMap((from) => stages.filter((to) => to !== from).map((to) => `${from} → ${to}`))
  expect(legalPairs(opportunitySteps)).toEqual(expected)
})

test('a sale grows likelier from stage to stage', () => {
  const { CLOSED_LOST, ...rising } = usualProbability
  expect(Object.values(rising)).toEqual([10, 20, 40, 60, 80, 100])
  expect(CLOSED_LOST).toBe(0)
})
