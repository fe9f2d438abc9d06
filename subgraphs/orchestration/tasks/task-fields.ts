/** A task as it is shown: its row, and what its definition and the state of its run say, read where it is asked for. */
import type { Selectable } from 'kysely'
import type { Activity, NodeType } from '../../../orchestration/definition/model.ts'
import type { Json } from '../../../lib/json.ts'
import { workItemOf } from '../../../orchestration/engine/work-item.ts'
import type { OrchestrationTables } from '../../../storage/tables/orchestration.ts'
import { loadersOf, programOf } from '../loaders.ts'
import type { OrchestrationContext, OrchestrationResolver } from '../services.ts'
import { taskIdOf } from '../task-id.ts'
import { activityAt } from './activity-at.ts'

export type TaskRow = Selectable<OrchestrationTables['mandate.tasks']> & { readonly workflow_version: number }
export type TaskNode = ReturnType<typeof taskNode>

const kinds: Readonly<Partial<Record<NodeType, string>>> = {
  agentTask: 'AGENT_TASK',
  humanTask: 'HUMAN_TASK',
  approval: 'APPROVAL',
  operation: 'OPERATION',
  subprocess: 'SUBPROCESS',
}

/** A task from its row. */
export function taskNode(row: TaskRow) {
  const { run_id: runId, step, workflow, workflow_version: version, node } = row
  return {
    id: taskIdOf({ runId, step }),
    run: runId,
    workItem: workItemOf({ workflow, runId }),
    workflow,
    node,
    kind: kinds[row.kind as NodeType],
    title: row.title,
    state: row.state,
    candidates: row.candidates,
    target: row.target,
    holder: row.holder,
    attempt: row.attempt,
    level: row.level,
    priority: row.priority,
    readyAt: row.ready_at,
    dueAt: row.due_at,
    endedAt: row.ended_at,
    input: JSON.stringify(row.input),
    question: questionNode(row.question as Question | null),
    approval: row.approval,
    incident: row.incident,
    /** Not of the contract: where the fields below look. */
    place: { step, node, workflow, version },
  }
}

interface Question {
  readonly text: string
  readonly by: string
  readonly candidates: readonly string[]
  readonly answer: Json
}

function questionNode(question: Question | null) {
  return question && { ...question, answer: question.answer === null ? null : JSON.stringify(question.answer) }
}

type Resolver = OrchestrationResolver<object, TaskNode>

/** What the definition says of the task. */
export async function activityOfTask(
  { place }: Pick<TaskNode, 'place'>,
  { services }: OrchestrationContext,
): Promise<Activity | null> {
  const { definition } = await programOf(services, place.workflow, place.version)
  return activityAt(definition, place)
}

const instructions: Resolver = async (task, _args, context) => {
  const activity = await activityOfTask(task, context)
  return activity !== null && 'instructions' in activity ? activity.instructions : ''
}

const resultSchema: Resolver = async (task, _args, context) => {
  const schema = (await activityOfTask(task, context))?.result
  return schema === undefined ? null : JSON.stringify(schema)
}

const result: Resolver = async ({ id, endedAt }, _args, context) => {
  const step = endedAt === null ? null : await loadersOf(context).steps.load(id)
  return step?.result == null ? null : JSON.stringify(step.result)
}

const lastError: Resolver = async ({ id }, _args, context) =>
  (await loadersOf(context).steps.load(id))?.lastError ?? null

export const taskFields = { instructions, resultSchema, result, lastError }
