/** What every mutation about a run has in common: the caller sees the run, the run is locked, one event is delivered, once for each key. */
import { deliver } from '../../../orchestration/engine/deliver.ts'
import type { Work } from '../../../orchestration/engine/engine.ts'
import { lockRun } from '../../../orchestration/engine/keep-run.ts'
import type { RunEvent } from '../../../orchestration/interpreter/events.ts'
import type { RunState } from '../../../orchestration/interpreter/state.ts'
import { actOnce } from '../act-once.ts'
import { requireApplied } from '../refusals.ts'
import type { OrchestrationContext, OrchestrationResolver } from '../services.ts'
import { noRun } from '../task-id.ts'
import { requireRun } from './find-runs.ts'

export interface RunInput {
  readonly idempotencyKey: string
  readonly run: string
}

/** A run while nobody else can change it. */
export interface LockedRun {
  readonly id: string
  readonly workflow: string
  readonly version: number
  readonly startedBy: string
  readonly priority: number
  readonly state: RunState
}

/** Locks a run that the caller sees. @throws `NOT_FOUND` */
export async function lockSeenRun(work: Work, id: string, { caller }: OrchestrationContext): Promise<LockedRun> {
  await requireRun({ database: { kysely: work.tx } }, id, caller)
  return await lockAnyRun(work, id)
}

/** Locks a run of which it is known that the caller may be told. @throws `NOT_FOUND` */
export async function lockAnyRun(work: Work, id: string): Promise<LockedRun> {
  const row = await lockRun(work.tx, id)
  if (!row) throw noRun(id)
  const { workflow, workflow_version: version, started_by: startedBy, priority } = row
  return { id, workflow, version, startedBy, priority, state: row.state as unknown as RunState }
}

/** Makes the resolver of a mutation that delivers one event to a run. */
export function changesRun<Input extends RunInput>(
  eventOf: (input: Input, run: LockedRun, context: OrchestrationContext, work: Work) => RunEvent | Promise<RunEvent>,
): OrchestrationResolver<{ readonly input: Input }> {
  return async (_source, { input }, context, { fieldName }) => {
    const { services } = context
    const { replayed } = await actOnce(context, { name: `Mutation.${fieldName}`, input }, async (work) => {
      const run = await lockSeenRun(work, input.run, context)
      const event = await eventOf(input, run, context, work)
      requireApplied(await deliver(services.engine, work, run.id, event), { run: run.id })
      return {}
    })
    return { run: await requireRun(services, input.run, 'anyone'), replayed }
  }
}
