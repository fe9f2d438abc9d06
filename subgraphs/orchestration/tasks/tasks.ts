/** The part of the subgraph that is about tasks: the one list of its resolvers. */
import { claimTaskById, claimTasksOfRole } from './claim.ts'
import { complete } from './complete-task.ts'
import { decideMutations } from './decide.ts'
import { task, tasks } from './find-tasks.ts'
import { heldMutations } from './held.ts'

export const taskQueries = { task, tasks }
export const taskMutations = {
  claimTasks: claimTasksOfRole,
  claimTask: claimTaskById,
  completeTask: complete,
  ...heldMutations,
  ...decideMutations,
}
