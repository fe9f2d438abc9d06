/** What is between a fork and its join is entered through the fork and left through the join. */
import { nodesOfType } from '../activities.ts'
import type { CheckSubject, DefinitionCheck } from '../check-subject.ts'
import { reachableFrom, type DefinitionGraph, type GraphEdge } from '../definition-graph.ts'
import type { Finding } from '../definition-problem.ts'

export const branchesStayInside: DefinitionCheck = {
  followsWays: true,
  find(subject) {
    const { definition, graph } = subject
    const reached = reachableFrom(graph, [graph.start])
    const forks = nodesOfType(definition, 'parallel')
    return forks.flatMap(([id, { branches, join }]) => {
      const isShared = forks.some(([other, fork]) => other !== id && fork.join === join)
      if (definition.nodes[join]?.type !== 'join' || isShared || !reached.has(id)) return []
      return inFork(subject, { id, branches, join })
    })
  },
}

interface Fork {
  readonly id: string
  readonly branches: readonly string[]
  readonly join: string
}

function inFork({ definition, graph }: CheckSubject, fork: Fork): readonly Finding[] {
  const between = betweenOf(graph, fork)
  return graph.edges.flatMap((edge): Finding[] => {
    const arrives = edge.to === fork.join || between.has(edge.to)
    if (!between.has(edge.from) && !isBranch(edge, fork)) return arrives ? [enters(edge, fork)] : []
    if (definition.nodes[edge.to]?.type === 'end') return [endInside(edge, fork)]
    return arrives ? [] : [leaves(edge, fork)]
  })
}

/**
 * The nodes between a fork and its join: what its branches come to, less what a run comes to without them. A node of both kinds
 * is between them when it leads to the join without the fork; then what is wrong is the way in, else the way out.
 */
function betweenOf(graph: DefinitionGraph, fork: Fork): ReadonlySet<string> {
  const outside = reachableFrom(graph, [graph.start, fork.join], (edge) => !isBranch(edge, fork))
  const leadsToJoin = (node: string) => reachableFrom(graph, [node], ({ from }) => from !== fork.id).has(fork.join)
  const inside = [...insideOf(graph, fork, fork.branches)]
  return new Set(inside.filter((node) => !outside.has(node) || leadsToJoin(node)))
}

function insideOf(graph: DefinitionGraph, { join }: Fork, branches: readonly string[]): ReadonlySet<string> {
  const inside = reachableFrom(graph, branches, ({ from }) => from !== join)
  return new Set([...inside].filter((node) => node !== join))
}

function isBranch({ kind, from }: GraphEdge, { id }: Fork): boolean {
  return kind === 'branch' && from === id
}

function endInside({ from, to, path }: GraphEdge, { id, join }: Fork): Finding {
  const message = `A branch of \`${id}\` ends in \`${to}\`${from === id ? '' : `, after \`${from}\``}.`
  return { path, message, mend: `Go on to the join \`${join}\`; what follows the join may decide to end.` }
}

function leaves({ to, path }: GraphEdge, { id, join }: Fork): Finding {
  const message = `A branch of \`${id}\` goes on to \`${to}\`, outside of the fork, without its join \`${join}\`.`
  return { path, message, mend: `Go on to \`${join}\`; what follows the join may decide where to go.` }
}

function enters({ from, to, path }: GraphEdge, { id }: Fork): Finding {
  const message = `\`${from}\` goes into the fork \`${id}\` from outside, at \`${to}\`.`
  return { path, message, mend: `Go to \`${id}\`, or to a node after its join.` }
}
