/** Waiting: for a time, for an event, and with a clock that runs. */
import { describe, expect, test } from 'vitest'
import { ada, bob, pat, started } from '../../support/orchestration.ts'

const at = (minutes: number) => new Date(Date.parse('2026-06-01T09:00:00Z') + minutes * 60_000).toISOString()

describe('a timer', () => {
  const timer = (when: string) => `
    start: nap
    nodes: { nap: { type: timer, ${when}, next: done }, done: { type: end } }`

  test('waits for as long as it says', () => {
    const run = started(timer('for: PT30M')).wait(29)
    expect(run.state.status).toBe('RUNNING')
    expect(run.wait(1).state).toMatchObject({ status: 'COMPLETED', endedAt: at(30) })
  })

  test('waits until the moment that an expression gives', () => {
    const run = started(timer(`until: '= input.when'`), { when: '2026-06-01T12:00:00+01:00' })
    expect(run.dueAt('nap', 'elapsed')).toBe(at(120))
  })

  test.each(['tomorrow', '2026-06-01', '2026-06-01T12:00:00', '2026-13-01T00:00:00Z', 7])(
    'until `%s` waits for an operator: that is no moment, or another on each machine',
    (when) => {
      const run = started(timer(`until: '= input.when'`), { when })
      expect(run.step('nap').incident?.code).toBe('EXPRESSION_FAILED')
    },
  )

  test('is skipped, and what fires afterwards changes nothing', () => {
    const run = started(timer('for: PT30M')).must({ kind: 'skipped', step: 'nap', by: pat.id, result: null })
    expect(run.state.status).toBe('COMPLETED')
    expect(run.fire(run.timers[0]!).outcome).toBe('ignored')
  })

  test('that is entered again is not ended by the timer of the first time', () => {
    const run = started(`
      start: nap
      nodes:
        nap: { type: timer, for: PT30M, next: again }
        again: { type: decision, choices: [{ when: '= false', next: done }], otherwise: nap, atMost: { times: 1, then: done } }
        done: { type: end }`)
    const [first] = run.timers
    run.wait(30)
    expect(run.fire(first!).outcome).toBe('ignored')
    expect(run.states).toMatchObject({ nap: 'COMPLETED', 'nap~2': 'WAITING' })
  })
})

describe('an awaited event', () => {
  const waiting = (more = '') => `
    start: mail
    nodes:
      mail: { type: awaitEvent, event: paid, output: { sum: '= event.sum' }, ${more} next: done }
      late: { type: end, outcome: failed }
      done: { type: end }`
  const paid = (key: string | null) =>
    ({ kind: 'signalled', event: 'paid', key, payload: { sum: 5 }, by: 'service:bank' }) as const

  test('goes on with what the event brings', () => {
    expect(started(waiting()).signal('paid', { sum: 5 }).state).toMatchObject({
      status: 'COMPLETED',
      context: { sum: 5 },
    })
  })

  test('is the one with its name and its key', () => {
    const run = started(waiting(`key: '= input.order',`), { order: 17 })
    expect(run.try({ ...paid('17'), event: 'other' })).toBe('ignored')
    expect(run.try(paid('18'))).toBe('ignored')
    expect(run.try(paid(null))).toBe('ignored')
    expect(run.try(paid('17'))).toBe('applied')
  })

  test('goes another way when it does not come in time, and then comes too late', () => {
    const run = started(waiting('timeout: { after: PT1H, next: late },')).wait(60)
    expect(run.state.outcome).toBe('failed')
    expect(run.try(paid(null))).toBe('RUN_NOT_OPEN')
  })

  test('does not time out when it has come', () => {
    const run = started(waiting('timeout: { after: PT1H, next: late },')).signal('paid', { sum: 1 }).wait(120)
    expect(run.state.outcome).toBe('success')
  })

  test('whose payload lacks what is written waits for an operator, and can come again or be left out', () => {
    const run = started(waiting('timeout: { after: PT1H, next: late },')).signal('paid', {})
    expect(run.step('mail')).toMatchObject({ state: 'FAILED', incident: { code: 'EXPRESSION_FAILED' } })
    run.must({ kind: 'retried', step: 'mail', by: pat.id }).signal('paid', {})
    run.must({ kind: 'skipped', step: 'mail', by: pat.id, result: { sum: 9 } })
    expect(run.state).toMatchObject({ status: 'COMPLETED', context: { sum: 9 } })
  })

  test('is awaited in all branches at once', () => {
    const run = started(`
      start: split
      nodes:
        split: { type: parallel, branches: [one, two], join: meet }
        one: { type: awaitEvent, event: paid, next: meet }
        two: { type: awaitEvent, event: paid, next: meet }
        meet: { type: join, next: done }
        done: { type: end }`)
    expect(run.signal('paid').state.status).toBe('COMPLETED')
  })
})

describe('a deadline', () => {
  const task = (deadlines: string, more = '') => `
    start: it
    ${more}
    nodes:
      it:
        type: agentTask
        role: clerk
        retry: { backoff: PT5M }
        deadlines: ${deadlines}
        escalation: [{ to: another-agent }]
        next: done
      done: { type: end }`

  test('for the start is over when nobody has come, at every level', () => {
    const run = started(task('{ start: { within: PT10M } }')).wait(10)
    expect(run.step('it')).toMatchObject({ level: 1, state: 'READY' })
    run.wait(10)
    expect(run.step('it')).toMatchObject({ level: 2, candidates: ['owner'] })
    run.wait(10)
    expect(run.step('it')).toMatchObject({ state: 'FAILED', incident: { code: 'ESCALATION_EXHAUSTED' } })
  })

  test('for the start begins when the task can be claimed', () => {
    const run = started(task('{ start: { within: PT10M } }')).claim('it').fail('it')
    expect(run.dueAt('it', 'start')).toBe(at(15))
  })

  test('for the start means nothing once the task is claimed', () => {
    const run = started(task('{ start: { within: PT10M } }')).claim('it').wait(60)
    expect(run.step('it')).toMatchObject({ level: 0, state: 'CLAIMED' })
  })

  test('for the completion takes the task from its holder, after a word that it is at risk', () => {
    const run = started(task('{ completion: { within: PT10M } }')).claim('it').wait(8)
    expect(run.told('it')).toContain('task.at-risk')
    run.wait(2)
    expect(run.step('it')).toMatchObject({ level: 1, state: 'READY' })
    expect(run.try({ kind: 'completed', step: 'it', attempt: 1, result: {} })).toBe('LEASE_LOST')
    expect(run.try({ kind: 'claimed', step: 'it', by: ada })).toBe('NOT_ELIGIBLE')
    expect(run.claim('it', bob).step('it').attempt).toBe(2)
  })

  test('only tells where it is to notify, and leaves what the engine runs alone', () => {
    const run = started(task('{ completion: { within: PT10M, then: notify } }')).claim('it').wait(20)
    expect(run.told('it')).toContain('task.breached')
    expect(run.step('it')).toMatchObject({ level: 0, state: 'CLAIMED' })
    const operation = started(`
      start: it
      nodes:
        it: { type: operation, role: clerk, document: '{ a }', deadlines: { completion: { within: PT1M } }, next: done }
        done: { type: end }`)
    expect(operation.invoke('it').wait(5).step('it')).toMatchObject({ level: 0, state: 'IN_PROGRESS' })
  })

  const asking = (run: ReturnType<typeof started>) =>
    run.must({ kind: 'inputRequested', step: 'it', attempt: run.step('it').attempt, question: '?', from: null })
  const answer = { kind: 'inputGiven', step: 'it', by: pat.id, answer: '!' } as const

  test('is later by the time in which the clock stands still', () => {
    const run = started(task('{ completion: { within: PT10M } }', 'pauseClock: [INPUT_REQUIRED]')).claim('it').wait(5)
    asking(run).wait(60)
    expect(run.step('it')).toMatchObject({ state: 'INPUT_REQUIRED', level: 0 })
    run.must(answer)
    expect(run.dueAt('it', 'completion')).toBe(at(70))
    run.claim('it').wait(5)
    expect(run.step('it').level).toBe(1)
  })

  test('that has passed is told once, however often the clock stands still afterwards', () => {
    const run = started(task('{ completion: { within: PT10M } }', 'pauseClock: [INPUT_REQUIRED]')).wait(10).claim('it')
    asking(run).must(answer).wait(1)
    expect(run.told('it').filter((name) => name === 'task.breached')).toHaveLength(1)
    expect(run.step('it').level).toBe(1)
  })

  test('that fires twice is told once', () => {
    const run = started(task('{ completion: { within: PT10M } }'))
    const timer = run.timers.find((each) => each.timer === 'completion')!
    expect([run.fire(timer).outcome, run.fire(timer).outcome]).toEqual(['applied', 'ignored'])
    expect(run.step('it').level).toBe(1)
  })

  test('that a calendar cannot tell any more has no alarm', () => {
    const run = started(task('{ start: { within: P9999W }, completion: { within: P9999W } }'))
    expect(run.step('it').state).toBe('READY')
    expect(run.timers).toEqual([])
  })
})
