/** The stages of a pilot and the steps between them: met or registered, reviewed, decided, and carried out. */
import type { PilotStage } from '../../../storage/stores/pilots.ts'

/** From each stage, the stages that one step reaches. */
export const stageSteps: Readonly<Record<PilotStage, readonly PilotStage[]>> = {
  // What the gateway met may be nothing worth keeping.
  DISCOVERED: ['REGISTERED', 'RETIRED'],
  REGISTERED: ['UNDER_REVIEW'],
  UNDER_REVIEW: ['SCALE', 'REFINE', 'CONSOLIDATE', 'RETIRE'],
  SCALE: ['PROMOTED'],
  REFINE: ['UNDER_REVIEW'],
  CONSOLIDATE: ['MERGED'],
  RETIRE: ['RETIRED'],
  PROMOTED: [],
  MERGED: [],
  RETIRED: [],
}

/** What a review can decide. */
export type PilotDecision = 'SCALE' | 'REFINE' | 'CONSOLIDATE' | 'RETIRE'

/** Where people may still correct what is said about a pilot: a decision rests on what was said before it. */
export const editableStages: readonly PilotStage[] = ['DISCOVERED', 'REGISTERED', 'UNDER_REVIEW', 'REFINE']
