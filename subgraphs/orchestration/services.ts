/** What the resolvers of workflows, runs and tasks work with: the engine, the database that it shares, and what the policies know. */
import type { World } from '../../lib/world.ts'
import type { FieldResolver, SubgraphContext } from '../context.ts'
import type { ControlPlane } from '../control-plane.ts'

export interface OrchestrationServices extends Pick<ControlPlane, 'database' | 'roles' | 'publishEnvironment'> {
  readonly engine: NonNullable<ControlPlane['orchestration']>
  readonly world: World
}

export type OrchestrationContext = SubgraphContext<OrchestrationServices>
export type OrchestrationResolver<Args, Source = unknown> = FieldResolver<Source, Args, OrchestrationServices>

/** Picks what is needed. */
export function orchestrationServices(
  { database, roles, publishEnvironment, orchestration: engine }: ControlPlane,
  world: World,
): OrchestrationServices {
  if (engine === null) throw new Error('The subgraph `orchestration` needs the engine.')
  return { database, roles, publishEnvironment, engine, world }
}
