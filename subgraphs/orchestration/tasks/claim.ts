/** Claiming tasks: of a role, or one by its id. The token of a lease is told here, and nowhere else. */
import { refusal } from '../../../lib/errors.ts'
import { type ClaimedTask, claimTask, claimTasks, countHeld } from '../../../orchestration/engine/claim.ts'
import type { Doer } from '../../../orchestration/interpreter/events.ts'
import { between, invalid } from '../../inputs.ts'
import { mostHeld } from '../holding.ts'
import { readWait } from '../read-arguments.ts'
import { requireApplied } from '../refusals.ts'
import type { OrchestrationContext, OrchestrationResolver } from '../services.ts'
import { noTask, readTaskId, taskIdOf } from '../task-id.ts'
import { findTask, requireTask } from './find-tasks.ts'
import { tryUntil } from './wait-for-tasks.ts'

interface ClaimInput {
  readonly role: string
  readonly max: number
  readonly wait?: string | null
}

const mostAtOnce = 10

/** Who does it: an agent that acts for somebody is itself. */
export function doerOf({ caller: { id, kind, roles } }: OrchestrationContext): Doer {
  return { id, kind, roles }
}

export const claimTasksOfRole: OrchestrationResolver<{ readonly input: ClaimInput }> = async (
  _source,
  { input },
  context,
) => {
  const { caller, services, signal } = context
  const { engine, database, roles } = services
  const { role, max } = input
  const problem = between(1, mostAtOnce)(max)
  if (problem !== null) throw invalid('input.max', problem)
  const forMs = readWait('input.wait', input.wait)
  if (!caller.roles.includes(role)) {
    const held = caller.roles.map((each) => `\`${each}\``).join(', ') || 'none'
    throw refusal('NOT_ELIGIBLE', `You do not hold the role \`${role.slice(0, 100)}\`; yours are: ${held}.`, {
      roles: caller.roles,
    })
  }
  // A role that only another issuer's tokens know has no tasks.
  if (!roles().has(role)) return { claimed: [], atLimit: false }
  const claim = { by: doerOf(context), role, max, limit: mostHeld }
  const isFull = async () => (await countHeld(database.kysely, caller.id)) >= mostHeld
  const claimed = await tryUntil(engine, { role, forMs, signal }, async () => {
    const taken = await claimTasks(engine, claim)
    // Who can have no more waits for nothing.
    return taken.length > 0 || (await isFull()) ? taken : null
  })
  return await payloadOf(claimed ?? [], context, isFull)
}

export const claimTaskById: OrchestrationResolver<{ readonly input: { readonly task: string } }> = async (
  _source,
  { input },
  context,
) => {
  const { caller, services } = context
  const { engine, database } = services
  await requireTask(services, input.task, caller)
  const task = readTaskId(input.task)
  if (task === null) throw noTask(input.task)
  const isFull = async () => (await countHeld(database.kysely, caller.id)) >= mostHeld
  const claimed = await claimTask(engine, { by: doerOf(context), limit: mostHeld, task })
  if ('outcome' in claimed) {
    if (await isFull()) return { claimed: [], atLimit: true }
    const found = await findTask(services, input.task, 'anyone')
    if (found !== null && found.holder !== null && found.endedAt === null) {
      throw refusal('TASK_TAKEN', 'Somebody has the task.', { task: input.task })
    }
    requireApplied(claimed, { task: input.task })
    throw new Error('A claim was applied and gave no task.')
  }
  return await payloadOf([claimed], context, isFull)
}

async function payloadOf(
  claimed: readonly ClaimedTask[],
  { services }: OrchestrationContext,
  isFull: () => Promise<boolean>,
) {
  const tasks = await Promise.all(
    claimed.map(async ({ runId, step, lease: { token, until } }) => ({
      task: await requireTask(services, taskIdOf({ runId, step }), 'anyone'),
      lease: { token, until },
    })),
  )
  return { claimed: tasks, atLimit: await isFull() }
}
