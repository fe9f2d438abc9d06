/** A run as it is shown: its row, and what only its state and its logs know, read where it is asked for. */
import type { Selectable } from 'kysely'
import type { RunState, Step } from '../../../orchestration/interpreter/state.ts'
import type { OrchestrationTables } from '../../../storage/tables/orchestration.ts'
import { between, invalid } from '../../inputs.ts'
import { loadersOf } from '../loaders.ts'
import type { OrchestrationContext, OrchestrationResolver } from '../services.ts'

/** The columns that are read of every run that is shown. */
export const runColumns = [
  'run.id',
  'run.workflow',
  'run.workflow_version',
  'run.business_key',
  'run.status',
  'run.outcome',
  'run.priority',
  'run.started_by',
  'run.parent_run',
  'run.forked_from',
  'run.has_incident',
  'run.seq',
  'run.created_at',
  'run.ended_at',
] as const

type Row = Omit<
  Selectable<OrchestrationTables['mandate.runs']>,
  'state' | 'notices' | 'changed_at' | 'parent_step' | 'parent_generation' | 'forked_seq'
>
export type RunNode = ReturnType<typeof runNode>

/** A run from its row. */
export function runNode(row: Row) {
  return {
    id: row.id,
    workflow: row.workflow,
    workflowVersion: row.workflow_version,
    businessKey: row.business_key,
    status: row.status,
    outcome: row.outcome?.toUpperCase() ?? null,
    priority: row.priority,
    startedBy: row.started_by,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    hasIncident: row.has_incident,
    parent: row.parent_run,
    forkedFrom: row.forked_from,
    version: row.seq,
  }
}

interface LogArgs {
  readonly first: number
  readonly after: number
}

type Resolver<Args = object> = OrchestrationResolver<Args, RunNode>

const fromState =
  (read: (state: RunState) => unknown): Resolver =>
  async ({ id }, _args, context) =>
    read(await loadersOf(context).states.load(id))

const events: Resolver<LogArgs> = async ({ id }, args, { services }) => {
  const { first, after } = boundedLog(args)
  const rows = await services.database.kysely
    .selectFrom('mandate.run_events')
    .selectAll()
    .where('run_id', '=', id)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(first)
    .execute()
  return rows.map(({ seq, at, kind, event }) => ({ seq, at, kind, event: JSON.stringify(event) }))
}

const notices: Resolver<LogArgs> = async ({ id }, args, { services }) => {
  const { first, after } = boundedLog(args)
  const rows = await services.database.kysely
    .selectFrom('mandate.run_notices')
    .selectAll()
    .where('run_id', '=', id)
    .where('n', '>', after)
    .orderBy('n')
    .limit(first)
    .execute()
  return rows.map(({ n, at, name, step, data }) => ({ id: n, at, name, step, data: JSON.stringify(data) }))
}

export const runFields = {
  input: fromState(({ input }) => JSON.stringify(input)),
  output: fromState(({ output }) => JSON.stringify(output)),
  context: fromState(({ context }) => JSON.stringify(context)),
  steps: fromState(({ steps }) => Object.values(steps).map(stepNode)),
  contextRevision: ({ id }: RunNode, _args: object, context: OrchestrationContext) =>
    loadersOf(context).revisions.load(id),
  events,
  notices,
} satisfies Readonly<Record<string, Resolver<never>>>

function stepNode({ id, node, kind, state, enteredAt, endedAt, attempt, level, holder, result, incident }: Step) {
  const shown = result === null ? null : JSON.stringify(result)
  return { id, node, kind, state, enteredAt, endedAt, attempt, level, holder, result: shown, incident }
}

function boundedLog({ first, after }: LogArgs): LogArgs {
  const problem = between(1, 500)(first)
  if (problem !== null) throw invalid('first', problem)
  if (after < 0) throw invalid('after', 'must be 0 or more')
  return { first, after }
}
