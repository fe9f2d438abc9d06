/**
 * Estimates what an operation costs before it runs, and refuses what is too dear. A unit is one object that a system may
 * have to produce: list sizes multiply, and come from the coerced arguments, so variables and negative numbers count too.
 */
import { refusal } from '../../lib/errors.ts'
import type { Operation, OperationNode } from '../operation.ts'
import type { OperationCheck } from './check.ts'

/** What a list is taken to hold when the operation does not say. */
const assumedListSize = 10
/** A mutation locks, checks and writes: it costs as much as reading ten objects. */
const mutationCost = 10

/** One look at the schema goes over all of it, and is answered in this process: dear, though no system is asked. */
const introspectionCost = 500

export const cost: OperationCheck = {
  name: 'cost',
  run({ operation, limits, exchange }) {
    const estimated = estimateCost(operation)
    exchange.cost = estimated
    if (estimated <= limits.cost) return
    throw refusal('COST_EXCEEDED', `The operation may cost ${estimated} units; ${limits.cost} are allowed.`, {
      cost: { estimated, limit: limits.cost },
    })
  },
}

/** Cost units of an operation: at least 1; adding a field never makes it less. */
export function estimateCost(operation: Operation): number {
  let objects = 0
  visitObjects(operation.roots, (_node, count) => (objects += count))
  return costOf(operation, objects)
}

/** Cost units of an operation that made so many objects. */
export function costOf({ kind, roots, introspections }: Operation, objects: number): number {
  const acts = kind === 'mutation' ? roots.length * mutationCost : 0
  return Math.max(1, introspections * introspectionCost + acts + objects)
}

/** Visits every selection of objects with the most objects that it is taken to make. */
export function visitObjects(
  nodes: readonly OperationNode[],
  visit: (node: OperationNode, count: number) => void,
): void {
  visitWithin(nodes, 1, null, visit)
}

/** `pageSize` is what `first` of the connection around `nodes` says: a connection's inner lists are one page, not many. */
function visitWithin(
  nodes: readonly OperationNode[],
  times: number,
  pageSize: number | null,
  visit: (node: OperationNode, count: number) => void,
): void {
  for (const node of nodes) {
    if (node.children.length === 0) continue
    const first = node.args['first']
    const asked = typeof first === 'number' ? Math.max(1, Math.abs(first)) : null
    const size = node.returnsList ? (asked ?? pageSize ?? assumedListSize) : 1
    visit(node, times * size)
    visitWithin(node.children, times * size, node.returnsList ? null : asked, visit)
  }
}
