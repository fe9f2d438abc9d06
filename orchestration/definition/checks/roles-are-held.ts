/** Every role that is named has somebody who holds it. */
import type { DefinitionCheck } from '../check-subject.ts'
import { roleUses } from '../role-uses.ts'

export const rolesAreHeld: DefinitionCheck = {
  followsWays: false,
  find({ definition, environment }) {
    return roleUses(definition)
      .filter(({ role }) => environment.roles.get(role)?.held === false)
      .map(({ role, path }) => ({
        path,
        message: `Nobody who is active holds the role \`${role}\`.`,
        mend: 'Assign it to an active agent or person, or name another role.',
      }))
  },
}
