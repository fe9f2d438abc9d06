/** Who sees what: whoever oversees workflows all of it, everybody else what it has a part in. To others it does not exist. */
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import type { Caller } from '../../lib/caller.ts'
import type { Tables } from '../../storage/tables.ts'

type Viewer = Pick<Caller, 'id' | 'roles' | 'scopes'>
type RunExpressions = ExpressionBuilder<Tables & { run: Tables['mandate.runs'] }, 'run'>
type TaskExpressions = ExpressionBuilder<Tables & { task: Tables['mandate.tasks'] }, 'task'>

/** Whether the caller sees every run and every task. */
export function oversees({ scopes }: Pick<Viewer, 'scopes'>): boolean {
  return scopes.includes('workflow:read')
}

/** The runs that the caller started, or has worked in. Reads the alias `run`. */
export function seesRun(eb: RunExpressions, caller: Viewer): Expression<SqlBool> {
  if (oversees(caller)) return sql<boolean>`true`
  return eb.or([
    eb('run.started_by', '=', caller.id),
    sql<boolean>`exists (
    select from mandate.task_attempts attempt where attempt.run_id = run.id and attempt.by = ${caller.id})`,
  ])
}

/** The tasks that the caller has or had, that are kept for it, or that wait for one of its roles. Reads the alias `task`. */
export function seesTask(eb: TaskExpressions, caller: Viewer): Expression<SqlBool> {
  if (oversees(caller)) return sql<boolean>`true`
  const roles = sql`${[...caller.roles]}::text[]`
  return eb.or([
    eb('task.holder', '=', caller.id),
    eb('task.target', '=', caller.id),
    sql<boolean>`task.state = 'READY' and task.candidates && ${roles}`,
    sql<boolean>`task.state = 'INPUT_REQUIRED' and exists (
      select from json_array_elements_text(task.question->'candidates') asked where asked = any (${roles}))`,
    sql<boolean>`exists (
      select from mandate.task_attempts attempt
      where attempt.run_id = task.run_id and attempt.step = task.step and attempt.by = ${caller.id})`,
  ])
}
