/** A timer says how long, or until when, and not both. */
import { nodesOfType } from '../activities.ts'
import type { DefinitionCheck } from '../check-subject.ts'
import type { Finding } from '../definition-problem.ts'

export const timersSayWhen: DefinitionCheck = {
  followsWays: false,
  find({ definition }) {
    return nodesOfType(definition, 'timer').flatMap(([id, timer]): Finding[] => {
      const given = [timer.for, timer.until].filter((one) => one !== undefined).length
      if (given === 1) return []
      const message = given === 0 ? 'The timer does not say when.' : 'The timer has both `for` and `until`.'
      return [{ path: ['nodes', id], message, mend: 'Give it `for` or `until`.' }]
    })
  },
}
