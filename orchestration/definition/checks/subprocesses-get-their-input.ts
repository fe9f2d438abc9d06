/** A subprocess is given what its workflow must be started with, and nothing that it does not take. */
import { activitiesOfType } from '../activities.ts'
import type { DefinitionCheck } from '../check-subject.ts'
import type { Finding } from '../definition-problem.ts'
import { lacks } from '../schema-paths.ts'

export const subprocessesGetTheirInput: DefinitionCheck = {
  followsWays: false,
  find({ activities, environment }) {
    return activitiesOfType(activities, 'subprocess').flatMap(({ activity, path }): Finding[] => {
      const schema = environment.workflows.get(activity.workflow)?.input
      if (schema === undefined) return []
      const { required } = schema
      const names = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []
      const missing = names.filter((name) => !Object.hasOwn(activity.input, name))
      const closed = schema['additionalProperties'] === false
      const unknown = closed ? Object.keys(activity.input).filter((name) => lacks(schema, [name])) : []
      return [
        ...missing.map((name) => ({
          path: [...path, 'input'],
          message: `The workflow \`${activity.workflow}\` needs the input \`${name}\`.`,
          mend: `Add \`${name}\` to \`input\`.`,
        })),
        ...unknown.map((name) => ({
          path: [...path, 'input', name],
          message: `The workflow \`${activity.workflow}\` takes no input \`${name}\`.`,
          mend: 'Remove it from `input`.',
        })),
      ]
    })
  },
}
