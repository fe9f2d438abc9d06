/** Every role that is named is there. */
import type { DefinitionCheck } from '../check-subject.ts'
import { roleUses } from '../role-uses.ts'

export const rolesExist: DefinitionCheck = {
  followsWays: false,
  find({ definition, environment }) {
    return roleUses(definition)
      .filter(({ role }) => !environment.roles.has(role))
      .map(({ role, path }) => ({
        path,
        message: `There is no role \`${role}\`.`,
        mend: 'Name one of the roles that are published, or publish it first.',
      }))
  },
}
