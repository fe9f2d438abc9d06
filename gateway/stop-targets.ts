/** What there is to stop in this process's view: the graph that it was started with, the roles as they are now. */
import type { Coordinate } from '../lib/labels.ts'
import type { ContractIndex } from '../schema/contract.ts'
import type { StopTargets } from '../storage/stores/stop-states.ts'

/** Makes it. */
export function stopTargetsOf(index: ContractIndex, roles: () => ReadonlyMap<string, unknown>): StopTargets {
  const subgraphs = new Set(index.subgraphs)
  return {
    hasCoordinate: (coordinate) => index.fields.has(coordinate as Coordinate),
    hasSubgraph: (name) => subgraphs.has(name),
    hasRole: (key) => roles().has(key),
  }
}
