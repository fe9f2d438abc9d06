/** The states of a finding and the steps that people take; a closed one opens again only when a pilot of the pair has changed. */
import type { FindingState } from '../../../storage/stores/duplicate-findings.ts'

/** From each state, the states that one step reaches. */
export const findingSteps: Readonly<Record<FindingState, readonly FindingState[]>> = {
  OPEN: ['CONFIRMED', 'DISMISSED'],
  CONFIRMED: ['RESOLVED', 'DISMISSED'],
  RESOLVED: [],
  DISMISSED: [],
}
