/** What is worked on: by agents, by people, by the engine, and by other runs. */
import { describe, expect, test } from 'vitest'
import { ada, bob, pat, quinn, ray, refusedAtOnce, retryable, sam, started } from '../../support/orchestration.ts'

const one = (activity: string) => `
  start: it
  nodes:
    it: { ${activity}, next: done }
    done: { type: end }
    no: { type: end, outcome: business_rejected }`
const task = one(`type: agentTask, role: clerk, input: { n: '= input.n' }, output: { sum: '= result.sum + task.n' }`)
const approve = (quorum: number) =>
  one(`type: approval, candidates: [boss], quorum: ${quorum}, rejected: no, output: { how: '= result.decision' }`)

describe('a task of an agent', () => {
  test('gets its input and writes its output', () => {
    const run = started(task, { n: 2 })
    expect(run.step('it')).toMatchObject({ state: 'READY', candidates: ['clerk'], input: { n: 2 } })
    run.claim('it').held('begun', 'it').complete('it', { sum: 3 })
    expect(run.state).toMatchObject({ status: 'COMPLETED', context: { sum: 5 } })
    expect(run.effects.find(({ kind }) => kind === 'writeContext')).toMatchObject({ path: 'sum', value: 5, by: ada.id })
  })

  test('is for its role only, and for one holder at a time', () => {
    const run = started(task, { n: 2 })
    expect(run.try({ kind: 'claimed', step: 'it', by: sam })).toBe('NOT_ELIGIBLE')
    run.claim('it')
    expect(run.try({ kind: 'claimed', step: 'it', by: bob })).toBe('TASK_NOT_OPEN')
  })

  test('that is given back is for anybody, and the attempt is not charged', () => {
    const run = started(task, { n: 2 }).claim('it').held('released', 'it')
    expect(run.step('it')).toMatchObject({ state: 'READY', charged: 0, attempt: 1 })
    run.claim('it', bob)
    expect(run.try({ kind: 'completed', step: 'it', attempt: 1, result: {} })).toBe('LEASE_LOST')
    expect(run.step('it')).toMatchObject({ state: 'CLAIMED', attempt: 2, holder: bob.id })
  })

  test('that is handed to one principal is kept for it for a while', () => {
    const run = started(task, { n: 2 }).claim('it')
    run.must({ kind: 'handedOff', step: 'it', attempt: 1, to: { principal: bob.id }, note: 'Yours.' })
    expect(run.effects).toContainEqual({ kind: 'handOff', step: 'it', from: ada.id, to: bob.id, note: 'Yours.' })
    expect(run.try({ kind: 'claimed', step: 'it', by: ada })).toBe('TASK_TAKEN')
    run.wait(2)
    expect(run.try({ kind: 'claimed', step: 'it', by: ada })).toBe('applied')
  })

  test('that is handed to nobody, or to somebody who is not to do it, stays', () => {
    const escalating = one('type: agentTask, role: clerk, retry: { max: 0 }, escalation: [{ to: another-agent }]')
    const run = started(escalating).claim('it').fail('it').claim('it', bob)
    expect(run.try({ kind: 'handedOff', step: 'it', attempt: 2, to: {}, note: '' })).toBe('NOT_POSSIBLE')
    const back = { kind: 'handedOff', step: 'it', attempt: 2, to: { principal: ada.id }, note: '' } as const
    expect(run.try(back)).toBe('NOT_ELIGIBLE')
    expect(run.step('it')).toMatchObject({ state: 'CLAIMED', holder: bob.id })
  })

  test('goes back to whoever has asked when the answer is there', () => {
    const run = started(task, { n: 2 }).claim('it').held('begun', 'it')
    run.must({ kind: 'inputRequested', step: 'it', attempt: 1, question: 'Which?', from: null })
    expect(run.step('it').question).toEqual({ text: 'Which?', by: ada.id, candidates: ['owner'], answer: null })
    run.must({ kind: 'inputGiven', step: 'it', by: pat.id, answer: 'This.' })
    expect(run.step('it')).toMatchObject({ state: 'READY', target: ada.id, question: { answer: 'This.' } })
    run.do('it', { sum: 1 })
    expect(run.state.status).toBe('COMPLETED')
  })

  test('goes back to whoever waited for an approval, and not for another', () => {
    const run = started(task, { n: 2 }).claim('it')
    run.must({ kind: 'approvalAwaited', step: 'it', attempt: 1, approval: 'a' })
    const settled = { kind: 'approvalSettled', step: 'it', status: 'REFUSED', result: null, message: '' } as const
    expect(run.try({ ...settled, approval: 'b' })).toBe('ignored')
    run.must({ ...settled, approval: 'a' })
    expect(run.step('it')).toMatchObject({ state: 'READY', target: ada.id, approval: null })
  })
})

describe('an approval', () => {
  test('takes the votes of as many people as it needs', () => {
    const run = started(approve(2)).vote('it', quinn)
    expect(run.step('it').state).toBe('READY')
    run.vote('it', ray)
    expect(run.state).toMatchObject({ status: 'COMPLETED', outcome: 'success', context: { how: 'approved' } })
    expect(run.step('it').result).toMatchObject({ votes: [{ by: quinn.id }, { by: ray.id }] })
  })

  test('is rejected by one, and goes on the other way', () => {
    const run = started(approve(2)).vote('it', quinn).vote('it', ray, 'reject')
    expect(run.state).toMatchObject({ status: 'COMPLETED', outcome: 'business_rejected', context: { how: 'rejected' } })
  })

  test.each([
    ['twice by one person', quinn],
    ['by an agent', { ...quinn, id: 'agent:q', kind: 'agent' as const }],
    ['by whoever started the run', { ...quinn, id: 'person:starter' }],
    ['by somebody without the role', { ...quinn, id: 'person:x', roles: ['clerk'] }],
  ])('is not voted on %s', (_, by) => {
    const run = started(approve(3)).vote('it', quinn)
    expect(run.try({ kind: 'voted', step: 'it', by, decision: 'approve', comment: null })).toBe('NOT_ELIGIBLE')
    expect(run.step('it').votes).toHaveLength(1)
  })

  test('is not claimed, and starts with no votes where it is escalated', () => {
    const run = started(approve(2)).vote('it', quinn)
    expect(run.try({ kind: 'claimed', step: 'it', by: ray })).toBe('NOT_ELIGIBLE')
    run.must({ kind: 'nobodyEligible', step: 'it', generation: 1 })
    expect(run.step('it')).toMatchObject({ candidates: ['owner'], votes: [] })
  })
})

describe('an operation', () => {
  const operation = one(`type: operation, role: clerk, document: '{ a }', input: { key: '= step.key' }`)

  test('is run by the engine, which nobody does in its place', () => {
    const run = started(operation)
    expect(run.try({ kind: 'claimed', step: 'it', by: ada })).toBe('NOT_ELIGIBLE')
    run.run('it', { a: 1 })
    expect(run.state.status).toBe('COMPLETED')
  })

  test('that is begun again after its worker has died has the same key, and the dead one has no say', () => {
    const run = started(operation).invoke('it')
    run.must({ kind: 'invoked', step: 'it', generation: 1, by: 'agent:other' })
    expect(run.try({ kind: 'completed', step: 'it', attempt: 1, result: {} })).toBe('LEASE_LOST')
    expect(run.step('it')).toMatchObject({ attempt: 2, group: 0, input: { key: 'run-1:it:0' } })
  })

  test.each([
    ['keeps its key where an attempt may have changed something', [retryable, refusedAtOnce], 'run-1:it:0'],
    [
      'has a new key where no attempt has changed anything',
      [{ ...retryable, nothingDone: true }, refusedAtOnce],
      'run-1:it:1',
    ],
  ])('that an operator has done again %s', (_, errors, key) => {
    const run = started(operation)
    for (const error of errors) run.invoke('it').fail('it', error)
    run.must({ kind: 'retried', step: 'it', by: pat.id })
    expect(run.step('it').input).toEqual({ key })
  })

  test('whose result the run could not take keeps its key', () => {
    const run = started(one(`type: operation, role: clerk, document: '{ a }', output: { x: '= result.missing' }`))
    run.invoke('it').fail('it', refusedAtOnce).must({ kind: 'retried', step: 'it', by: pat.id }).run('it')
    expect(run.step('it')).toMatchObject({ state: 'FAILED', group: 1, incident: { code: 'EXPRESSION_FAILED' } })
    run.must({ kind: 'retried', step: 'it', by: pat.id })
    expect(run.step('it').group).toBe(1)
  })

  test('waits for the approval of its act, and that was the operation', () => {
    const run = started(operation).invoke('it')
    run.must({ kind: 'approvalAwaited', step: 'it', attempt: 1, approval: 'a' })
    const settled = { kind: 'approvalSettled', step: 'it', approval: 'a', status: 'SUCCEEDED', message: '' } as const
    run.must({ ...settled, result: { a: 1 } })
    expect(run.step('it')).toMatchObject({ state: 'COMPLETED', result: { a: 1 } })
  })

  test('that is refused by the approvers goes to a person, who does it by hand', () => {
    const run = started(operation).invoke('it')
    run.must({ kind: 'approvalAwaited', step: 'it', attempt: 1, approval: 'a' })
    const settled = { kind: 'approvalSettled', step: 'it', approval: 'a', status: 'REFUSED', message: 'No.' } as const
    run.must({ ...settled, result: null })
    expect(run.step('it')).toMatchObject({ state: 'READY', manual: true, candidates: ['owner'] })
    run.do('it', {}, pat)
    expect(run.state.status).toBe('COMPLETED')
  })
})

describe('a subprocess', () => {
  const child = one(`type: subprocess, workflow: other, input: { n: 1 }, output: { got: '= result.output.x' }`)

  test('is another run, with what it gave as the result', () => {
    const run = started(child)
    expect(run.children).toMatchObject([{ step: 'it', generation: 1, workflow: 'other', input: { n: 1 } }])
    run.endChild('it', 'business_rejected', { x: 3 })
    expect(run.state).toMatchObject({ status: 'COMPLETED', context: { got: 3 } })
  })

  test('that fails waits for an operator, and is another run where it is done again', () => {
    const run = started(child).endChild('it', 'failed')
    expect(run.step('it').incident).toMatchObject({ code: 'SUBPROCESS_FAILED' })
    run.must({ kind: 'retried', step: 'it', by: pat.id })
    expect(run.children).toMatchObject([{ generation: 2 }])
    const late = { kind: 'childEnded', step: 'it', generation: 1, outcome: 'success', output: {} } as const
    expect(run.try(late)).toBe('ignored')
  })

  test('whose result breaks a check is not started again by itself', () => {
    const checked = one(
      `type: subprocess, workflow: other, checks: [{ expect: '= result.output.ok', message: Not ok. }]`,
    )
    const run = started(checked).endChild('it', 'success', { ok: false })
    expect(run.step('it').incident).toMatchObject({ code: 'CHECK_FAILED', message: 'Not ok.' })
    expect(run.children).toEqual([])
  })

  test('is nobody’s to hold, and is not given to anybody while it runs', () => {
    const run = started(child)
    expect(run.try({ kind: 'completed', step: 'it', attempt: 0, result: {} })).toBe('LEASE_LOST')
    expect(run.try({ kind: 'reassigned', step: 'it', by: pat.id, to: { role: 'boss' } })).toBe('NOT_POSSIBLE')
    run.endChild('it', 'failed').must({ kind: 'reassigned', step: 'it', by: pat.id, to: { role: 'boss' } })
    run.do('it', { output: { x: 1 } }, quinn)
    expect(run.state.status).toBe('COMPLETED')
  })
})
