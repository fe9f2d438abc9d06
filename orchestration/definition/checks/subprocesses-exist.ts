/** Every workflow that is started as a subprocess is there. */
import { activitiesOfType } from '../activities.ts'
import type { DefinitionCheck } from '../check-subject.ts'

export const subprocessesExist: DefinitionCheck = {
  followsWays: false,
  find({ definition, activities, environment }) {
    return activitiesOfType(activities, 'subprocess')
      .filter(({ activity: { workflow } }) => workflow !== definition.key && !environment.workflows.has(workflow))
      .map(({ activity, path }) => ({
        path: [...path, 'workflow'],
        message: `There is no published workflow \`${activity.workflow}\`.`,
        mend: 'Publish it first, or name one that is.',
      }))
  },
}
