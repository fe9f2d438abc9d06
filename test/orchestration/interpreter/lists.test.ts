/** Lists: each item is worked on, as many at once as there may be. */
import { describe, expect, test } from 'vitest'
import { fatal, started } from '../../support/orchestration.ts'

const list = (more = '', activity = 'type: agentTask, role: clerk') => `
  start: each
  nodes:
    each:
      type: forEach
      items: '= input.items'
      limit: 4
      ${more}
      do: { ${activity}, input: { what: '= item', at: '= index' } }
      output: { all: '= results' }
      next: done
    done: { type: end }`
const items = (...given: unknown[]) => ({ items: given as string[] })

describe('a list', () => {
  test('is worked on in parallel, and its results keep the order of the items', () => {
    const run = started(list(), items('a', 'b', 'c'))
    expect(run.step('each.1').input).toEqual({ what: 'b', at: 1 })
    run.do('each.2', 3).do('each.0', 1).do('each.1', 2)
    expect(run.state).toMatchObject({ status: 'COMPLETED', context: { all: [1, 2, 3] } })
  })

  test('has no more items under way than it may', () => {
    const run = started(list('parallel: 2'), items('a', 'b', 'c', 'd'))
    expect(Object.keys(run.states)).toEqual(['each', 'each.0', 'each.1'])
    run.do('each.1')
    expect(Object.keys(run.states)).toEqual(['each', 'each.0', 'each.1', 'each.2'])
  })

  test('is worked on one after the other where it may have one at once', () => {
    const run = started(list('parallel: 1'), items('a', 'b')).do('each.0')
    expect(run.states).toEqual({ each: 'WAITING', 'each.0': 'COMPLETED', 'each.1': 'READY' })
  })

  test('without items is done at once', () => {
    expect(started(list(), items()).state).toMatchObject({ status: 'COMPLETED', context: { all: [] } })
  })

  test.each([
    ['is too long', items(1, 2, 3, 4, 5), 'takes 4 at most'],
    ['is none', { items: 'abc' }, 'not a list'],
    ['is missing', {}, 'items'],
  ])('that %s waits for an operator, and nothing has begun', (_, input, message) => {
    const run = started(list(), input)
    expect(run.step('each')).toMatchObject({ state: 'FAILED', incident: { code: 'EXPRESSION_FAILED' } })
    expect(run.step('each').incident?.message).toContain(message)
    expect(Object.keys(run.states)).toEqual(['each'])
  })

  test('that has enough cancels the items that are open', () => {
    const run = started(list(`until: '= completed >= 2'`), items('a', 'b', 'c'))
      .do('each.0', 'x')
      .do('each.2', 'y')
    expect(run.states).toMatchObject({ 'each.1': 'CANCELLED', each: 'COMPLETED' })
    expect(run.state.context).toEqual({ all: ['x', null, 'y'] })
  })

  test('that has enough lets an operation that runs end', () => {
    const operation = `type: operation, role: clerk, document: '{ a }'`
    const run = started(list(`until: '= completed >= 1'`, operation), items('a', 'b')).invoke('each.1').run('each.0')
    expect(run.state.status).toBe('COMPLETED')
    run.complete('each.1')
    expect(run.states).toMatchObject({ 'each.1': 'COMPLETED' })
    expect(run.state.status).toBe('COMPLETED')
  })

  test('waits for an item that has failed, until an operator skips it', () => {
    const run = started(list(), items('a', 'b')).do('each.0', 1).claim('each.1').fail('each.1', fatal)
    expect(run.state.status).toBe('RUNNING')
    run.must({ kind: 'skipped', step: 'each.1', by: 'person:pat', result: 2 })
    expect(run.state).toMatchObject({ status: 'COMPLETED', context: { all: [1, 2] } })
  })

  test('that has enough takes the incidents of its items from the operators', () => {
    const run = started(list(`until: '= completed >= 1'`), items('a', 'b')).claim('each.0').fail('each.0', fatal)
    run.do('each.1', 1)
    expect(run.step('each.0')).toMatchObject({ state: 'FAILED', incident: null })
  })

  test('whose condition fails waits for an operator, and counts what is done meanwhile', () => {
    const run = started(list(`until: '= context.enough'`), items('a', 'b')).do('each.0', 1)
    expect(run.step('each').incident).not.toBeNull()
    run.do('each.1', 2)
    expect(run.step('each').state).toBe('FAILED')
    run.must({ kind: 'contextWritten', path: 'enough', value: false, by: 'person:pat', step: null })
    run.must({ kind: 'retried', step: 'each', by: 'person:pat' })
    expect(run.state).toMatchObject({ status: 'COMPLETED', context: { all: [1, 2] } })
  })

  test('of approvals goes on behind those that are rejected', () => {
    const approval = 'type: approval, candidates: [boss], rejected: done'
    const run = started(list('', approval), items('a', 'b'))
    const boss = { id: 'person:q', kind: 'person', roles: ['boss'] } as const
    run.vote('each.0', boss, 'reject').vote('each.1', boss)
    expect(run.state.status).toBe('COMPLETED')
    expect(run.states).toMatchObject({ 'each.0': 'REJECTED', 'each.1': 'COMPLETED' })
  })
})
