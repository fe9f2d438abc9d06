/** A join does not wait for more branches than its fork has. */
import { nodesOfType } from '../activities.ts'
import type { DefinitionCheck } from '../check-subject.ts'
import type { Finding } from '../definition-problem.ts'

export const joinsCanBeMet: DefinitionCheck = {
  followsWays: false,
  find({ definition }) {
    return nodesOfType(definition, 'parallel').flatMap(([id, { branches, join }]): Finding[] => {
      const joined = definition.nodes[join]
      const when = joined?.type === 'join' ? joined.when : 'all'
      const needed = typeof when === 'string' ? 0 : when.atLeast
      if (needed <= branches.length) return []
      const message = `The join waits for ${needed} branches, and \`${id}\` has ${branches.length}.`
      return [{ path: ['nodes', join, 'when'], message, mend: `Wait for at most ${branches.length}, or for \`all\`.` }]
    })
  },
}
