/** What the fields of runs and tasks read for one fetch together: a page of them asks for its states once. */
import DataLoader from 'dataloader'
import { sql } from 'kysely'
import type { RunState, Step } from '../../orchestration/interpreter/state.ts'
import type { Program } from '../../orchestration/interpreter/turn.ts'
import type { Tx } from '../../storage/queue/durable-queue.ts'
import type { OrchestrationContext, OrchestrationServices } from './services.ts'
import { taskIdOf } from './task-id.ts'

export interface OrchestrationLoaders {
  /** The state of a run, by its id. */
  readonly states: DataLoader<string, RunState>
  /** How often the context of a run was written, by its id. */
  readonly revisions: DataLoader<string, number>
  /** What only the state of its run knows of a task, by the id of the task. */
  readonly steps: DataLoader<string, Step | null>
}

const opened = new WeakMap<OrchestrationContext, OrchestrationLoaders>()

/** The loaders of a fetch; they go with it. What changes something makes its answer after it, so no loader has older news. */
export function loadersOf(context: OrchestrationContext): OrchestrationLoaders {
  const known = opened.get(context)
  if (known !== undefined) return known
  const { kysely } = context.services.database
  const cache = false
  const loaders: OrchestrationLoaders = {
    states: new DataLoader(
      async (ids) => {
        const rows = await kysely.selectFrom('mandate.runs').select(['id', 'state']).where('id', 'in', ids).execute()
        const states = new Map(rows.map(({ id, state }) => [id, state as unknown as RunState]))
        return ids.map((id) => states.get(id) ?? new Error(`The run ${id} is not there any more.`))
      },
      { cache },
    ),
    revisions: new DataLoader(
      async (ids) => {
        const rows = await kysely
          .selectFrom('mandate.run_context')
          .select(['run_id', ({ fn }) => fn.max('revision').as('last')])
          .where('run_id', 'in', ids)
          .groupBy('run_id')
          .execute()
        const revisions = new Map(rows.map(({ run_id, last }) => [run_id, last]))
        return ids.map((id) => revisions.get(id) ?? 0)
      },
      { cache },
    ),
    steps: new DataLoader(
      async (ids) => {
        const { rows } = await sql<{ run_id: string; step: string; state: Step | null }>`
          select task.run_id, task.step, run.state->'steps'->task.step as state
          from mandate.tasks task join mandate.runs run on run.id = task.run_id
          where task.run_id::text || ':' || task.step = any (${[...ids]}::text[])
            and task.run_id = any (${[...new Set(ids.map((id) => id.slice(0, 36)))]}::uuid[])`.execute(kysely)
        const steps = new Map(rows.map(({ run_id, step, state }) => [taskIdOf({ runId: run_id, step }), state]))
        return ids.map((id) => steps.get(id) ?? null)
      },
      { cache },
    ),
  }
  opened.set(context, loaders)
  return loaders
}

/** The definition that a run follows, ready to run. */
export function programOf(
  { engine, database }: Pick<OrchestrationServices, 'engine' | 'database'>,
  workflow: string,
  version: number,
): Promise<Program> {
  // Versions never change, so it matters to nobody in which transaction they are read.
  return engine.programs.get(database.kysely as unknown as Tx, workflow, version)
}
