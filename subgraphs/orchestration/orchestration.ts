/**
 * The subgraph `orchestration`: the face of the engine. It holds nothing itself; who may ask what is decided by
 * `policies/orchestration.ts`, and which runs and tasks somebody sees by the part that it has in them.
 */
import { defineSubgraph, type SubgraphDeps } from '../define.ts'
import type { FieldResolver } from '../context.ts'
import { explained } from '../governance/explained.ts'
import type { Subgraph } from '../subgraph.ts'
import { runFields } from './runs/run-fields.ts'
import { runMutations, runQueries } from './runs/runs.ts'
import type { OrchestrationServices } from './services.ts'
import { taskFields } from './tasks/task-fields.ts'
import { taskMutations, taskQueries } from './tasks/tasks.ts'
import { workflowMutations, workflowQueries } from './workflows/workflows.ts'

/** Makes the subgraph; `sdl` is the contract `schema/orchestration.graphql` with the shared definitions in front. */
export function createOrchestration(sdl: string, services: OrchestrationServices, deps: SubgraphDeps): Subgraph {
  return defineSubgraph({ name: 'orchestration', sdl, resolvers, entities: noEntities, services }, deps)
}

const noEntities = {}

const resolvers = {
  Query: allExplained({ ...workflowQueries, ...runQueries, ...taskQueries }),
  Mutation: allExplained({ ...workflowMutations, ...runMutations, ...taskMutations }),
  Run: runFields,
  Task: taskFields,
}

type RootFields = Readonly<Record<string, FieldResolver<unknown, never, OrchestrationServices>>>

/** What the database finds wrong with an argument is the caller's to mend: for all of them. */
function allExplained(fields: RootFields): RootFields {
  return Object.fromEntries(Object.entries(fields).map(([name, resolve]) => [name, explained(resolve)]))
}
