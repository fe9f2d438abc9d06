/** The role of an operation may use everything that the operation touches. */
import type { DefinitionCheck } from '../check-subject.ts'

export const rolesMayRunOperations: DefinitionCheck = {
  followsWays: false,
  find({ operations, environment }) {
    return operations.flatMap((placed) => {
      const { role, input } = placed.activity
      if (!placed.valid || !environment.roles.has(role)) return []
      return environment.mayRun(role, placed.document, Object.keys(input)).map((coordinate) => ({
        path: [...placed.path, 'document'],
        message: `The role \`${role}\` may not use \`${coordinate}\`.`,
        mend: 'Leave it out, or let a role run the operation that may.',
      }))
    })
  },
}
