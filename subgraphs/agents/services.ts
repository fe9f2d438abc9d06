/** What the resolvers of the subgraph `agents` work with: the database of the control plane, and a way to tell gateways of changes. */
import type { World } from '../../lib/world.ts'
import type { ControlPlane } from '../control-plane.ts'
import type { InventoryServices } from './inventory/services.ts'
import { defaultInventorySettings } from './inventory/settings.ts'
import { createPromotion } from './promote-to-agent.ts'

export interface AgentsServices
  extends InventoryServices, Pick<ControlPlane, 'database' | 'cache' | 'roles' | 'policies'> {
  readonly world: World
}

/** Picks what is needed. */
export function agentsServices(
  { database, cache, roles, policies, inventory = defaultInventorySettings }: ControlPlane,
  world: World,
): AgentsServices {
  return { database, cache, roles, policies, world, inventory, promoteToAgent: createPromotion(world) }
}
