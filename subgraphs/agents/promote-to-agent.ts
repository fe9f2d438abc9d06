/** What a pilot becomes: a draft of an agent that nobody has approved, assigned to its role from when it is. */
import type { World } from '../../lib/world.ts'
import type { PrincipalId } from '../../lib/caller.ts'
import { refusal } from '../../lib/errors.ts'
import { createAssignmentStore } from '../../storage/stores/agent-assignments.ts'
import { createAgentStore } from '../../storage/stores/agents.ts'
import { createRoleVersions } from '../../storage/stores/role-versions.ts'
import type { PromoteToAgent } from './inventory/services.ts'

/** Makes the agent and its assignment, in the transaction of the promotion. */
export function createPromotion(world: Pick<World, 'newId'>): PromoteToAgent {
  return async (transaction, { id, name, description, ownerId, roleKey, environment }, by, now) => {
    const roles = await createRoleVersions(transaction).active()
    if (!roles.some((version) => version.roleKey === roleKey)) {
      throw refusal('INVALID_INPUT', `There is no active role \`${roleKey}\` for agents.`, {
        argument: 'input.roleKey',
      })
    }
    const profile = {
      id: id as PrincipalId,
      name,
      description,
      ownerId: ownerId as PrincipalId,
      sponsorId: null,
      environment,
      dataResidency: null,
      constraints: [],
      a2aUrl: null,
    }
    const agent = await createAgentStore(transaction).add(profile, 'DRAFT', { by, now })
    if (agent === null) {
      throw refusal('INVALID_INPUT', `There is an agent \`${id}\` already.`, { argument: 'input.agentId' })
    }
    await createAssignmentStore(transaction).add({
      id: world.newId(),
      agentId: id,
      roleKey,
      validFrom: now,
      validUntil: null,
      assignedAt: now,
      assignedBy: by,
    })
  }
}
