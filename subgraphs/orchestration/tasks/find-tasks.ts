/** Tasks from the database: one by its id, or a page of them, and of either only what the caller sees. */
import { sql } from 'kysely'
import type { Caller } from '../../../lib/caller.ts'
import { boundedFirst } from '../../sources/page-size.ts'
import { connectionOf, moment, readCursor } from '../cursors.ts'
import type { OrchestrationResolver, OrchestrationServices } from '../services.ts'
import { seesTask } from '../../../orchestration/engine/sight.ts'
import { isRunId, noTask, readTaskId, uuid } from '../task-id.ts'
import { type TaskNode, taskNode } from './task-fields.ts'

interface ListArgs {
  readonly filter?: {
    readonly run?: string | null
    readonly role?: string | null
    readonly states?: readonly string[] | null
    readonly mine?: boolean | null
  } | null
  readonly first: number
  readonly after?: string | null
}

type Services = Pick<OrchestrationServices, 'database'>

const selectTasks = ({ database }: Services) =>
  database.kysely
    .selectFrom('mandate.tasks as task')
    .innerJoin('mandate.runs as run', 'run.id', 'task.run_id')
    .selectAll('task')
    .select('run.workflow_version')

/** A task that the caller sees; null for every other id. `anyone`: it has been decided that the caller is told of it. */
export async function findTask(services: Services, id: string, caller: Caller | 'anyone'): Promise<TaskNode | null> {
  const ref = readTaskId(id)
  if (ref === null) return null
  const row = await selectTasks(services)
    .where('task.run_id', '=', ref.runId)
    .where('task.step', '=', ref.step)
    .where((eb) => (caller === 'anyone' ? sql<boolean>`true` : seesTask(eb, caller)))
    .executeTakeFirst()
  return row === undefined ? null : taskNode(row)
}

/** The same, or `NOT_FOUND`. */
export async function requireTask(services: Services, id: string, caller: Caller | 'anyone'): Promise<TaskNode> {
  const found = await findTask(services, id, caller)
  if (found === null) throw noTask(id)
  return found
}

export const task: OrchestrationResolver<{ readonly id: string }> = (_source, { id }, { services, caller }) =>
  findTask(services, id, caller)

/** When it is due, its run, and its step; `-` where it is never due. */
const cursorForm = new RegExp(`^(${moment}|-)_(${uuid}):(.{1,100})$`, 'u')
const due = sql<Date>`coalesce(task.due_at, 'infinity'::timestamptz)`

export const tasks: OrchestrationResolver<ListArgs> = async (_source, args, { services, caller }) => {
  const { filter, first, after } = args
  const { run, role, states, mine } = filter ?? {}
  const [dueAt, behindRun, behindStep] = readCursor(after, cursorForm) ?? []
  if (run != null && !isRunId(run)) return connectionOf<TaskNode>([], boundedFirst(first), cursorOf)
  let query = selectTasks(services)
    .where((eb) => seesTask(eb, caller))
    .orderBy(due)
    .orderBy('task.run_id')
    .orderBy('task.step')
    .limit(boundedFirst(first) + 1)
  if (dueAt !== undefined && behindRun !== undefined && behindStep !== undefined) {
    const at = dueAt === '-' ? 'infinity' : dueAt
    query = query.where(
      sql<boolean>`(${due}, task.run_id, task.step) > (${at}::timestamptz, ${behindRun}::uuid, ${behindStep})`,
    )
  }
  if (run != null) query = query.where('task.run_id', '=', run)
  if (role != null) query = query.where(sql<boolean>`${role} = any (task.candidates)`)
  if (states != null) query = query.where('task.state', 'in', [...states, ''])
  if (mine === true) query = query.where('task.holder', '=', caller.id)
  if (mine === false) query = query.where(sql<boolean>`task.holder is distinct from ${caller.id}`)
  const rows = await query.execute()
  return connectionOf(rows.map(taskNode), first, cursorOf)
}

function cursorOf({ id, dueAt }: TaskNode): string {
  return `${dueAt?.toISOString() ?? '-'}_${id}`
}
