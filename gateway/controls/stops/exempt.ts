/** Who no stop covers, and in what: nobody may lock out those who can release. */
import type { Caller } from '../../../lib/caller.ts'
import type { Coordinate } from '../../../lib/labels.ts'
import type { Operation } from '../../operation.ts'

const alwaysOpen: ReadonlySet<Coordinate> = new Set<Coordinate>([
  'Mutation.engageStop',
  'Mutation.releaseStop',
  'Mutation.revoke',
  'Query.stops',
])

/** A person, in person, who may engage or release stops. */
export function mayAlwaysEnter({ kind, actors, scopes }: Caller): boolean {
  return (
    kind === 'person' &&
    actors.length === 0 &&
    scopes.some((scope) => scope === 'stop:engage' || scope === 'stop:release')
  )
}

/** Whether the operation does nothing but stop, release, or look at stops, for somebody who may. */
export function isExempt({ caller, operation }: { readonly caller: Caller; readonly operation: Operation }): boolean {
  const { roots, asks } = operation
  if (!mayAlwaysEnter(caller) || asks !== 'data') return false
  return roots.every((root) => alwaysOpen.has(root.coordinates[0]))
}
