/** The stages of an opportunity, the steps between them, and how likely each makes a sale. */
import type { OpportunityRecord } from './model.ts'

type Stage = OpportunityRecord['stage']

const open = ['PROSPECTING', 'QUALIFICATION', 'NEEDS_ANALYSIS', 'PROPOSAL', 'NEGOTIATION'] as const
const closed = ['CLOSED_WON', 'CLOSED_LOST'] as const

/** A sale may jump over stages and fall back, but what is closed stays closed. */
export const opportunitySteps: Readonly<Record<Stage, readonly Stage[]>> = {
  PROSPECTING: from('PROSPECTING'),
  QUALIFICATION: from('QUALIFICATION'),
  NEEDS_ANALYSIS: from('NEEDS_ANALYSIS'),
  PROPOSAL: from('PROPOSAL'),
  NEGOTIATION: from('NEGOTIATION'),
  CLOSED_WON: [],
  CLOSED_LOST: [],
}

/** In percent; an open opportunity may be judged otherwise by `updateOpportunity`. */
export const usualProbability: Readonly<Record<Stage, number>> = {
  PROSPECTING: 10,
  QUALIFICATION: 20,
  NEEDS_ANALYSIS: 40,
  PROPOSAL: 60,
  NEGOTIATION: 80,
  CLOSED_WON: 100,
  CLOSED_LOST: 0,
}

function from(stage: Stage): readonly Stage[] {
  return [...open.filter((other) => other !== stage), ...closed]
}
