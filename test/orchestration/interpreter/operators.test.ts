/** What operators do: let a run stand still and go on, copy it, and decide about its steps. */
import { describe, expect, test } from 'vitest'
import { apply } from '../../../orchestration/interpreter/apply.ts'
import type { RunEvent } from '../../../orchestration/interpreter/events.ts'
import { Simulator, ada, fatal, pat, quinn, started } from '../../support/orchestration.ts'

const suspended = { kind: 'suspended', by: pat.id, reason: 'Wait.' } as const
const resumed = { kind: 'resumed', by: pat.id } as const
const write = (path: string, value: number): RunEvent => ({
  kind: 'contextWritten',
  path,
  value,
  by: ada.id,
  step: null,
})

const chain = (first: string) => `
  start: it
  pauseClock: [SUSPENDED]
  merge: { once: reject, log: append }
  nodes:
    it: { ${first}, next: then }
    then: { type: awaitEvent, event: paid, next: done }
    done: { type: end }`
const task = chain('type: agentTask, role: clerk, deadlines: { completion: { within: PT10M } }')
const operation = chain(`type: operation, role: clerk, document: '{ a }'`)

describe('a run that stands still', () => {
  test('takes tasks from their holders, and offers them again when it goes on', () => {
    const run = started(task).claim('it').must(suspended)
    expect(run.step('it').state).toBe('SUSPENDED')
    expect(run.try({ kind: 'completed', step: 'it', attempt: 1, result: {} })).toBe('RUN_NOT_OPEN')
    expect(run.try({ kind: 'claimed', step: 'it', by: ada })).toBe('RUN_NOT_OPEN')
    run.must(resumed)
    expect(run.step('it')).toMatchObject({ state: 'READY', holder: null })
    expect(run.try({ kind: 'completed', step: 'it', attempt: 1, result: {} })).toBe('LEASE_LOST')
  })

  test('lets the clock of its tasks stand still where the workflow says so', () => {
    const run = started(task).wait(5).must(suspended).wait(60).must(resumed)
    expect(run.dueAt('it', 'completion')).toBe('2026-06-01T10:10:00.000Z')
    expect(run.step('it').level).toBe(0)
  })

  test('keeps what its operation has come to, and takes it when it goes on', () => {
    const run = started(operation).invoke('it').must(suspended).complete('it')
    expect(run.step('it').state).toBe('IN_PROGRESS')
    expect(run.must(resumed).states).toEqual({ it: 'COMPLETED', then: 'WAITING' })
  })

  test('lets an operation be begun again whose worker has died', () => {
    const run = started(operation).invoke('it').must(suspended)
    expect(run.try({ kind: 'invoked', step: 'it', generation: 1, by: 'agent:other' })).toBe('applied')
    expect(run.complete('it').must(resumed).states).toMatchObject({ it: 'COMPLETED' })
  })

  test('lets no operation be begun', () => {
    const run = started(operation).must(suspended)
    expect(run.try({ kind: 'invoked', step: 'it', generation: 1, by: 'agent:engine' })).toBe('RUN_NOT_OPEN')
    expect(run.must(resumed).run('it').states).toMatchObject({ it: 'COMPLETED' })
  })

  test('keeps events in their order, also one for what an earlier one leads to', () => {
    const run = started(chain('type: timer, for: PT1M')).must(suspended).wait(1).signal('paid').must(resumed)
    expect(run.state.status).toBe('COMPLETED')
  })

  test('does not say that it keeps what will come to nothing', () => {
    const run = started(operation).invoke('it').must(suspended)
    expect(run.try({ kind: 'completed', step: 'it', attempt: 0, result: {} })).toBe('LEASE_LOST')
    expect(run.try({ kind: 'inputGiven', step: 'it', by: pat.id, answer: '' })).toBe('TASK_NOT_OPEN')
    expect(run.try(write('a..b', 1))).toBe('NOT_POSSIBLE')
    expect([run.try(write('once', 1)), run.try(write('once', 2))]).toEqual(['applied', 'NOT_POSSIBLE'])
    run.complete('it')
    expect(run.try({ kind: 'completed', step: 'it', attempt: 1, result: {} })).toBe('TASK_NOT_OPEN')
    expect(run.must(resumed).state.context).toEqual({ once: 1 })
  })

  test('that is cancelled knows that its operation has ended, and undoes it', () => {
    const run = started(
      `${operation}
  compensations: { undo: { type: operation, role: clerk, document: '{ b }' } }`.replace(
        `'{ a }'`,
        `'{ a }', compensate: undo`,
      ),
    )
    run.invoke('it').must(suspended).complete('it').must({ kind: 'cancelled', by: pat.id, reason: '' })
    expect(run.states).toMatchObject({ it: 'COMPLETED', 'undo:it': 'READY' })
    expect(run.run('undo:it').state.status).toBe('COMPENSATED')
  })

  test('does not stand still twice, nor go on when it does', () => {
    const run = started(task)
    expect(run.try(resumed)).toBe('RUN_NOT_OPEN')
    run.must(suspended)
    expect(run.try(suspended)).toBe('RUN_NOT_OPEN')
  })

  test('waits with its subprocesses', () => {
    const run = started(chain('type: subprocess, workflow: other')).must(suspended).endChild('it')
    expect(run.step('it').state).toBe('IN_PROGRESS')
    expect(run.must(resumed).states).toMatchObject({ it: 'COMPLETED' })
  })
})

describe('a copy of a run', () => {
  /** As the engine makes it: the state of the other run under a new id, and then the event. */
  function copied(from: Simulator, context: { readonly [path: string]: number } | null = null): Simulator {
    const copy = new Simulator(from.program)
    copy.now = from.now
    copy.state = { ...structuredClone(from.state), runId: 'run-2' }
    return copy.must({ kind: 'forked', by: pat.id, input: { n: 2 }, context })
  }

  test('begins to live where the other was, with the input that it is given', () => {
    const run = copied(started(task, { n: 1, m: 1 }).claim('it'), { x: 1 })
    expect(run.state).toMatchObject({ status: 'RUNNING', input: { n: 2, m: 1 }, context: { x: 1 } })
    run.do('it').signal('paid')
    expect(run.state.status).toBe('COMPLETED')
  })

  test('has a clock of its own, and nobody’s votes', () => {
    const run = copied(started(task).wait(5))
    expect(run.dueAt('it', 'completion')).toBe('2026-06-01T09:15:00.000Z')
    const approval = chain('type: approval, candidates: [boss], quorum: 2, rejected: then')
    expect(copied(started(approval).vote('it', quinn)).step('it').votes).toEqual([])
  })

  test('sets timers, operations and subprocesses in motion, and not what nobody needs', () => {
    expect(copied(started(chain('type: timer, for: PT1M'))).wait(1).states).toMatchObject({ it: 'COMPLETED' })
    expect(copied(started(operation).invoke('it')).run('it').states).toMatchObject({ it: 'COMPLETED' })
    expect(copied(started(chain('type: subprocess, workflow: other'))).endChild('it').states).toMatchObject({
      then: 'WAITING',
    })
  })

  test('of one that stood still goes on, with what was kept', () => {
    const run = copied(started(task).must(suspended).must(write('log', 1)))
    expect(run.state).toMatchObject({ status: 'RUNNING', context: { log: [1] }, deferred: [] })
  })

  test('has what failed done again, as the definition has it', () => {
    const failed = started(task)
      .must({ kind: 'nobodyEligible', step: 'it', generation: 1 })
      .claim('it', pat)
      .fail('it', fatal)
    expect(copied(failed).step('it')).toMatchObject({ state: 'READY', level: 0, candidates: ['clerk'], incident: null })
  })

  test('is not made of a run that is over', () => {
    const run = started(task).do('it').signal('paid')
    const forked = { kind: 'forked', by: pat.id, input: null, context: null } as const
    expect(apply(run.program, run.state, forked, run.now)).toMatchObject({ outcome: 'refused', code: 'RUN_NOT_OPEN' })
  })
})

describe('an operator', () => {
  test('skips a task in anybody’s hands, but not an operation that runs or is decided about', () => {
    const skip = { kind: 'skipped', step: 'it', by: pat.id, result: {} } as const
    expect(started(task).claim('it').must(skip).states).toEqual({ it: 'SKIPPED', then: 'WAITING' })
    const run = started(operation).invoke('it')
    expect(run.try(skip)).toBe('NOT_POSSIBLE')
    run.must({ kind: 'approvalAwaited', step: 'it', attempt: 1, approval: 'a' })
    expect(run.try(skip)).toBe('NOT_POSSIBLE')
  })

  test('skips a subprocess, whose run is cancelled', () => {
    const run = started(chain('type: subprocess, workflow: other'))
    run.must({ kind: 'skipped', step: 'it', by: pat.id, result: {} })
    expect(run.children).toMatchObject([{ cancelled: true }])
    expect(run.try({ kind: 'childEnded', step: 'it', generation: 1, outcome: 'cancelled', output: {} })).toBe(
      'TASK_NOT_OPEN',
    )
  })

  test('gives a task to one principal, also to one that was not to do it', () => {
    const escalated = 'type: agentTask, role: clerk, retry: { max: 0 }, escalation: [{ to: another-agent }]'
    const run = started(chain(escalated)).claim('it').fail('it')
    run.must({ kind: 'reassigned', step: 'it', by: pat.id, to: { principal: ada.id } })
    expect(run.try({ kind: 'claimed', step: 'it', by: ada })).toBe('applied')
  })

  test('gives a task to somebody and nothing else', () => {
    const run = started(task).do('it')
    expect(run.try({ kind: 'reassigned', step: 'then', by: pat.id, to: { role: 'boss' } })).toBe('TASK_NOT_OPEN')
    expect(run.try({ kind: 'reassigned', step: 'nothing', by: pat.id, to: { role: 'boss' } })).toBe('TASK_UNKNOWN')
  })
})
