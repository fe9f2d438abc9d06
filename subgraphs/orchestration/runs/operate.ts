/** What operators do to runs, and the events that come to them from outside. Each mutation is one event of the engine. */
import { refusal } from '../../../lib/errors.ts'
import { deliver } from '../../../orchestration/engine/deliver.ts'
import { actOnce } from '../act-once.ts'
import { readJson } from '../read-arguments.ts'
import { readText } from '../read-names.ts'
import { requireApplied } from '../refusals.ts'
import type { OrchestrationResolver } from '../services.ts'
import { type RunInput, changesRun, lockSeenRun } from './change-run.ts'
import { requireRun } from './find-runs.ts'

type Reasoned = RunInput & { readonly reason: string }
type StepInput = RunInput & { readonly step: string }

const cancelRun = changesRun<Reasoned>(({ reason }, _run, { caller }) => {
  return { kind: 'cancelled', by: caller.id, reason: readText('input.reason', reason, 500) }
})

const suspendRun = changesRun<Reasoned>(({ reason }, _run, { caller }) => {
  return { kind: 'suspended', by: caller.id, reason: readText('input.reason', reason, 500) }
})

const resumeRun = changesRun<RunInput>((_input, _run, { caller }) => ({ kind: 'resumed', by: caller.id }))

const rewindRun = changesRun<RunInput & { readonly node: string }>(({ node }, _run, { caller }) => {
  return { kind: 'rewound', node, by: caller.id }
})

const retryStep = changesRun<StepInput>(({ step }, _run, { caller }) => ({ kind: 'retried', step, by: caller.id }))

const skipStep = changesRun<StepInput & { readonly result: string }>(({ step, result }, _run, { caller }) => {
  return { kind: 'skipped', step, by: caller.id, result: readJson('input.result', result) }
})

type SignalInput = RunInput & { readonly event: string; readonly key?: string | null; readonly payload: string }

/** What nothing waits for is said, and not lost without a word. */
const signalRun: OrchestrationResolver<{ readonly input: SignalInput }> = async (_source, { input }, context) => {
  const { services, caller } = context
  const payload = readJson('input.payload', input.payload)
  const event = readText('input.event', input.event, 63)
  const key = input.key == null ? null : readText('input.key', input.key, 500)
  const { replayed } = await actOnce(context, { name: 'Mutation.signalRun', input }, async (work) => {
    const { id } = await lockSeenRun(work, input.run, context)
    const signal = { kind: 'signalled', event, key, payload, by: caller.id } as const
    const delivered = await deliver(services.engine, work, id, signal)
    if (delivered.outcome === 'ignored') throw refusal('EVENT_NOT_AWAITED', delivered.reason, { run: id, event, key })
    requireApplied(delivered, { run: id })
    return {}
  })
  return { run: await requireRun(services, input.run, 'anyone'), replayed }
}

export const operatorMutations = { cancelRun, suspendRun, resumeRun, rewindRun, retryStep, skipStep, signalRun }
