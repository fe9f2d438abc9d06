/** Who holds what now, and how much one principal may hold. */
import type { Step } from '../../orchestration/interpreter/state.ts'

/** How many tasks one principal may hold at once. */
export const mostHeld = 10

const held = ['CLAIMED', 'IN_PROGRESS'] as const

/** Whether the step is the principal's now. */
export function isHolding({ holder, state }: Pick<Step, 'holder' | 'state'>, principal: string): boolean {
  return holder === principal && held.some((each) => each === state)
}
