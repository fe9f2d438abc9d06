/** As many people can approve as an approval asks for. */
import { activitiesOfType } from '../activities.ts'
import type { DefinitionCheck } from '../check-subject.ts'
import type { Finding } from '../definition-problem.ts'

export const quorumsCanBeMet: DefinitionCheck = {
  followsWays: false,
  find({ activities, environment }) {
    return activitiesOfType(activities, 'approval').flatMap(({ path, activity }): Finding[] => {
      const { candidates, quorum } = activity
      // Somebody may hold two of the roles, so that this is the most there can be.
      const holders = [...new Set(candidates)].reduce(
        (sum, role) => sum + (environment.roles.get(role)?.holders ?? Infinity),
        0,
      )
      // That nobody holds a role is said of the role.
      if (holders >= quorum || holders === 0) return []
      const message = `${quorum} people must approve, and at most ${holders} can.`
      return [{ path: [...path, 'quorum'], message, mend: 'Ask for fewer, or name a further role under `candidates`.' }]
    })
  },
}
