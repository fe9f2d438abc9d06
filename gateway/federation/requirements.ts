/**
 * Refuses an operation in which the planner would take one field's answer for another's. Apollo's planner asks for keys and
 * for what `@requires` names under their own names, beside what the caller selects; where the caller has put another field
 * under such a name, or the same one with other arguments, the planner takes that for it. So a caller could choose what a
 * system judges by: `{ tier: description creditStanding { verdict } }`.
 */
import { refusal } from '../../lib/errors.ts'
import type { Coordinate } from '../../lib/labels.ts'
import type { ContractIndex } from '../../schema/contract.ts'
import type { Operation, OperationNode } from '../operation.ts'

/**
 * Passes when every answer that another is made from stands under its own name.
 * @throws `ALIAS_CONFLICT`. Run it once the operation is allowed: who may have a field may know what it is made from.
 */
export function assertRequirementsClear(operation: Operation, index: ContractIndex): void {
  check(operation.roots, new Set(), index)
}

/** `inherited` is what a field set names inside the field whose selections these are. */
function check(nodes: readonly OperationNode[], inherited: ReadonlySet<Coordinate>, index: ContractIndex): void {
  const needed = new Set(inherited)
  for (const node of nodes) for (const coordinate of node.coordinates) addRequirements(coordinate, needed, index)
  for (const node of nodes) {
    for (const coordinate of node.coordinates) assertClear(node, coordinate, needed, index)
    const isNeeded = node.coordinates.some((coordinate) => needed.has(coordinate))
    check(node.children, isNeeded ? needed : new Set(), index)
  }
}

function assertClear(
  node: OperationNode,
  coordinate: Coordinate,
  needed: ReadonlySet<Coordinate>,
  index: ContractIndex,
): void {
  const parentType = coordinate.slice(0, coordinate.lastIndexOf('.'))
  const standsFor: Coordinate = `${parentType}.${node.responseKey}`
  if (!needed.has(standsFor)) return
  // With arguments it is the same field only by chance: what the field set says of them is not compared.
  if (node.responseKey === node.fieldName && !index.fields.get(standsFor)?.args.length) return
  const path = node.path.join('.')
  throw refusal(
    'ALIAS_CONFLICT',
    `\`${path}\` stands under the name of \`${standsFor}\`, which another field of the operation is made from.`,
    { path, field: standsFor },
  )
}

/** Adds what a field is made from, and what that is made from; and its type's keys, by which other systems are asked. */
function addRequirements(coordinate: Coordinate, into: Set<Coordinate>, index: ContractIndex): void {
  const field = index.fields.get(coordinate)
  if (!field) return
  if (field.keys.length > 0) into.add(`${field.parentType}.__typename`)
  for (const next of [...field.requires, ...field.keys]) {
    if (into.has(next)) continue
    into.add(next)
    addRequirements(next, into, index)
  }
}
