/** What a run is called where work is named: stops of workflows, budgets of tasks and what was read hold for all that names it so. */
import type { RunState } from '../interpreter/state.ts'

/** `workflow:customer-email:<run>`: what is sent as the header `mandate-task` with everything that is done for the run. */
export function workItemOf({ workflow, runId }: Pick<RunState, 'workflow' | 'runId'>): string {
  return `workflow:${workflow}:${runId}`
}
