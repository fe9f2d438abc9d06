/** What the fields of agents read for one fetch together: a page of agents asks for its assignments once, and for the roles once. */
import DataLoader from 'dataloader'
import type { Kysely } from 'kysely'
import { type RoleDefinition } from '../../../policies/engine/revision.ts'
import { governRoles } from '../../../policies/engine/role-changes.ts'
import { type Assignment, createAssignmentStore } from '../../../storage/stores/agent-assignments.ts'
import { createRoleVersions } from '../../../storage/stores/role-versions.ts'
import type { Tables } from '../../../storage/tables.ts'
import type { AgentsContext } from './act-once.ts'

export interface AgentLoaders {
  readonly assignments: DataLoader<string, readonly Assignment[]>
  /** The roles that hold, by key. */
  readonly roles: () => Promise<ReadonlyMap<string, RoleDefinition>>
}

const opened = new WeakMap<AgentsContext, AgentLoaders>()

/** The loaders of a fetch; they go with it. */
export function loadersOf(context: AgentsContext): AgentLoaders {
  const known = opened.get(context)
  if (known !== undefined) return known
  const { kysely } = context.services.database
  let roles: Promise<ReadonlyMap<string, RoleDefinition>> | null = null
  const loaders: AgentLoaders = {
    assignments: new DataLoader(async (ids) => {
      const all = Map.groupBy(await createAssignmentStore(kysely).of(ids), ({ agentId }) => agentId)
      return ids.map((id) => all.get(id) ?? [])
    }),
    roles: () => (roles ??= rolesInForce(kysely, context)),
  }
  opened.set(context, loaders)
  return loaders
}

/** The roles that hold, by key. `kysely` may be a transaction of the caller's. */
export async function rolesInForce(
  kysely: Kysely<Tables>,
  { services: { roles } }: Pick<AgentsContext, 'services'>,
): Promise<ReadonlyMap<string, RoleDefinition>> {
  const versions = await createRoleVersions(kysely).active()
  return governRoles(roles(), new Map(versions.map((version) => [version.roleKey, version])))
}
