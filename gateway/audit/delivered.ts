/**
 * Counts what an answer carries: how many values of each coordinate, by walking the data beside the described operation.
 * This is what the caller got, whatever the systems say they resolved.
 */
import type { Coordinate } from '../../lib/labels.ts'
import type { Operation, OperationNode } from '../operation.ts'

type Counts = Map<Coordinate, number>
type Data = Readonly<Record<string, unknown>>

/**
 * The number of non-null values of each coordinate; a list counts its items. Under an abstract type the type's own coordinate
 * is counted, and that of the runtime type where the answer says it by `__typename`; where it does not, those of all types
 * that it can be.
 */
export function countDelivered(data: Data, operation: Operation): Record<Coordinate, number> {
  const counts: Counts = new Map()
  countObject(data, operation.roots, counts)
  return Object.fromEntries(counts)
}

function countObject(data: Data, nodes: readonly OperationNode[], counts: Counts): void {
  for (const node of nodes) {
    // An alias may be called `__proto__` or `constructor`: only what the answer itself has counts.
    if (!Object.hasOwn(data, node.responseKey)) continue
    const value = data[node.responseKey]
    if (value === null || value === undefined) continue
    const typename = node.coordinates.length > 1 || node.onTypes ? typenameOf(data, nodes) : null
    if (typename !== null && node.onTypes && !node.onTypes.includes(typename)) continue
    const amount = countValue(value, node.children, counts)
    if (amount === 0) continue
    for (const coordinate of carriedBy(node, typename)) counts.set(coordinate, (counts.get(coordinate) ?? 0) + amount)
  }
}

/** How many non-null values; what is inside them is counted as well. */
function countValue(value: unknown, children: readonly OperationNode[], counts: Counts): number {
  if (value === null || value === undefined) return 0
  if (Array.isArray(value)) {
    let amount = 0
    for (const item of value) amount += countValue(item, children, counts)
    return amount
  }
  if (children.length > 0 && typeof value === 'object') countObject(value as Data, children, counts)
  return 1
}

/** The coordinates that a value of this selection counts for, given the runtime type of its object where the answer says it. */
export function carriedBy(node: OperationNode, typename: string | null): readonly Coordinate[] {
  if (typename === null || node.coordinates.length === 1) return node.coordinates
  const runtime: Coordinate = `${typename}.${node.fieldName}`
  const [declared] = node.coordinates
  return node.coordinates.includes(runtime) ? [declared, runtime] : node.coordinates
}

/** The runtime type as the answer says it; null when it does not, or when a caller gave that name to another field. */
export function typenameOf(data: Data, nodes: readonly OperationNode[]): string | null {
  if (!Object.hasOwn(data, '__typename') || nodes.some(({ responseKey }) => responseKey === '__typename')) return null
  const typename = data['__typename']
  return typeof typename === 'string' ? typename : null
}
