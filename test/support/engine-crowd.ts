/**
 * Everybody around an engine in a random life of its runs: agents that complete, fail, fall silent, give back and hand over; people who do
 * what reaches them; an operator who decides what nobody else can; systems that fail before and after they have changed something.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { claimTasks } from '../../orchestration/engine/claim.ts'
import { type Holding, completeTask, deliverHeld } from '../../orchestration/engine/held-task.ts'
import type { OperationCall, Performed } from '../../orchestration/engine/workers.ts'
import type { Doer, RunEvent, TaskError } from '../../orchestration/interpreter/events.ts'
import { type RunState, type Step, isOpen, isOver } from '../../orchestration/interpreter/state.ts'
import { isTask } from '../../orchestration/interpreter/steps.ts'
import type { TestEngine } from './engine.ts'
import { ada, bob, pat, quinn, sam } from './orchestration.ts'

const result = { n: 1, ok: true }
/** Enough for whatever comes behind a step. */
const skipped = { ...result, decision: 'approved', outcome: 'success', output: result }
const by = 'person:op'

/** Chance that is the same for the same seed. */
export function createChance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const error = (kind: TaskError['class'], nothingDone = false): TaskError => ({
  class: kind,
  code: 'NO',
  message: 'No.',
  nothingDone,
})

/** A system whose answers are lost and that refuses, as chance will have it; `changes` counts what it has done, by key. */
export function moodySystem(chance: () => number, changes: Map<string, number>) {
  const change = (key: string) => {
    if (!changes.has(key)) changes.set(key, 1)
  }
  return async (_agent: string, { step: key }: OperationCall): Promise<Performed> => {
    const luck = chance()
    await delay(luck * 30)
    if (luck < 0.06) return { outcome: 'failed', error: error('RETRYABLE', true) }
    if (luck < 0.1) return { outcome: 'failed', error: error('BUSINESS', true) }
    if (luck < 0.13) return { outcome: 'waits', approval: `approval ${key}` }
    change(key)
    if (luck < 0.2) throw new Error('The answer is lost.')
    return { outcome: 'succeeded', data: result }
  }
}

export interface Crowd {
  readonly engines: readonly [TestEngine, TestEngine]
  readonly chance: () => number
  readonly runs: () => Promise<readonly RunState[]>
  /** Whether all are willing by now. */
  readonly isLate: () => boolean
  readonly isDone: () => boolean
}

const agents: readonly (readonly [Doer, string])[] = [
  [ada, 'clerk'],
  [bob, 'clerk'],
  [sam, 'senior'],
]
const people: readonly (readonly [Doer, string])[] = [
  [pat, 'owner'],
  [pat, 'boss'],
  [quinn, 'boss'],
]

/** Everybody works until all is done. What one says too late is refused, and then it goes on with something else. */
export async function letThemWork(crowd: Crowd): Promise<void> {
  const { isDone } = crowd
  const repeat = async (work: () => Promise<void>) => {
    while (!isDone()) {
      await work()
      await delay(15)
    }
  }
  await Promise.all([
    ...agents.map(([agent, role]) => repeat(() => workOn(crowd, agent, role))),
    ...people.map(([person, role]) => repeat(() => workOn(crowd, person, role))),
    repeat(() => oversee(crowd)),
  ])
}

const engineOf = ({ engines, chance }: Crowd): TestEngine => engines[chance() < 0.5 ? 0 : 1]

async function workOn(crowd: Crowd, doer: Doer, role: string): Promise<void> {
  const tasks = await claimTasks(engineOf(crowd).engine, { by: doer, role, max: 2, limit: 6 })
  await Promise.all(
    tasks.map(async (task) => {
      await settle(crowd, doer, { runId: task.runId, step: task.step, token: task.lease.token })
    }),
  )
}

async function settle(crowd: Crowd, { kind }: Doer, holding: Holding): Promise<void> {
  const { engine } = engineOf(crowd)
  const { step } = holding
  const luck = kind === 'person' || crowd.isLate() ? 1 : crowd.chance()
  const say = (make: (attempt: number) => RunEvent) => deliverHeld(engine, holding, make)
  // It falls silent: its lease ends by itself.
  if (luck < 0.02) return
  if (luck < 0.08) await say((attempt) => ({ kind: 'released', step, attempt }))
  else if (luck < 0.16) await say((attempt) => ({ kind: 'failed', step, attempt, error: error('RETRYABLE') }))
  else if (luck < 0.2) await say((attempt) => ({ kind: 'failed', step, attempt, error: error('BUSINESS') }))
  else if (luck < 0.22) await say((attempt) => ({ kind: 'failed', step, attempt, error: error('FATAL') }))
  else if (luck < 0.25) await say((attempt) => ({ kind: 'handedOff', step, attempt, note: '', to: { role: 'senior' } }))
  else if (luck < 0.28)
    await say((attempt) => ({ kind: 'handedOff', step, attempt, note: '', to: { principal: pat.id } }))
  else if (luck < 0.31) await say((attempt) => ({ kind: 'escalated', step, attempt, reason: 'Too hard.' }))
  else if (luck < 0.34)
    await say((attempt) => ({ kind: 'inputRequested', step, attempt, question: 'Which?', from: null }))
  else await sayTwice(crowd, holding)
}

/** The answer to the first was lost; one of them counts. */
async function sayTwice({ engines }: Crowd, holding: Holding): Promise<void> {
  const said = await Promise.all(engines.map(({ engine }) => completeTask(engine, holding, result)))
  if (said.every(({ outcome }) => outcome === 'applied')) throw new Error(`The task ${holding.step} was done twice.`)
}

/** What an operator, and those who approve, do about the runs as they are. */
async function oversee(crowd: Crowd): Promise<void> {
  for (const state of await crowd.runs()) {
    if (isOver(state)) continue
    for (const event of eventsFor(crowd, state)) await engineOf(crowd).bring(state.runId, event)
  }
}

function eventsFor(crowd: Crowd, state: RunState): readonly RunEvent[] {
  const luck = crowd.isLate() ? 1 : crowd.chance()
  if (state.status === 'SUSPENDED') return luck < 0.3 ? [] : [{ kind: 'resumed', by }]
  if (luck < 0.02) return [{ kind: 'suspended', by, reason: '' }]
  if (luck < 0.025) return [{ kind: 'cancelled', by, reason: '' }]
  const fixed: RunEvent = { kind: 'contextWritten', path: 'fixed', value: true, by, step: null }
  const steps = Object.values(state.steps).flatMap((step) => eventsForStep(step, luck))
  return state.context['fixed'] === true ? steps : [fixed, ...steps]
}

function eventsForStep(step: Step, luck: number): readonly RunEvent[] {
  const { id, kind, input, approval } = step
  if (step.incident) {
    const retried = { kind: 'retried', step: id, by } as const
    if (!isTask(kind) && kind !== 'timer' && kind !== 'awaitEvent') return [retried]
    const isDone = { kind: 'skipped', step: id, by, result: skipped } as const
    return luck < 0.5 ? [retried, isDone] : [isDone]
  }
  if (!isOpen(step)) return []
  if (kind === 'awaitEvent')
    return [{ kind: 'signalled', event: 'paid', key: input['key'] as string | null, payload: result, by }]
  if (kind === 'approval' && step.state === 'READY') {
    const voters = ['pat', 'quinn', 'ray'].map((name): Doer => ({
      id: `person:${name}`,
      kind: 'person',
      roles: ['owner', 'boss'],
    }))
    return voters.map((voter): RunEvent => ({ kind: 'voted', step: id, by: voter, decision: 'approve', comment: null }))
  }
  if (step.state === 'INPUT_REQUIRED') return [{ kind: 'inputGiven', step: id, by, answer: 'This.' }]
  if (step.state !== 'APPROVAL_REQUIRED' || approval === null) return []
  return [{ kind: 'approvalSettled', step: id, approval, status: 'REFUSED', result: null, message: 'No.' }]
}
