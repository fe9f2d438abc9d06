/** No workflow starts itself, also not through others. */
import { activitiesOf, activitiesOfType } from '../activities.ts'
import type { DefinitionCheck } from '../check-subject.ts'
import type { Finding } from '../definition-problem.ts'
import type { WorkflowDefinition } from '../model.ts'

export const subprocessesEnd: DefinitionCheck = {
  followsWays: false,
  find({ definition, activities, environment }) {
    return activitiesOfType(activities, 'subprocess').flatMap(({ activity, path }): Finding[] => {
      const ring = wayBack(activity.workflow, definition.key, environment.workflows)
      if (ring === null) return []
      const way = [definition.key, ...ring].map((key) => `\`${key}\``).join(' → ')
      const message = `The workflow starts itself: ${way}.`
      return [{ path: [...path, 'workflow'], message, mend: 'Let one of them do its part without the next.' }]
    })
  },
}

/** The workflows from `from` to `target`, both included; null when none leads there. */
function wayBack(
  from: string,
  target: string,
  workflows: ReadonlyMap<string, WorkflowDefinition>,
): readonly string[] | null {
  const ways = new Map([[from, [from]]])
  // A map goes on to what is added to it while it is gone through.
  for (const [key, way] of ways) {
    if (key === target) return way
    const definition = workflows.get(key)
    const started = definition === undefined ? [] : activitiesOfType(activitiesOf(definition), 'subprocess')
    for (const { activity } of started) {
      if (!ways.has(activity.workflow)) ways.set(activity.workflow, [...way, activity.workflow])
    }
  }
  return null
}
