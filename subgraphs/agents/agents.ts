/**
 * The subgraph `agents`: the face of the control plane's stores about agents and the pilots that they come from. It holds nothing
 * itself; who may ask what is decided by `policies/agents.ts`.
 */
import { defineSubgraph, type SubgraphDeps } from '../define.ts'
import type { Subgraph } from '../subgraph.ts'
import { inventory } from './inventory/inventory.ts'
import type { AgentsServices } from './services.ts'
import { agentReference, workforce } from './workforce/workforce.ts'

/** Makes the subgraph; `sdl` is the contract `schema/agents.graphql` with the shared definitions in front. */
export function createAgents(sdl: string, services: AgentsServices, deps: SubgraphDeps): Subgraph {
  return defineSubgraph({ name: 'agents', sdl, resolvers, entities, services }, deps)
}

const entities = { Agent: agentReference }

const resolvers = {
  Query: { ...workforce.queries, ...inventory.queries },
  Mutation: { ...workforce.mutations, ...inventory.mutations },
  ...workforce.types,
  ...inventory.types,
}
