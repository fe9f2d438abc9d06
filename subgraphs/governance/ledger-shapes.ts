/** The store's answers in the form of the contract: enums in capitals, counts as lists, pages as Relay connections. */
import type { Access, LedgerPage, PlacedRecord } from '../../storage/stores/ledger.ts'

interface Placed {
  readonly seq: number
}

/** A page of the store as a connection; `shape` turns each item into its node. */
export function connectionOf<Item extends Placed, Node>(
  { items, hasMore }: LedgerPage<Item>,
  shape: (item: Item) => Node,
) {
  const edges = items.map((item) => ({ cursor: String(item.seq), node: shape(item) }))
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: { hasNextPage: hasMore, endCursor: edges.at(-1)?.cursor ?? null },
  }
}

/** An access with its verb as the enum has it. */
export function accessNode(access: Access) {
  return { ...access, verb: access.verb.toUpperCase() }
}

/** A record with its operation and its result as fields of its own. */
export function recordNode({ operation, result, kind, args, ...record }: PlacedRecord) {
  return {
    ...record,
    kind: kind.toUpperCase(),
    principal: record.caller?.id ?? null,
    onBehalfOf: record.caller?.onBehalfOf ?? null,
    operationKind: operation.kind,
    operationName: operation.name,
    operationHash: operation.hash,
    args: JSON.stringify(args),
    outcome: result?.outcome ?? null,
    codes: result?.codes ?? [],
    reason: result?.reason ?? null,
    delivered: countsOf(result?.delivered),
    resolved: countsOf(result?.resolved),
    subgraphs: result?.subgraphs ?? [],
    durationMs: result?.durationMs ?? null,
    withheld: result?.withheld ?? false,
  }
}

function countsOf(counts: Readonly<Record<string, number>> = {}) {
  return Object.entries(counts).map(([coordinate, count]) => ({ coordinate, count }))
}
