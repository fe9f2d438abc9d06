/** The way through a definition: decisions, forks with their joins, loops, milestones and ends. */
import { describe, expect, test } from 'vitest'
import { fatal, started } from '../../support/orchestration.ts'

const fork = (when: string, branches = '[left, right, third]') => `
  start: split
  nodes:
    split: { type: parallel, branches: ${branches}, join: meet }
    left: { type: agentTask, role: clerk, next: meet }
    right: { type: operation, role: clerk, document: '{ a }', next: meet }
    third: { type: humanTask, candidates: [owner], next: meet }
    meet: { type: join, when: ${when}, next: after }
    after: { type: agentTask, role: clerk, next: done }
    done: { type: end }`

describe('a fork', () => {
  test('with a join for all goes on when the last branch has come', () => {
    const run = started(fork('all')).do('left').run('right')
    expect(run.states).not.toHaveProperty('after')
    run.claim('third', { id: 'person:pat', kind: 'person', roles: ['owner'] }).complete('third')
    expect(run.states).toMatchObject({ split: 'COMPLETED', after: 'READY' })
  })

  test('with a join for the first goes on at once and cancels the others', () => {
    const run = started(fork('first')).do('left')
    expect(run.states).toMatchObject({ split: 'COMPLETED', right: 'CANCELLED', third: 'CANCELLED', after: 'READY' })
  })

  test('with a join for two of three goes on at the second', () => {
    const run = started(fork('{ atLeast: 2 }')).do('left')
    expect(run.states).not.toHaveProperty('after')
    run.run('right')
    expect(run.states).toMatchObject({ third: 'CANCELLED', after: 'READY' })
  })

  test('lets an operation that runs when the join fires end, and nothing follows from it', () => {
    const run = started(fork('first')).invoke('right').do('left')
    expect(run.step('right')).toMatchObject({ state: 'IN_PROGRESS', abandoned: true })
    run.complete('right', { a: 1 })
    expect(run.states).toEqual({
      split: 'COMPLETED',
      left: 'COMPLETED',
      right: 'COMPLETED',
      third: 'CANCELLED',
      meet: 'COMPLETED',
      after: 'READY',
    })
  })

  test('does not do an operation again that fails when its branch is lost', () => {
    const run = started(fork('first')).invoke('right').do('left').fail('right')
    expect(run.step('right')).toMatchObject({ state: 'FAILED', incident: null })
    expect(run.invocations).toEqual([])
  })

  test('takes the incident of a lost branch from the operators, who can do nothing about it any more', () => {
    const run = started(fork('first')).invoke('right').fail('right', fatal)
    expect(run.step('right').incident).not.toBeNull()
    run.do('left')
    expect(run.step('right')).toMatchObject({ state: 'FAILED', incident: null })
    expect(run.try({ kind: 'retried', step: 'right', by: 'person:pat' })).toBe('TASK_NOT_OPEN')
    expect(run.try({ kind: 'skipped', step: 'right', by: 'person:pat', result: {} })).toBe('TASK_NOT_OPEN')
    expect(run.states).not.toHaveProperty('after~2')
  })

  test('inside a fork is cancelled with its branch', () => {
    const run = started(`
      start: outer
      nodes:
        outer: { type: parallel, branches: [quick, inner], join: end-outer }
        quick: { type: agentTask, role: clerk, next: end-outer }
        inner: { type: parallel, branches: [one, two], join: end-inner }
        one: { type: agentTask, role: clerk, next: end-inner }
        two: { type: agentTask, role: clerk, next: end-inner }
        end-inner: { type: join, next: end-outer }
        end-outer: { type: join, when: first, next: done }
        done: { type: end }`)
    run.do('one').do('quick')
    expect(run.state.status).toBe('COMPLETED')
    expect(run.states).toMatchObject({ inner: 'CANCELLED', one: 'COMPLETED', two: 'CANCELLED' })
  })

  test('of which a branch has nothing to do joins in the event that entered it', () => {
    const run = started(`
      start: split
      nodes:
        split: { type: parallel, branches: [nothing, task], join: meet }
        nothing: { type: milestone, next: meet }
        task: { type: agentTask, role: clerk, next: meet }
        meet: { type: join, when: first, next: done }
        done: { type: end }`)
    expect(run.states).toEqual({ split: 'COMPLETED', nothing: 'COMPLETED', meet: 'COMPLETED', done: 'COMPLETED' })
  })
})

describe('a decision', () => {
  const choose = `
    start: choose
    nodes:
      choose:
        type: decision
        choices:
          - { when: '= input.total > 1000.0', next: large }
          - { when: '= input.total > 10.0', next: middle }
        otherwise: small
      large: { type: end, output: { size: large } }
      middle: { type: end, outcome: business_rejected, output: { size: '= input.total' } }
      small: { type: end, outcome: failed }`

  test('takes the first choice that holds, and otherwise the rest', () => {
    expect(started(choose, { total: 2000.5 }).state).toMatchObject({ status: 'COMPLETED', outcome: 'success' })
    const middle = started(choose, { total: 100.5 }).state
    expect(middle).toMatchObject({ status: 'COMPLETED', outcome: 'business_rejected', output: { size: 100.5 } })
    expect(started(choose, { total: 1.5 }).state).toMatchObject({ status: 'FAILED', outcome: 'failed' })
  })

  test('that cannot be made waits for an operator, who can have it made again', () => {
    const run = started(choose)
    expect(run.step('choose')).toMatchObject({ state: 'FAILED', incident: { code: 'EXPRESSION_FAILED' } })
    expect(run.state.status).toBe('RUNNING')
    expect(run.try({ kind: 'skipped', step: 'choose', by: 'person:pat', result: null })).toBe('NOT_POSSIBLE')
    expect(run.try({ kind: 'reassigned', step: 'choose', by: 'person:pat', to: { role: 'clerk' } })).toBe(
      'NOT_POSSIBLE',
    )
    expect(run.try({ kind: 'retried', step: 'choose', by: 'person:pat' })).toBe('applied')
    expect(run.step('choose').state).toBe('FAILED')
  })
})

describe('a loop', () => {
  const loop = (times: number) => `
    start: work
    nodes:
      work: { type: agentTask, role: clerk, next: enough }
      enough:
        type: decision
        choices: [{ when: '= context.good', next: done }]
        otherwise: work
        atMost: { times: ${times}, then: given-up }
      given-up: { type: end, outcome: failed }
      done: { type: end }`

  test('names each round, and leaves by its other way after the last', () => {
    const run = started(loop(2)).must({
      kind: 'contextWritten',
      path: 'good',
      value: false,
      by: 'agent:ada',
      step: null,
    })
    run.do('work').do('work~2').do('work~3')
    expect(run.state.status).toBe('FAILED')
    expect(Object.keys(run.states)).toEqual(['work', 'enough', 'work~2', 'enough~2', 'work~3', 'given-up'])
  })

  test('without anybody’s work ends after the last round of many', () => {
    const run = started(`
      start: a
      nodes:
        a: { type: milestone, next: b }
        b: { type: decision, choices: [{ when: '= false', next: done }], otherwise: a, atMost: { times: 1000, then: done } }
        done: { type: end }`)
    expect(run.state).toMatchObject({ status: 'COMPLETED', visits: { a: 1001, b: 1000 } })
  })

  test('may have nodes with names that JavaScript gives to other things', () => {
    const run = started(`
      start: constructor
      nodes:
        constructor: { type: milestone, next: valueOf }
        valueOf: { type: decision, choices: [{ when: '= false', next: toString }], otherwise: constructor, atMost: { times: 2, then: toString } }
        toString: { type: end }`)
    expect(Object.keys(run.states)).toEqual([
      ...['constructor', 'valueOf', 'constructor~2', 'valueOf~2', 'constructor~3'],
      'toString',
    ])
  })
})

test('a milestone is told, and the run goes on', () => {
  const run = started(`
    start: half
    nodes: { half: { type: milestone, title: Half done, next: done }, done: { type: end } }`)
  expect(run.notices.find(({ name }) => name === 'milestone.reached')).toMatchObject({ data: { title: 'Half done' } })
  expect(run.state.status).toBe('COMPLETED')
})
