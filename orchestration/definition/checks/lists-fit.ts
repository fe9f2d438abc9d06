/** A `forEach` does not take fewer items than are written down for it. */
import { nodesOfType } from '../activities.ts'
import type { DefinitionCheck } from '../check-subject.ts'
import type { Finding } from '../definition-problem.ts'

export const listsFit: DefinitionCheck = {
  followsWays: false,
  find({ definition, expressions }) {
    return nodesOfType(definition, 'forEach').flatMap(([id, { limit }]): Finding[] => {
      const items = expressions.find(({ node, gives }) => node === id && gives === 'list')
      const written = items?.valid === true ? items.compiled.listed : null
      if (written === null || written <= limit) return []
      const message = `\`items\` lists ${written}, and \`limit\` allows ${limit}.`
      return [{ path: ['nodes', id, 'limit'], message, mend: `Raise \`limit\`, or list less.` }]
    })
  },
}
