/** How a task is named outside: its run and its step, `<uuid>:<step>`. */
import { refusal } from '../../lib/errors.ts'
import type { TaskRef } from '../../orchestration/engine/lease.ts'
import { taskName } from '../../orchestration/engine/perform.ts'

/** The form of a UUID, as a part of others. */
export const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const runForm = new RegExp(`^${uuid}$`, 'u')
/** `match`, `match~2`, `match.3`, `undo:match` (`orchestration/interpreter/state.ts`). */
const taskForm = new RegExp(`^(${uuid}):((?:undo:)?[a-z][a-zA-Z0-9-]{0,62}(?:~\\d{1,4})?(?:\\.\\d{1,4})?)$`, 'u')

/** Whether it has the form of the id of a run; what has not is no run's. */
export function isRunId(id: string): boolean {
  return runForm.test(id)
}

/** The run and the step of a task; null for what has not the form of an id. */
export function readTaskId(id: string): TaskRef | null {
  const [, runId, step] = taskForm.exec(id) ?? []
  return runId === undefined || step === undefined ? null : { runId, step }
}

/** The id of a task. */
export function taskIdOf({ runId, step }: TaskRef): string {
  return taskName(runId, step)
}

/** What is said of a task that is not there, and of one that the caller may not see. */
export function noTask(id: string) {
  return refusal('NOT_FOUND', `There is no Task with the id \`${shown(id)}\`.`, { id: shown(id) })
}

/** The same of a run. */
export function noRun(id: string) {
  return refusal('NOT_FOUND', `There is no Run with the id \`${shown(id)}\`.`, { id: shown(id) })
}

const shown = (id: string): string => id.slice(0, 200)
