/** Where a definition names roles, and what kind of caller each of them has to be. */
import { activitiesOf, type PlacedActivity } from './activities.ts'
import type { DefinitionPath } from './definition-problem.ts'
import type { WorkflowDefinition } from './model.ts'

export interface RoleUse {
  readonly role: string
  readonly path: DefinitionPath
  /** Who can do it. */
  readonly kinds: readonly ('agent' | 'person')[]
}

/** All uses of roles, in the order of the definition. */
export function roleUses(definition: WorkflowDefinition): readonly RoleUse[] {
  const owner: RoleUse = { role: definition.owner, path: ['owner'], kinds: ['person'] }
  return [owner, ...activitiesOf(definition).flatMap((placed) => [...doers(placed), ...escalations(placed)])]
}

function doers({ activity, path }: PlacedActivity): readonly RoleUse[] {
  switch (activity.type) {
    case 'agentTask':
    case 'operation':
      return [{ role: activity.role, path: [...path, 'role'], kinds: ['agent'] }]
    case 'humanTask':
    case 'approval':
      return activity.candidates.map((role, index) => {
        return { role, path: [...path, 'candidates', index], kinds: ['person'] }
      })
    case 'subprocess':
      return []
  }
}

/** What people decide goes to people; what agents do may go to either. */
function escalations({ activity, path }: PlacedActivity): readonly RoleUse[] {
  const ofPeople = activity.type === 'humanTask' || activity.type === 'approval'
  return activity.escalation.flatMap(({ to }, index): RoleUse[] => {
    if (to === 'another-agent') return []
    const kinds = ofPeople ? (['person'] as const) : (['agent', 'person'] as const)
    return [{ role: to.role, path: [...path, 'escalation', index, 'to', 'role'], kinds }]
  })
}
