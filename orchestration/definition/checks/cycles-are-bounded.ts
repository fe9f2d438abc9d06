/** No run goes round for ever: after the last `atMost` of a cycle, the way leads out of it. */
import type { DefinitionCheck } from '../check-subject.ts'
import { reachableFrom, type DefinitionGraph } from '../definition-graph.ts'
import { withoutEnd } from './ways-end.ts'

export const cyclesAreBounded: DefinitionCheck = {
  followsWays: true,
  find(subject) {
    const { graph } = subject
    const reached = reachableFrom(graph, [graph.start])
    const stuck = withoutEnd(subject)
    return cyclesOf(graph, reached)
      .filter((cycle) => !cycle.some((id) => stuck.has(id)))
      .map((cycle) => {
        const way = [...cycle, cycle[0]].map((id) => `\`${String(id)}\``).join(' → ')
        return {
          path: ['nodes', String(cycle[0])],
          message: `The cycle ${way} can be gone round for ever.`,
          mend: 'Give one of its nodes `atMost`, with a `then` that leads out of the cycle.',
        }
      })
  },
}

/**
 * One cycle for each part of the graph that has one, when every node that has been entered as often as it may goes on to its
 * `then`. INVARIANT: a run that never ends enters some nodes without end, and each of those with `atMost` has only its `then` left.
 * It also refuses a `then` into its own cycle that another, smaller `atMost` would keep from being taken.
 */
function cyclesOf(graph: DefinitionGraph, reached: ReadonlySet<string>): readonly (readonly string[])[] {
  const bounded = new Set(graph.edges.flatMap(({ kind, from }) => (kind === 'exceeded' ? [from] : [])))
  const next = (id: string) =>
    graph.edgesFrom(id).flatMap(({ kind, to }) => (bounded.has(id) && kind !== 'exceeded' ? [] : [to]))
  const told = new Set<string>()
  return [...reached].flatMap((id) => {
    if (told.has(id)) return []
    const cycle = shortestCycle(id, next)
    if (cycle === null || cycle.some((member) => told.has(member))) return []
    for (const member of cycle) told.add(member)
    return [cycle]
  })
}

function shortestCycle(start: string, next: (id: string) => readonly string[]): readonly string[] | null {
  const cameFrom = new Map<string, string>()
  const queue = new Set([start])
  for (const id of queue) {
    for (const to of next(id)) {
      if (to === start) return wayTo(id, start, cameFrom)
      if (!queue.has(to)) cameFrom.set(to, id)
      queue.add(to)
    }
  }
  return null
}

function wayTo(last: string, start: string, cameFrom: ReadonlyMap<string, string>): readonly string[] {
  const way = [last]
  for (let id = last; id !== start;) {
    id = cameFrom.get(id) ?? start
    way.unshift(id)
  }
  return way
}
