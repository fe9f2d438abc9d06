/** What a stop covers: compared with who asks, in which task, and what the operation touches. */
import { type Caller, chainOf } from '../../../lib/caller.ts'
import { type Coordinate, type Impact, impacts } from '../../../lib/labels.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import type { StopScope } from '../../../storage/stores/stop-states.ts'
import type { Operation } from '../../operation.ts'

/** What stops are compared with. */
export interface Footprint {
  /** Everybody in the chain of the caller, by id. */
  readonly principals: readonly string[]
  /** The roles of everybody in the chain. */
  readonly roles: readonly string[]
  readonly task: string | null
  /** Null until it is described: then only stops of a caller can cover it. */
  readonly operation: Pick<Operation, 'kind' | 'coordinates'> | null
  readonly revision: PolicyRevision
}

/** The footprint of an exchange as far as it has come. */
export function footprintOf({
  caller,
  operation,
  revision,
}: {
  readonly caller: Caller
  readonly operation: Footprint['operation']
  readonly revision: PolicyRevision
}): Footprint {
  const { id, clientId, actors, onBehalfOf, task } = caller
  return {
    principals: [id, clientId, ...actors.map((actor) => actor.id), ...(onBehalfOf === null ? [] : [onBehalfOf])],
    roles: chainOf(caller).flatMap(({ roles }) => roles),
    task,
    operation,
    revision,
  }
}

/** Whether a stop of this scope covers a footprint. */
export function covers({ kind, target }: StopScope, footprint: Footprint): boolean {
  switch (kind) {
    case 'EVERYTHING':
      return true
    case 'AGENT':
      return footprint.principals.includes(target)
    case 'ROLE':
      return footprint.roles.includes(target)
    case 'WORKFLOW':
      return isOfWorkflow(footprint.task, target)
    case 'OPERATION':
      return touched(footprint).includes(target as Coordinate)
    case 'SUBGRAPH':
      return touched(footprint).some((coordinate) => isResolvedOnlyBy(target, coordinate, footprint.revision))
    case 'EFFECT':
      return hasEffect(target, footprint)
  }
}

/** `workflow:supplier-change` and every task inside it, `workflow:supplier-change:42`. */
function isOfWorkflow(task: string | null, key: string): boolean {
  return task === `workflow:${key}` || task?.startsWith(`workflow:${key}:`) === true
}

/** What an operation asks for, and what is fetched because of it. */
function touched({ operation, revision }: Footprint): readonly Coordinate[] {
  if (operation === null) return []
  return operation.coordinates.flatMap((coordinate) => [
    coordinate,
    ...(revision.rules.get(coordinate)?.dependsOn ?? []),
  ])
}

/** Keys are resolved by several systems, and say nothing of which one is asked. */
function isResolvedOnlyBy(subgraph: string, coordinate: Coordinate, { index }: PolicyRevision): boolean {
  const subgraphs = index.fields.get(coordinate)?.subgraphs ?? []
  return subgraphs.length > 0 && subgraphs.every((name) => name === subgraph)
}

/** A mutation of this impact or a graver one; one that declares none counts as the gravest. */
function hasEffect(impact: string, { operation, revision }: Footprint): boolean {
  if (operation?.kind !== 'mutation') return false
  const least = impacts.indexOf(impact as Impact)
  return operation.coordinates.some((coordinate) => {
    if (!coordinate.startsWith('Mutation.')) return false
    const effect = revision.index.fields.get(coordinate)?.effect
    return effect === null || effect === undefined || impacts.indexOf(effect.impact) >= least
  })
}
