/** What the definition says of a task, found by its name alone: without the state of its run. */
import { type Activity, type WorkflowDefinition, isActivity } from '../../../orchestration/definition/model.ts'

/** The activity of a task: of its node, of the list that it belongs to, or the compensation that it is. */
export function activityAt(
  { nodes, compensations }: WorkflowDefinition,
  { step, node }: { readonly step: string; readonly node: string },
): Activity | null {
  if (step.startsWith('undo:')) return compensations[node] ?? null
  const found = nodes[node]
  if (found?.type === 'forEach') return found.do
  return found && isActivity(found) ? found : null
}
