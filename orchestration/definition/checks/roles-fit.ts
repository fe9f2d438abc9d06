/** Agents do what agents do, and people what people do. */
import { activitiesOf } from '../activities.ts'
import type { DefinitionCheck } from '../check-subject.ts'
import type { Finding } from '../definition-problem.ts'
import { roleUses, type RoleUse } from '../role-uses.ts'
import type { WorkflowDefinition } from '../model.ts'

export const rolesFit: DefinitionCheck = {
  followsWays: false,
  find({ definition, environment }) {
    const misfits = roleUses(definition).flatMap(({ role, path, kinds }): Finding[] => {
      const kind = environment.roles.get(role)?.kind
      if (kind === undefined || kinds.some((one) => one === kind)) return []
      const message = `\`${role}\` is a role of ${plural[kind]}, and this is for ${forWhom(kinds)}.`
      return [{ path, message, mend: `Name a role of ${forWhom(kinds)}.` }]
    })
    return [...misfits, ...otherAgents(definition)]
  },
}

const plural = { agent: 'agents', person: 'people', service: 'services' } as const

function forWhom(kinds: RoleUse['kinds']): string {
  return kinds.map((kind) => plural[kind]).join(' or ')
}

/** What people were asked has no other agent. */
function otherAgents(definition: WorkflowDefinition): readonly Finding[] {
  return activitiesOf(definition).flatMap(({ activity, path }) => {
    if (activity.type !== 'humanTask' && activity.type !== 'approval') return []
    return activity.escalation.flatMap(({ to }, index): Finding[] => {
      if (to !== 'another-agent') return []
      const message = 'What people are asked cannot go to another agent.'
      return [{ path: [...path, 'escalation', index, 'to'], message, mend: 'Name a role of people.' }]
    })
  })
}
