/** The mutation `completeTask`: the result must be as the definition says; sent again, it is known and changes nothing. */
import canonicalize from 'canonicalize'
import { sql } from 'kysely'
import { refusal } from '../../../lib/errors.ts'
import type { Json } from '../../../lib/json.ts'
import { compileSchema } from '../../../orchestration/definition/schemas.ts'
import { completeTask } from '../../../orchestration/engine/held-task.ts'
import { readJson } from '../read-arguments.ts'
import { requireApplied } from '../refusals.ts'
import type { OrchestrationContext, OrchestrationResolver } from '../services.ts'
import { requireTask } from './find-tasks.ts'
import { type HeldInput, type ShownLease, leaseLost, readLease } from './lease-of.ts'
import { activityOfTask } from './task-fields.ts'
import { type UsageInput, readConfidence, readUsage } from './usage.ts'

interface CompleteInput extends HeldInput {
  readonly result: string
  readonly usage?: UsageInput | null
  readonly confidence?: number | null
}

export const complete: OrchestrationResolver<{ readonly input: CompleteInput }> = async (
  _source,
  { input },
  context,
) => {
  const { services } = context
  const lease = await readLease(input, context)
  const result = readJson('input.result', input.result)
  const answer = async (replayed: boolean) => ({ task: await requireTask(services, input.task, 'anyone'), replayed })
  if (!lease.isOpen) {
    if (await wasCompletedSo(lease, result, context)) return await answer(true)
    throw leaseLost(input.task)
  }
  const report = { ...readUsage(input.usage), ...readConfidence(input.confidence) }
  await requireResult(input.task, result, context)
  const delivered = await completeTask(services.engine, lease, result, report)
  // Two at once with the same result: the second finds the lease ended by the first.
  if (delivered.outcome !== 'applied' && (await wasCompletedSo(lease, result, context))) return await answer(true)
  requireApplied(delivered, { task: input.task })
  return await answer(false)
}

/** @throws `RESULT_INVALID` with each problem */
async function requireResult(id: string, result: Json, context: OrchestrationContext): Promise<void> {
  const schema = (await activityOfTask(await requireTask(context.services, id, 'anyone'), context))?.result
  const problems = schema === undefined ? [] : compileSchema(schema)(result)
  if (problems.length === 0) return
  const said = problems.map(({ message }) => message).join('; ')
  throw refusal('RESULT_INVALID', `The result does not fit: ${said}.`, { argument: 'input.result', task: id, problems })
}

/** Whether this very attempt was completed with this very result. */
async function wasCompletedSo(
  { runId, step, attempt }: ShownLease,
  result: Json,
  { services }: OrchestrationContext,
): Promise<boolean> {
  const row = await services.database.kysely
    .selectFrom('mandate.run_events')
    .select('event')
    .where('run_id', '=', runId)
    .where('kind', '=', 'completed')
    .where(sql<boolean>`event->>'step' = ${step} and event->>'attempt' = ${String(attempt)}`)
    .executeTakeFirst()
  return row !== undefined && canonicalize(row.event['result']) === canonicalize(result)
}
