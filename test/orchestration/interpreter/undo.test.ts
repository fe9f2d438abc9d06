/** Undoing: what was done is undone from the last to the first, when a run fails, is cancelled, or goes back. */
import { describe, expect, test } from 'vitest'
import { Simulator, ada, fatal, pat, program, quinn, retryable, started } from '../../support/orchestration.ts'

const book = (id: string, next: string) =>
  `${id}: { type: operation, role: clerk, document: '{ a }', input: { what: ${id} }, compensate: release, next: ${next} }`
const trip = (outcome = 'success', first = book('one', 'two')) => `
  start: one
  nodes:
    ${first}
    ${book('two', 'check')}
    check: { type: agentTask, role: clerk, next: three }
    ${book('three', 'done')}
    done: { type: end, outcome: ${outcome} }
  compensations:
    release:
      type: operation
      role: clerk
      document: 'mutation { undo }'
      input: { what: '= task.what', id: '= result.id' }
      retry: { max: 1, backoff: PT0S }`
const cancelled = { kind: 'cancelled', by: pat.id, reason: 'No more.' } as const
const undoSteps = ({ states }: Simulator) => Object.keys(states).filter((id) => id.startsWith('undo:'))

describe('a run that fails', () => {
  test('is undone from the last to the first, one after the other', () => {
    const run = started(trip('failed')).run('one', { id: 1 }).run('two', { id: 2 }).do('check').run('three', { id: 3 })
    expect(run.state).toMatchObject({ status: 'COMPENSATING', outcome: 'failed' })
    expect(undoSteps(run)).toEqual(['undo:three'])
    run.run('undo:three')
    expect(run.step('undo:two').input).toEqual({ what: 'two', id: 2 })
    run.run('undo:two').run('undo:one')
    expect(undoSteps(run)).toEqual(['undo:three', 'undo:two', 'undo:one'])
    expect(run.state).toMatchObject({ status: 'COMPENSATED', outcome: 'failed' })
  })

  test('with nothing to undo is over at once', () => {
    const run = started('{ start: done, nodes: { done: { type: end, outcome: failed } } }')
    expect(run.state).toMatchObject({ status: 'FAILED', outcome: 'failed' })
    expect(run.try(cancelled)).toBe('RUN_NOT_OPEN')
  })
})

describe('a run that is cancelled', () => {
  test('withdraws what is open and undoes what was done', () => {
    const run = started(trip()).run('one', { id: 1 }).run('two', { id: 2 }).must(cancelled)
    expect(run.states).toMatchObject({ check: 'CANCELLED', 'undo:two': 'READY' })
    expect(run.try({ kind: 'claimed', step: 'check', by: ada })).toBe('RUN_NOT_OPEN')
    run.run('undo:two').run('undo:one')
    expect(run.state).toMatchObject({ status: 'COMPENSATED', outcome: 'cancelled' })
  })

  test('before it has started never starts', () => {
    const pending = new Simulator(program(trip()))
    expect(pending.must(cancelled).state).toMatchObject({ status: 'CANCELLED', outcome: 'cancelled' })
    expect(pending.try({ kind: 'started', by: 'x', input: {} })).toBe('RUN_NOT_OPEN')
  })

  test('waits for an operation that runs, and undoes it if it was done', () => {
    const run = started(trip()).run('one', { id: 1 }).invoke('two').must(cancelled)
    expect(undoSteps(run)).toEqual([])
    run.complete('two', { id: 2 })
    expect(undoSteps(run)).toEqual(['undo:two'])
  })

  test('does not undo, or do again, an operation that fails meanwhile', () => {
    const run = started(trip()).run('one', { id: 1 }).invoke('two').must(cancelled).fail('two', retryable)
    expect(run.states).toMatchObject({ two: 'FAILED', 'undo:one': 'READY' })
    expect(run.invocations.filter(({ step }) => step === 'two')).toEqual([])
  })

  test('waits for the approval of an operation, which says whether there is something to undo', () => {
    const run = started(trip()).run('one', { id: 1 }).invoke('two')
    run.must({ kind: 'approvalAwaited', step: 'two', attempt: 1, approval: 'a' }).must(cancelled)
    expect(run.told('two')).toContain('task.approval-unneeded')
    expect(run.state.status).toBe('COMPENSATING')
    const settled = { kind: 'approvalSettled', step: 'two', approval: 'a', status: 'SUCCEEDED', message: '' } as const
    run.must({ ...settled, result: { id: 2 } })
    expect(undoSteps(run)).toEqual(['undo:two'])
  })

  test('takes an operation from the person that does it by hand', () => {
    const run = started(trip()).must({ kind: 'reassigned', step: 'one', by: pat.id, to: { role: 'boss' } })
    run.claim('one', quinn).held('begun', 'one').must(cancelled)
    expect(run.state).toMatchObject({ status: 'CANCELLED', steps: { one: { state: 'CANCELLED' } } })
  })

  const child = `one: { type: subprocess, workflow: other, compensate: release, input: { what: one }, next: two }`

  test('cancels the run of a subprocess once, and waits until that is over', () => {
    const run = started(trip('success', child)).must(cancelled)
    expect(run.effects.filter(({ kind }) => kind === 'cancelRun')).toHaveLength(1)
    expect(run.state.status).toBe('COMPENSATING')
    expect(run.endChild('one', 'cancelled').state).toMatchObject({
      status: 'CANCELLED',
      steps: { one: { incident: null } },
    })
  })

  test('undoes a subprocess that was done before it could be cancelled', () => {
    const run = started(trip('success', child).replace(`, id: '= result.id'`, '')).must(cancelled)
    run.endChild('one', 'success', { id: 7 })
    expect(run.states).toMatchObject({ one: 'COMPLETED', 'undo:one': 'READY' })
  })
})

describe('a compensation', () => {
  const failing = () => {
    const run = started(trip('failed')).run('one', { id: 1 }).run('two', { id: 2 }).do('check').run('three', { id: 3 })
    return run.invoke('undo:three').fail('undo:three').invoke('undo:three').fail('undo:three')
  }

  test('that fails is tried again, and then stops the undoing before an operator', () => {
    const run = failing()
    expect(run.state.status).toBe('COMPENSATION_FAILED')
    expect(run.step('undo:three')).toMatchObject({ state: 'FAILED', level: 0 })
    expect(undoSteps(run)).toEqual(['undo:three'])
    run.must({ kind: 'retried', step: 'undo:three', by: pat.id })
    expect(run.state.status).toBe('COMPENSATING')
    run.run('undo:three').run('undo:two').run('undo:one')
    expect(run.state.status).toBe('COMPENSATED')
  })

  test('that fails can be skipped, or done by hand', () => {
    const run = failing().must({ kind: 'skipped', step: 'undo:three', by: pat.id, result: null })
    run.must({ kind: 'reassigned', step: 'undo:two', by: pat.id, to: { role: 'boss' } }).do('undo:two', {}, quinn)
    expect(run.run('undo:one').state.status).toBe('COMPENSATED')
  })

  test('whose input fails waits for an operator too', () => {
    const run = started(trip('failed')).run('one', {}).run('two', { id: 2 }).do('check').run('three', { id: 3 })
    run.run('undo:three').run('undo:two')
    expect(run.state.status).toBe('COMPENSATION_FAILED')
    expect(run.step('undo:one').incident?.code).toBe('EXPRESSION_FAILED')
  })
})

describe('a run that goes back', () => {
  const rewound = (node: string) => ({ kind: 'rewound', node, by: pat.id }) as const

  test('undoes what was done since, and enters the node again', () => {
    const run = started(trip()).run('one', { id: 1 }).run('two', { id: 2 }).do('check').must(rewound('two'))
    expect(run.states).toMatchObject({ three: 'CANCELLED', 'undo:two': 'READY' })
    run.run('undo:two')
    expect(run.state.status).toBe('RUNNING')
    expect(run.states).toMatchObject({ one: 'COMPLETED', 'two~2': 'READY' })
    run.run('two~2', { id: 4 }).do('check~2').run('three~2', { id: 5 })
    expect(run.state.status).toBe('COMPLETED')
  })

  test('waits for what is under way, and undoes that too', () => {
    const run = started(trip()).run('one', { id: 1 }).invoke('two').must(rewound('two'))
    expect(run.states).not.toHaveProperty('two~2')
    run.complete('two', { id: 2 }).run('undo:two')
    expect(run.states).toMatchObject({ 'two~2': 'READY' })
  })

  test('goes back only, and never to what it had come to before it went back', () => {
    const run = started(trip())
      .run('one', { id: 1 })
      .run('two', { id: 2 })
      .must(rewound('one'))
      .run('undo:two')
      .run('undo:one')
    expect(run.try(rewound('check'))).toBe('NOT_POSSIBLE')
    expect(run.try(rewound('three'))).toBe('NOT_POSSIBLE')
    expect(run.try(rewound('nowhere'))).toBe('NOT_POSSIBLE')
    run.run('one~2', { id: 1 })
    expect(run.try(rewound('two'))).toBe('applied')
  })

  test('leaves nothing behind that an operator could do', () => {
    const run = started(trip())
      .run('one', { id: 1 })
      .invoke('two')
      .fail('two', fatal)
      .must(rewound('one'))
      .run('undo:one')
    expect(run.try({ kind: 'retried', step: 'two', by: pat.id })).toBe('TASK_NOT_OPEN')
    expect(run.states).toMatchObject({ 'one~2': 'READY', two: 'FAILED' })
  })

  test('may enter as often as before a node that may be entered so often only', () => {
    const run = started(`
      start: work
      nodes:
        work: { type: agentTask, role: clerk, atMost: { times: 2, then: done }, next: again }
        again: { type: decision, choices: [{ when: '= false', next: done }], otherwise: work }
        done: { type: end }`)
    run.do('work').must(rewound('work'))
    expect(run.states).toMatchObject({ 'work~2': 'CANCELLED', 'work~3': 'READY' })
    expect(run.do('work~3').state.status).toBe('COMPLETED')
  })

  test('straight to an end that fails is undone to the end', () => {
    const run = started(`
      start: one
      nodes:
        ${book('one', 'choose')}
        choose: { type: decision, choices: [{ when: '= context.stop', next: failed }], otherwise: wait }
        wait: { type: agentTask, role: clerk, next: failed }
        failed: { type: end, outcome: failed }
      compensations: { release: { type: operation, role: clerk, document: '{ a }' } }`)
    const write = (value: boolean) => ({ kind: 'contextWritten', path: 'stop', value, by: pat.id, step: null }) as const
    run.must(write(false)).run('one').must(write(true)).must(rewound('choose'))
    expect(run.states).toMatchObject({ 'undo:one': 'READY' })
    expect(run.run('undo:one').state.status).toBe('COMPENSATED')
  })

  test('does not go back into a fork', () => {
    const run = started(`
      start: split
      nodes:
        split: { type: parallel, branches: [one, two], join: meet }
        one: { type: agentTask, role: clerk, next: meet }
        two: { type: agentTask, role: clerk, next: meet }
        meet: { type: join, next: done }
        done: { type: end }`)
    expect(run.try(rewound('one'))).toBe('NOT_POSSIBLE')
    run.do('one').must(rewound('split'))
    expect(run.states).toMatchObject({ two: 'CANCELLED', 'one~2': 'READY', 'two~2': 'READY' })
    expect(run.do('one~2').do('two~2').state.status).toBe('COMPLETED')
  })
})
