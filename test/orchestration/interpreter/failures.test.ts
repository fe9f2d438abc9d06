/** What fails: done again after a while, given to others up to the owner, or brought before an operator. */
import { describe, expect, test } from 'vitest'
import { ada, bob, business, fatal, pat, retryable, sam, started } from '../../support/orchestration.ts'

const task = (more = '') => `
  start: it
  nodes:
    it: { type: agentTask, role: clerk, ${more} next: done }
    done: { type: end }`
const afterMinutes = (minutes: number) => new Date(Date.parse('2026-06-01T09:00:00Z') + minutes * 60_000).toISOString()

describe('an attempt that may be made again', () => {
  test('waits longer each time, and never longer than it may', () => {
    const run = started(task('retry: { max: 4, backoff: PT1M, factor: 3, maxBackoff: PT10M },'))
    const waits = [1, 3, 9, 10]
    let now = 0
    for (const minutes of waits) {
      run.claim('it').fail('it')
      expect(run.step('it').readyAt).toBe(afterMinutes(now + minutes))
      expect(run.try({ kind: 'claimed', step: 'it', by: ada })).toBe('TASK_NOT_OPEN')
      now += minutes
      run.wait(minutes)
    }
    run.claim('it').fail('it')
    expect(run.step('it')).toMatchObject({ level: 1, candidates: ['owner'] })
  })

  test('is one whose holder was silent, and its result is not taken any more', () => {
    const run = started(task('retry: { max: 1 },')).claim('it').held('leaseExpired', 'it')
    expect(run.step('it')).toMatchObject({ state: 'READY', failed: [ada.id], charged: 1 })
    expect(run.try({ kind: 'completed', step: 'it', attempt: 1, result: {} })).toBe('LEASE_LOST')
  })

  test('is one whose result breaks a check', () => {
    const run = started(task(`checks: [{ expect: '= result.n > 1', message: Too small. }],`)).do('it', { n: 1 })
    expect(run.step('it')).toMatchObject({ state: 'READY', lastError: { code: 'CHECK_FAILED', message: 'Too small.' } })
    run.wait(1).do('it', { n: 2 })
    expect(run.state.status).toBe('COMPLETED')
  })
})

describe('escalation', () => {
  const chain = task('retry: { max: 0 }, escalation: [{ to: another-agent }, { to: { role: senior } }],')

  test('goes through all levels, to the owner, and then to an operator', () => {
    const run = started(chain).claim('it').fail('it')
    expect(run.step('it')).toMatchObject({ level: 1, candidates: ['clerk'], excluded: [ada.id] })
    expect(run.try({ kind: 'claimed', step: 'it', by: ada })).toBe('NOT_ELIGIBLE')
    run.claim('it', bob).fail('it')
    expect(run.step('it')).toMatchObject({ level: 2, candidates: ['senior'], excluded: [] })
    run.claim('it', sam).fail('it', business)
    expect(run.step('it')).toMatchObject({ level: 3, candidates: ['owner'] })
    run.claim('it', pat).fail('it')
    expect(run.step('it')).toMatchObject({ state: 'FAILED', incident: { code: 'ESCALATION_EXHAUSTED' } })
    const escalated = run.effects.filter(({ kind }) => kind === 'escalate')
    expect(escalated).toMatchObject([
      { level: 1, trigger: 'retries_exhausted', to: 'another agent' },
      { level: 2, trigger: 'retries_exhausted', to: 'senior' },
      { level: 3, trigger: 'business_failure', to: 'owner' },
    ])
  })

  test('gives each level all its attempts', () => {
    const run = started(task('retry: { max: 1, backoff: PT0S }, escalation: [{ to: { role: senior } }],'))
    run.claim('it').fail('it').claim('it').fail('it')
    expect(run.step('it')).toMatchObject({ level: 1, charged: 0 })
    run.claim('it', sam).fail('it')
    expect(run.step('it')).toMatchObject({ level: 1, charged: 1 })
  })

  test('to another agent is not to the one that has asked for it', () => {
    const run = started(chain).claim('it').must({ kind: 'escalated', step: 'it', attempt: 1, reason: 'Too hard.' })
    expect(run.try({ kind: 'claimed', step: 'it', by: ada })).toBe('NOT_ELIGIBLE')
    expect(run.try({ kind: 'claimed', step: 'it', by: bob })).toBe('applied')
  })

  test('is where an offer goes that nobody can take, once for each offer', () => {
    const run = started(chain)
    const nobody = { kind: 'nobodyEligible', step: 'it', generation: 1 } as const
    run.must(nobody)
    expect(run.try(nobody)).toBe('ignored')
    expect(run.step('it').level).toBe(1)
  })
})

describe('an incident', () => {
  test('stops the step and nothing else, until it is done again from the beginning', () => {
    const run = started(task('escalation: [{ to: { role: senior } }],')).claim('it').fail('it', business)
    run.claim('it', sam).fail('it', fatal)
    expect(run.state.status).toBe('RUNNING')
    expect(run.step('it').incident).toEqual({ code: 'FATAL_ERROR', message: 'It did not work.', at: afterMinutes(0) })
    run.must({ kind: 'retried', step: 'it', by: pat.id })
    expect(run.step('it')).toMatchObject({ state: 'READY', level: 0, candidates: ['clerk'], failed: [], endedAt: null })
    expect(run.step('it').incident).toBeNull()
  })

  test('is skipped with a result that the run goes on with', () => {
    const run = started(task(`output: { x: '= result.n' },`)).claim('it').fail('it', fatal)
    run.must({ kind: 'skipped', step: 'it', by: pat.id, result: { n: 4 } })
    expect(run.state).toMatchObject({ status: 'COMPLETED', context: { x: 4 } })
  })

  test('is given to somebody, with all attempts', () => {
    const run = started(task('retry: { max: 1, backoff: PT0S },')).claim('it').fail('it').claim('it').fail('it')
    run.claim('it', pat).fail('it').claim('it', pat).fail('it')
    run.must({ kind: 'reassigned', step: 'it', by: pat.id, to: { principal: ada.id } })
    expect(run.step('it')).toMatchObject({ state: 'READY', target: ada.id, charged: 0, incident: null })
    run.claim('it', ada).fail('it', retryable)
    expect(run.step('it')).toMatchObject({ state: 'READY', charged: 1 })
  })

  test.each([
    ['input', `input: { x: '= input.x' },`],
    ['checks', `checks: [{ expect: '= result.ok', message: No. }],`],
    ['output', `output: { a: 1, b: '= result.b' },`],
  ])('is what an expression of the %s that fails becomes, and nothing is half written', (_, more) => {
    const run = started(task(more))
    if (run.step('it').state === 'READY') run.do('it')
    expect(run.step('it')).toMatchObject({ state: 'FAILED', incident: { code: 'EXPRESSION_FAILED' } })
    expect(run.state.context).toEqual({})
    expect(run.try({ kind: 'retried', step: 'it', by: pat.id })).toBe('applied')
  })
})

describe('the context', () => {
  const merging = `
    start: it
    merge: { log: append, top: max, once: reject, deep.log: append }
    nodes:
      it: { type: agentTask, role: clerk, output: { log: '= result.log', once: '= result.once' }, next: done }
      done: { type: end }`
  const write = (path: string, value: unknown) =>
    ({ kind: 'contextWritten', path, value: value as string, by: ada.id, step: null }) as const

  test('is merged as each path declares', () => {
    const run = started(merging)
    for (const [path, value] of Object.entries({ log: 1, top: 3, plain: 1, 'deep.log': 1 }))
      run.must(write(path, value))
    for (const [path, value] of Object.entries({ log: 2, top: 2, plain: 2, 'deep.log': 2 }))
      run.must(write(path, value))
    expect(run.state.context).toEqual({ log: [1, 2], top: 3, plain: 2, deep: { log: [1, 2] } })
  })

  test('does not take what a path does not', () => {
    const run = started(merging).must(write('once', 1))
    expect(run.try(write('once', 2))).toBe('NOT_POSSIBLE')
    expect(run.try(write('top', 'high'))).toBe('NOT_POSSIBLE')
    expect(run.state.context).toEqual({ once: 1 })
  })

  test.each(['', 'a..b', '.a', '1a', '__proto__', 'a.__proto__.b', 'ä'])('has no path `%s`', (path) => {
    expect(started(merging).try(write(path, 1))).toBe('NOT_POSSIBLE')
  })

  test('may have paths with names that JavaScript gives to other things', () => {
    const run = started(merging).must(write('constructor', 1)).must(write('toString.valueOf', 2))
    expect(JSON.parse(JSON.stringify(run.state.context))).toEqual({ constructor: 1, toString: { valueOf: 2 } })
  })

  test('has all that a task gives or nothing of it', () => {
    const run = started(merging).must(write('once', 1)).do('it', { log: 'x', once: 2 })
    expect(run.step('it').incident?.message).toContain('once')
    expect(run.state.context).toEqual({ once: 1 })
    expect(run.effects.filter(({ kind }) => kind === 'writeContext')).toHaveLength(1)
  })
})
