/** The acts that stop others: who must stop something has to be able to exactly when something is broken or used up. */
import type { Coordinate } from '../../lib/labels.ts'
import type { Operation } from '../operation.ts'

const brakes: ReadonlySet<Coordinate> = new Set<Coordinate>(['Mutation.revoke', 'Mutation.engageStop'])

/** Whether an operation does nothing but stop. */
export function isBrake({ roots }: Pick<Operation, 'roots'>): boolean {
  return roots.length > 0 && roots.every((root) => brakes.has(root.coordinates[0]))
}
