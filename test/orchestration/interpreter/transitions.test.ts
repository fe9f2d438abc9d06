/** Every state of every kind of task against everything that can happen to it: the table and what is done agree, in every cell. */
import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../../../orchestration/interpreter/events.ts'
import { type TaskState, taskStates } from '../../../orchestration/interpreter/state.ts'
import { type TaskEventKind, takes, taskTransitions } from '../../../orchestration/interpreter/transitions.ts'
import { type Simulator, ada, fatal, pat, quinn, retryable, started } from '../../support/orchestration.ts'

const kinds = {
  agentTask: 'type: agentTask, role: clerk',
  humanTask: 'type: humanTask, candidates: [clerk, boss]',
  approval: 'type: approval, candidates: [boss], rejected: meet',
  operation: `type: operation, role: clerk, document: '{ a }'`,
  'operation in hands': `type: operation, role: clerk, document: '{ a }'`,
  subprocess: 'type: subprocess, workflow: other',
}
type Kind = keyof typeof kinds

/** The task `it` in one branch; the other keeps the run going, or ends the first. */
function fresh(kind: Kind): Simulator {
  const run = started(
    `
    start: split
    nodes:
      split: { type: parallel, branches: [it, other], join: meet }
      it: { ${kinds[kind]}, input: { must: '= input.must' }, escalation: [{ to: { role: senior } }], next: meet }
      other: { type: agentTask, role: clerk, next: meet }
      meet: { type: join, when: { atLeast: 1 }, next: rest }
      rest: { type: agentTask, role: clerk, next: done }
      done: { type: end }`,
    { must: true },
  )
  return kind === 'operation in hands'
    ? run.must({ kind: 'reassigned', step: 'it', by: 'x', to: { role: 'clerk' } })
    : run
}

const isEngines = (kind: Kind) => kind === 'operation' || kind === 'subprocess'

/** The state that each kind of task comes to, by the events that bring it there; null where it never does. */
function inState(kind: Kind, state: TaskState): Simulator | null {
  const run = fresh(kind)
  const begin = () =>
    kind === 'operation' ? run.invoke('it') : kind === 'subprocess' ? run : run.claim('it').held('begun', 'it')
  const attempt = () => run.step('it').attempt
  switch (state) {
    case 'READY':
      return kind === 'subprocess' ? null : run
    case 'CLAIMED':
      return isEngines(kind) || kind === 'approval' ? null : run.claim('it')
    case 'IN_PROGRESS':
      return kind === 'approval' ? null : begin()
    case 'INPUT_REQUIRED':
      if (isEngines(kind) || kind === 'approval') return null
      return begin().must({ kind: 'inputRequested', step: 'it', attempt: attempt(), question: '?', from: null })
    case 'APPROVAL_REQUIRED':
      if (kind === 'approval' || kind === 'subprocess') return null
      return begin().must({ kind: 'approvalAwaited', step: 'it', attempt: attempt(), approval: 'a' })
    case 'SUSPENDED':
      return kind === 'subprocess' ? null : run.must({ kind: 'suspended', by: 'x', reason: '' })
    case 'COMPLETED':
      if (kind === 'approval') return run.vote('it', quinn)
      return kind === 'subprocess' ? run.endChild('it') : begin().complete('it')
    case 'FAILED':
      if (kind === 'subprocess') return run.endChild('it', 'failed')
      if (kind !== 'approval') return begin().fail('it', fatal)
      for (let level = 0; level < 3; level += 1)
        run.must({ kind: 'nobodyEligible', step: 'it', generation: run.step('it').generation })
      return run
    case 'REJECTED':
      return kind === 'approval' ? run.vote('it', quinn, 'reject') : null
    case 'CANCELLED':
      if (kind !== 'subprocess') return run.do('other')
      return run.do('other').endChild('it', 'cancelled')
    case 'SKIPPED':
      return run.must({ kind: 'skipped', step: 'it', by: 'x', result: {} })
    // Only nodes that nobody works on wait.
    case 'WAITING':
      return null
  }
}

const events: { readonly [Event in TaskEventKind]: (run: Simulator) => RunEvent } = {
  claimed: () => ({ kind: 'claimed', step: 'it', by: ada }),
  begun: (run) => ({ kind: 'begun', ...held(run) }),
  completed: (run) => ({ kind: 'completed', ...held(run), result: {} }),
  failed: (run) => ({ kind: 'failed', ...held(run), error: retryable }),
  released: (run) => ({ kind: 'released', ...held(run) }),
  leaseExpired: (run) => ({ kind: 'leaseExpired', ...held(run) }),
  handedOff: (run) => ({ kind: 'handedOff', ...held(run), to: { role: 'senior' }, note: '' }),
  escalated: (run) => ({ kind: 'escalated', ...held(run), reason: '' }),
  inputRequested: (run) => ({ kind: 'inputRequested', ...held(run), question: '?', from: null }),
  approvalAwaited: (run) => ({ kind: 'approvalAwaited', ...held(run), approval: 'b' }),
  inputGiven: () => ({ kind: 'inputGiven', step: 'it', by: 'x', answer: '!' }),
  approvalSettled: () => {
    return { kind: 'approvalSettled', step: 'it', approval: 'a', status: 'SUCCEEDED', result: {}, message: '' }
  },
  voted: () => ({ kind: 'voted', step: 'it', by: pat, decision: 'reject', comment: null }),
  invoked: (run) => ({ kind: 'invoked', step: 'it', generation: run.step('it').generation, by: 'agent:engine' }),
  nobodyEligible: (run) => ({ kind: 'nobodyEligible', step: 'it', generation: run.step('it').generation }),
  childEnded: (run) => {
    return { kind: 'childEnded', step: 'it', generation: run.step('it').generation, outcome: 'success', output: {} }
  },
  retried: () => ({ kind: 'retried', step: 'it', by: 'x' }),
  skipped: () => ({ kind: 'skipped', step: 'it', by: 'x', result: {} }),
  reassigned: () => ({ kind: 'reassigned', step: 'it', by: 'x', to: { role: 'senior' } }),
}

const held = (run: Simulator) => ({ step: 'it', attempt: run.step('it').attempt })

/** Where an event leads that is taken; what the table leaves to the kind of the task is in `exceptions`. */
const leadsTo: { readonly [Event in TaskEventKind]: (kind: Kind) => TaskState } = {
  claimed: () => 'CLAIMED',
  begun: () => 'IN_PROGRESS',
  completed: () => 'COMPLETED',
  failed: () => 'READY',
  released: () => 'READY',
  leaseExpired: () => 'READY',
  handedOff: () => 'READY',
  escalated: () => 'READY',
  inputRequested: () => 'INPUT_REQUIRED',
  approvalAwaited: () => 'APPROVAL_REQUIRED',
  inputGiven: () => 'READY',
  // The act of an operation was the operation; any other task goes back to whoever waits.
  approvalSettled: (kind) => (kind === 'operation' ? 'COMPLETED' : 'READY'),
  voted: () => 'REJECTED',
  invoked: () => 'IN_PROGRESS',
  nobodyEligible: () => 'READY',
  childEnded: () => 'COMPLETED',
  retried: (kind) => (kind === 'subprocess' ? 'IN_PROGRESS' : 'READY'),
  skipped: () => 'SKIPPED',
  reassigned: () => 'READY',
}

const ofHolder: readonly TaskEventKind[] = [
  ...(['begun', 'completed', 'failed', 'released', 'leaseExpired'] as const),
  ...(['handedOff', 'escalated', 'inputRequested', 'approvalAwaited'] as const),
]

/** How what the engine does may end. */
const ofEngine: readonly TaskEventKind[] = ['completed', 'failed', 'approvalAwaited']

/** What a cell says: the next state, or the code of the refusal. */
function expected(kind: Kind, state: TaskState, event: TaskEventKind, hasHolder: boolean): string {
  if (state === 'SUSPENDED') return suspendedExpected(event)
  if (ofHolder.includes(event) && !hasHolder) return 'LEASE_LOST'
  if (!takes(state, event)) return 'TASK_NOT_OPEN'
  return exceptions(kind, state, event) ?? leadsTo[event](kind)
}

/** The run stands still: nothing is taken; what is kept for later would come to nothing here. */
function suspendedExpected(event: TaskEventKind): string {
  return event === 'inputGiven' || event === 'approvalSettled' || event === 'childEnded'
    ? 'TASK_NOT_OPEN'
    : 'RUN_NOT_OPEN'
}

/** What a kind of task does not take though its state would. */
function exceptions(kind: Kind, state: TaskState, event: TaskEventKind): string | null {
  const underWay = isEngines(kind) && (state === 'IN_PROGRESS' || state === 'APPROVAL_REQUIRED')
  if (event === 'claimed' && (kind === 'approval' || kind === 'operation')) return 'NOT_ELIGIBLE'
  if (event === 'voted' && kind !== 'approval') return 'NOT_POSSIBLE'
  if (event === 'invoked' && kind !== 'operation') return 'NOT_POSSIBLE'
  if (event === 'childEnded' && kind !== 'subprocess') return 'ignored'
  if (underWay && ofHolder.includes(event) && !ofEngine.includes(event)) return 'NOT_POSSIBLE'
  if (event === 'reassigned' && underWay) return 'NOT_POSSIBLE'
  if (event === 'skipped' && underWay && kind === 'operation') return 'NOT_POSSIBLE'
  // It had gone through all levels.
  if (event === 'nobodyEligible' && state === 'FAILED') return 'FAILED'
  return null
}

describe.each(Object.keys(kinds) as Kind[])('%s', (kind) => {
  const reached = taskStates.filter((state) => inState(kind, state) !== null)

  test.each(reached)('in the state %s takes what the table says, and nothing else', (state) => {
    const cells = (Object.keys(taskTransitions) as TaskEventKind[]).map((event) => {
      const run = inState(kind, state)
      if (!run) throw new Error('unreached')
      expect(run.step('it').state).toBe(state)
      const hasHolder = run.step('it').holder !== null
      const before = run.state
      const said = run.try(events[event](run))
      if (said !== 'applied') expect(run.state).toBe(before)
      return [event, said === 'applied' ? run.step('it').state : said, expected(kind, state, event, hasHolder)]
    })
    expect(Object.fromEntries(cells.map(([event, is]) => [event, is]))).toEqual(
      Object.fromEntries(cells.map(([event, , should]) => [event, should])),
    )
  })
})

test('every state of a task is come to by some kind, but the one of nodes that nobody works on', () => {
  const reached = taskStates.filter((state) =>
    (Object.keys(kinds) as Kind[]).some((kind) => inState(kind, state) !== null),
  )
  expect(taskStates.filter((state) => !reached.includes(state))).toEqual(['WAITING'])
})

test('every event of tasks in the table is tried', () => {
  expect(Object.keys(events)).toEqual(Object.keys(taskTransitions))
})
