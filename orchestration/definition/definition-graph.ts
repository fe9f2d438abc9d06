/** The nodes of a definition and the ways between them, for checks that follow a run with a finger. */
import type { DefinitionPath } from './definition-problem.ts'
import type { WorkflowDefinition, WorkflowNode } from './model.ts'

/** A way from one node to another. */
export interface GraphEdge {
  readonly from: string
  readonly to: string
  /** `exceeded` is taken when the node has been entered as often as it may, `timeout` when its event did not come. */
  readonly kind: 'flow' | 'branch' | 'exceeded' | 'timeout'
  /** Where the file names the target. */
  readonly path: DefinitionPath
}

export interface DefinitionGraph {
  readonly start: string
  readonly edges: readonly GraphEdge[]
  edgesFrom(node: string): readonly GraphEdge[]
  edgesTo(node: string): readonly GraphEdge[]
}

/** Whether an edge is followed. */
export type EdgeFilter = (edge: GraphEdge) => boolean

/** The graph of a definition. Edges to what is no node are in it too; `nodesExist` refuses them. */
export function graphOf({ start, nodes }: WorkflowDefinition): DefinitionGraph {
  const edges = Object.entries(nodes).flatMap(([from, node]) => edgesOf(from, node))
  const leaving = Map.groupBy(edges, ({ from }) => from)
  const entering = Map.groupBy(edges, ({ to }) => to)
  return {
    start,
    edges,
    edgesFrom: (node) => leaving.get(node) ?? [],
    edgesTo: (node) => entering.get(node) ?? [],
  }
}

/** The nodes on all ways from `starts`, those included. */
export function reachableFrom(
  graph: DefinitionGraph,
  starts: readonly string[],
  follows: EdgeFilter = () => true,
): ReadonlySet<string> {
  const reached = new Set(starts)
  // A set goes on to what is added to it while it is gone through.
  for (const node of reached) {
    for (const edge of graph.edgesFrom(node)) if (follows(edge)) reached.add(edge.to)
  }
  return reached
}

function edgesOf(from: string, node: WorkflowNode): readonly GraphEdge[] {
  const edge = (kind: GraphEdge['kind'], to: string, ...path: DefinitionPath): GraphEdge => ({
    from,
    to,
    kind,
    path: ['nodes', from, ...path],
  })
  const exceeded =
    'atMost' in node && node.atMost !== undefined ? [edge('exceeded', node.atMost.then, 'atMost', 'then')] : []
  return [...ownEdges(node, edge), ...exceeded]
}

type EdgeMaker = (kind: GraphEdge['kind'], to: string, ...path: DefinitionPath) => GraphEdge

function ownEdges(node: WorkflowNode, edge: EdgeMaker): readonly GraphEdge[] {
  switch (node.type) {
    case 'end':
      return []
    case 'decision':
      return [
        ...node.choices.map(({ next }, index) => edge('flow', next, 'choices', index, 'next')),
        edge('flow', node.otherwise, 'otherwise'),
      ]
    case 'parallel':
      return node.branches.map((branch, index) => edge('branch', branch, 'branches', index))
    case 'approval':
      return [edge('flow', node.next, 'next'), edge('flow', node.rejected, 'rejected')]
    case 'awaitEvent': {
      const timeout = node.timeout === undefined ? [] : [edge('timeout', node.timeout.next, 'timeout', 'next')]
      return [edge('flow', node.next, 'next'), ...timeout]
    }
    default:
      return [edge('flow', node.next, 'next')]
  }
}
