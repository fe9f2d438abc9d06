/** Every fork has a join of its own, and every join a fork. */
import { nodesOfType } from '../activities.ts'
import type { DefinitionCheck } from '../check-subject.ts'
import type { Finding } from '../definition-problem.ts'

export const forksHaveJoins: DefinitionCheck = {
  followsWays: false,
  find({ definition }) {
    const forks = nodesOfType(definition, 'parallel')
    const named = Map.groupBy(forks, ([, { join }]) => join)
    const findings = forks.flatMap(([id, { join }]): Finding[] => {
      const path = ['nodes', id, 'join']
      if (!Object.hasOwn(definition.nodes, join)) {
        return [{ path, message: `There is no join \`${join}\`.`, mend: 'Add it, as a node of the type `join`.' }]
      }
      const type = definition.nodes[join]?.type
      if (type !== 'join') {
        const message = `\`${join}\` is no \`join\`, but of the type \`${String(type)}\`.`
        return [{ path, message, mend: 'Put a node of the type `join` before it, and name that.' }]
      }
      const first = named.get(join)?.[0]?.[0]
      if (first === id) return []
      const message = `\`${join}\` is the join of \`${String(first)}\` already.`
      return [{ path, message, mend: 'Give each `parallel` a join of its own; joins may follow each other.' }]
    })
    const alone = nodesOfType(definition, 'join').flatMap(([id]): Finding[] => {
      if (named.has(id)) return []
      return [
        {
          path: ['nodes', id],
          message: `No \`parallel\` has the join \`${id}\`.`,
          mend: 'Name it as the `join` of a `parallel`, or remove it.',
        },
      ]
    })
    return [...findings, ...alone]
  },
}
