/** Work on a task, whoever does it: an agent in its loop, or a person who took it from a list. */
import type { TaskContext } from '../../../clients/typescript/index.ts'

export type WorkContext = Pick<TaskContext, 'input' | 'client' | 'key' | 'say'>

/** Does it; gives the result of the task. */
export type Work = (context: WorkContext) => object | Promise<object>
