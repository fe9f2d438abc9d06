/** What every keyed mutation about a task has in common: the caller sees the task, its run is locked, one event is delivered. */
import { deliver } from '../../../orchestration/engine/deliver.ts'
import type { Work } from '../../../orchestration/engine/engine.ts'
import type { RunEvent } from '../../../orchestration/interpreter/events.ts'
import type { Step } from '../../../orchestration/interpreter/state.ts'
import { actOnce } from '../act-once.ts'
import { requireApplied } from '../refusals.ts'
import { type LockedRun, lockAnyRun } from '../runs/change-run.ts'
import type { OrchestrationContext, OrchestrationResolver } from '../services.ts'
import { noTask, readTaskId } from '../task-id.ts'
import { requireTask } from './find-tasks.ts'

export interface TaskInput {
  readonly idempotencyKey: string
  readonly task: string
}

/** A task while nobody else can change its run. */
export interface LockedTask {
  readonly step: Step
  readonly run: LockedRun
  readonly work: Work
}

/** Makes the resolver of a mutation that delivers one event to a task. */
export function changesTask<Input extends TaskInput>(
  eventOf: (input: Input, locked: LockedTask, context: OrchestrationContext) => RunEvent | Promise<RunEvent>,
): OrchestrationResolver<{ readonly input: Input }> {
  return async (_source, { input }, context, { fieldName }) => {
    const { caller, services } = context
    const { replayed } = await actOnce(context, { name: `Mutation.${fieldName}`, input }, async (work) => {
      await requireTask({ database: { kysely: work.tx } }, input.task, caller)
      const ref = readTaskId(input.task)
      const run = ref && (await lockAnyRun(work, ref.runId))
      const step = ref && run?.state.steps[ref.step]
      if (!run || !step) throw noTask(input.task)
      const event = await eventOf(input, { step, run, work }, context)
      requireApplied(await deliver(services.engine, work, run.id, event), { task: input.task })
      return {}
    })
    return { task: await requireTask(services, input.task, 'anyone'), replayed }
  }
}
