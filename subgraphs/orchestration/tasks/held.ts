/** What the holder of a task does with it, beside completing it. Each shows its lease, and is safe to repeat: a lease acts once. */
import { deliverHeld, heartbeat as extend, beginTask } from '../../../orchestration/engine/held-task.ts'
import type { FailureClass, RunEvent } from '../../../orchestration/interpreter/events.ts'
import { findApproval } from '../../../storage/stores/approvals/approvals.ts'
import { takesPart } from '../../../storage/stores/approvals/participants.ts'
import { requireReference } from '../../acts.ts'
import { formed, invalid } from '../../inputs.ts'
import { readReceiver, readRole, readText } from '../read-names.ts'
import { requireApplied } from '../refusals.ts'
import type { OrchestrationContext, OrchestrationResolver } from '../services.ts'
import { requireTask } from './find-tasks.ts'
import { type HeldInput, leaseLost, requireLease } from './lease-of.ts'
import { type UsageInput, readUsage } from './usage.ts'

type Resolver<Input> = OrchestrationResolver<{ readonly input: Input }>
type HeldEvent = Extract<RunEvent, { readonly attempt: number }>
type Said = HeldEvent extends infer Each ? (Each extends HeldEvent ? Omit<Each, 'step' | 'attempt'> : never) : never
type Report = NonNullable<Parameters<typeof deliverHeld>[3]>

interface Saying {
  readonly said: Said
  readonly report?: Report
}

/** Makes the resolver of a mutation by which the holder says one thing of its task. */
function says<Input extends HeldInput>(
  read: (input: Input, context: OrchestrationContext) => Saying | Promise<Saying>,
): Resolver<Input> {
  return async (_source, { input }, context) => {
    const { services } = context
    const lease = await requireLease(input, context)
    const { said, report } = await read(input, context)
    const { step } = lease
    const event = (attempt: number) => ({ ...said, step, attempt }) as RunEvent
    requireApplied(await deliverHeld(services.engine, lease, event, report), { task: input.task })
    return { task: await requireTask(services, input.task, 'anyone'), replayed: false }
  }
}

const begin: Resolver<HeldInput> = async (_source, { input }, context) => {
  const { services, caller } = context
  const lease = await requireLease(input, context)
  const answer = async (replayed: boolean) => ({ task: await requireTask(services, input.task, 'anyone'), replayed })
  const { state, holder } = await requireTask(services, input.task, 'anyone')
  if (state === 'IN_PROGRESS' && holder === caller.id) return await answer(true)
  requireApplied(await beginTask(services.engine, lease), { task: input.task })
  return await answer(false)
}

const heartbeat: Resolver<HeldInput> = async (_source, { input }, context) => {
  const lease = await requireLease(input, context)
  const extended = await extend(context.services.engine, lease)
  if (extended === null) throw leaseLost(input.task)
  return extended
}

interface FailInput extends HeldInput {
  readonly class: FailureClass
  readonly code: string
  readonly message: string
  readonly usage?: UsageInput | null
}

const code = formed(/^[A-Z][A-Z0-9_]{0,63}$/u, 'a code like `CRM_RECORD_MISSING`')

const fail = says<FailInput>((input) => {
  const problem = code(input.code)
  if (problem !== null) throw invalid('input.code', problem)
  // Whether a system was changed is not the word of whoever failed to take.
  const error = {
    class: input.class,
    code: input.code,
    message: readText('input.message', input.message, 2_000),
    nothingDone: false,
  }
  return { said: { kind: 'failed', error }, report: { ...readUsage(input.usage), error } }
})

const release = says<HeldInput>(() => ({ said: { kind: 'released' } }))

interface HandOffInput extends HeldInput {
  readonly role?: string | null
  readonly principal?: string | null
  readonly note: string
}

const handOff = says<HandOffInput>((input, { services }) => {
  const to = readReceiver(input, services)
  return { said: { kind: 'handedOff', to, note: readText('input.note', input.note, 2_000) } }
})

const requestInput = says<HeldInput & { readonly question: string; readonly from?: string | null }>(
  (input, { services }) => {
    const question = readText('input.question', input.question, 2_000)
    const from = input.from == null ? null : readRole('input.from', input.from, services)
    return { said: { kind: 'inputRequested', question, from } }
  },
)

const awaitApproval = says<HeldInput & { readonly approval: string }>(async ({ approval }, { services, caller }) => {
  const found = /^[0-9A-Za-z-]{1,64}$/u.test(approval) ? await findApproval(services.database.kysely, approval) : null
  requireReference(found !== null && takesPart(found, caller) ? found : null, 'input.approval', approval.slice(0, 100))
  return { said: { kind: 'approvalAwaited', approval } }
})

const escalate = says<HeldInput & { readonly reason: string }>(({ reason }) => {
  return { said: { kind: 'escalated', reason: readText('input.reason', reason, 2_000) } }
})

export const heldMutations = {
  beginTask: begin,
  heartbeatTask: heartbeat,
  failTask: fail,
  releaseTask: release,
  handOffTask: handOff,
  requestInput,
  awaitApproval,
  escalateTask: escalate,
}
