/** Every node that is named is there. */
import type { DefinitionCheck } from '../check-subject.ts'

export const nodesExist: DefinitionCheck = {
  followsWays: false,
  find({ definition, graph }) {
    const named = [{ to: graph.start, path: ['start'] }, ...graph.edges]
    return named
      .filter(({ to }) => !Object.hasOwn(definition.nodes, to))
      .map(({ to, path }) => ({
        path,
        message: `There is no node \`${to}\`.`,
        mend: 'Name one that is under `nodes`, or add it there.',
      }))
  },
}
