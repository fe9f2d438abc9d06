/** Every node can be reached from the start. */
import type { DefinitionCheck } from '../check-subject.ts'
import { reachableFrom } from '../definition-graph.ts'

export const nodesAreReached: DefinitionCheck = {
  followsWays: true,
  find({ definition, graph }) {
    const reached = reachableFrom(graph, [graph.start])
    return (
      Object.entries(definition.nodes)
        // A join is reached through its fork; `forksHaveJoins` speaks of one that has none.
        .filter(([id, node]) => !reached.has(id) && node.type !== 'join')
        .map(([id]) => ({
          path: ['nodes', id],
          message: `No way from the start leads to \`${id}\`.`,
          mend: 'Name it as the `next` of a node that is reached, or remove it.',
        }))
    )
  },
}
