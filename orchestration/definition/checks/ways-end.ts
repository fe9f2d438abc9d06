/** From every node that is reached, some way leads to an end. */
import type { CheckSubject, DefinitionCheck } from '../check-subject.ts'
import { reachableFrom } from '../definition-graph.ts'

export const waysEnd: DefinitionCheck = {
  followsWays: true,
  find(subject) {
    const stuck = withoutEnd(subject)
    const { graph } = subject
    // Only where a run walks into it, not at each node inside.
    const entrances = [...stuck].filter(
      (id) => id === graph.start || graph.edgesTo(id).some(({ from }) => !stuck.has(from)),
    )
    return entrances.map((id) => ({
      path: ['nodes', id],
      message: `No way from \`${id}\` leads to an \`end\`.`,
      mend: 'Let one of the nodes after it go on to an `end`.',
    }))
  },
}

/** The nodes that a run can come to and never leaves for an end. */
export function withoutEnd({ definition, graph }: CheckSubject): ReadonlySet<string> {
  const ending = new Set(Object.entries(definition.nodes).flatMap(([id, { type }]) => (type === 'end' ? [id] : [])))
  // A set goes on to what is added to it while it is gone through.
  for (const id of ending) for (const { from } of graph.edgesTo(id)) ending.add(from)
  return new Set([...reachableFrom(graph, [graph.start])].filter((id) => !ending.has(id)))
}
