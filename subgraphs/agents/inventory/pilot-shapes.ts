/** The stores' answers in the form of the contract: pages as Relay connections, findings with both pilots. */
import type { DuplicateFinding } from '../../../storage/stores/duplicate-findings.ts'
import type { Pilot } from '../../../storage/stores/pilots.ts'

interface Page<Item> {
  readonly items: readonly Item[]
  readonly hasMore: boolean
}

/** A page of the store as a connection; an item's id is its cursor. */
export function connectionOf<Item extends { readonly id: string }>({ items, hasMore }: Page<Item>) {
  const edges = items.map((node) => ({ cursor: node.id, node }))
  return { edges, nodes: items, pageInfo: { hasNextPage: hasMore, endCursor: edges.at(-1)?.cursor ?? null } }
}

/** A finding with the two pilots that it is about. */
export function findingNode({ a, b, components, ...finding }: DuplicateFinding, pilots: ReadonlyMap<string, Pilot>) {
  const whole = components.map((component) => ({ ...component, name: component.name.toUpperCase() }))
  return { ...finding, a: pilots.get(a), b: pilots.get(b), components: whole }
}
