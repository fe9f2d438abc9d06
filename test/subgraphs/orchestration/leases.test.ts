/** Tasks through the subgraph, as an agent works on them: claimed, begun, kept, completed, failed, lost, handed on. */
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../../storage/database.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import {
  type WorkflowDesk,
  jonas,
  maria,
  omar,
  openWorkflowDesk,
  otherSupport,
  sales,
  support,
} from '../../support/workflow-desk.ts'

const topic = JSON.stringify({ topic: 'invoice' })

for (const kind of databaseKinds()) {
  describe(`leases on ${kind}`, () => {
    let database: Database
    let desk: WorkflowDesk
    beforeAll(async () => {
      database = await createDatabase(kind)
      desk = await openWorkflowDesk(database)
    })
    beforeEach(async () => {
      // What an earlier test has left is nobody's work any more.
      const open = await database.kysely.selectFrom('mandate.runs').select('id').where('ended_at', 'is', null).execute()
      for (const { id } of open) await desk.deliver(id, { kind: 'cancelled', by: 'person:test', reason: 'over' })
    })
    afterAll(async () => {
      await desk[Symbol.asyncDispose]()
      await database.close()
    })

    /** The holder is silent until its lease ends. */
    async function beSilent(run: string, attempt = 1): Promise<void> {
      await desk.deliver(run, { kind: 'leaseExpired', step: 'answer', attempt })
    }

    test('a task is claimed, begun, kept and completed, and its run goes on', async () => {
      const run = await desk.run(support)
      const { payload } = await desk.act(support, 'claimTasks', { role: 'support-agent' })
      const [{ task, lease }] = payload.claimed
      expect(payload.atLimit).toBe(false)
      expect(task).toMatchObject({ id: `${run}:answer`, run, state: 'CLAIMED', holder: 'agent:support-1', attempt: 1 })
      expect(Date.parse(lease.until) - Date.now()).toBeGreaterThan(25_000)
      const held = { task: task.id, leaseToken: lease.token }

      const begun = await desk.act(support, 'beginTask', held)
      expect(begun.payload).toMatchObject({ task: { state: 'IN_PROGRESS' }, replayed: false })
      expect((await desk.act(support, 'beginTask', held)).payload).toMatchObject({ replayed: true })
      await delay(5)
      const beat = await desk.act(support, 'heartbeatTask', held)
      expect(Date.parse(beat.payload.until)).toBeGreaterThan(Date.parse(lease.until))

      const usage = { inputTokens: 900, outputTokens: 80, toolCalls: 2, costEur: '0.0125' }
      const done = await desk.act(support, 'completeTask', { ...held, result: topic, usage, confidence: 0.9 })
      expect(done.payload).toMatchObject({ task: { state: 'COMPLETED', result: topic }, replayed: false })
      const attempt = await database.kysely
        .selectFrom('mandate.task_attempts')
        .select(['outcome', 'usage', 'confidence'])
        .where('run_id', '=', run)
        .executeTakeFirst()
      expect(attempt).toMatchObject({
        outcome: 'completed',
        usage: { inputTokens: 900, costEur: 0.0125 },
        confidence: 0.9,
      })
      const shown = await desk.ask(maria, `{ task(id: "${run}:decide") { state kind } run(id: "${run}") { context } }`)
      expect(shown.data).toEqual({
        task: { state: 'READY', kind: 'APPROVAL' },
        run: { context: JSON.stringify({ topic: 'invoice' }) },
      })
    })

    test('what an agent needs for its work is on the task', async () => {
      const run = await desk.run(support, { text: 'Where is my order?' })
      const { data } = await desk.ask(
        support,
        `{ task(id: "${run}:answer") { title instructions input resultSchema workflow kind priority readyAt } }`,
      )
      expect(data['task']).toMatchObject({
        title: 'Answer the mail',
        instructions: 'Be short and kind.',
        input: JSON.stringify({ text: 'Where is my order?' }),
        workflow: 'mail',
        kind: 'AGENT_TASK',
        priority: 4,
      })
      expect(JSON.parse(data['task'].resultSchema)).toMatchObject({ required: ['topic'] })
    })

    test('of two who claim at once one has the task', async () => {
      await desk.run(support)
      const both = await Promise.all(
        [support, otherSupport].map((each) => desk.act(each, 'claimTasks', { role: 'support-agent' })),
      )
      expect(both.map(({ payload }) => payload.claimed.length).toSorted()).toEqual([0, 1])
    })

    test('by its id, a task that somebody has just taken is said to be taken', async () => {
      const run = await desk.run(support)
      const both = await Promise.all(
        [support, otherSupport].map((each) => desk.act(each, 'claimTask', { task: `${run}:answer` })),
      )
      const lost = both.find(({ payload }) => payload === null)
      expect(both.filter(({ payload }) => payload?.claimed.length === 1)).toHaveLength(1)
      expect(['TASK_TAKEN', 'NOT_FOUND']).toContain(lost?.code)
    })

    test('a lease that is lost changes nothing, and whoever has the task now goes on', async () => {
      const run = await desk.run(support)
      const held = await desk.claim(support)
      await beSilent(run)
      const again = await desk.claim(otherSupport)
      for (const [name, more] of [
        ['beginTask', {}],
        ['heartbeatTask', {}],
        ['completeTask', { result: topic }],
        ['failTask', { class: 'FATAL', code: 'LATE', message: 'Late' }],
        ['releaseTask', {}],
      ] as const) {
        const { code, extensions } = await desk.act(support, name, { ...held, ...more })
        expect([name, code]).toEqual([name, 'LEASE_LOST'])
        expect(extensions['next']).toMatch(/^Stop working/u)
      }
      expect((await desk.act(otherSupport, 'completeTask', { ...again, result: topic })).payload.task.state).toBe(
        'COMPLETED',
      )
    })

    test('the token of somebody else is no lease', async () => {
      await desk.run(support)
      const held = await desk.claim(support)
      expect((await desk.act(otherSupport, 'completeTask', { ...held, result: topic })).code).toBe('NOT_FOUND')
      expect((await desk.act(maria, 'releaseTask', held)).code).toBe('LEASE_LOST')
      expect((await desk.act(support, 'completeTask', { ...held, leaseToken: 'guessed', result: topic })).code).toBe(
        'LEASE_LOST',
      )
    })

    test('a result that does not fit is refused with each problem, and the lease goes on', async () => {
      await desk.run(support)
      const held = await desk.claim(support)
      const { code, extensions, message } = await desk.act(support, 'completeTask', { ...held, result: '{"topic": 7}' })
      expect(code).toBe('RESULT_INVALID')
      expect(extensions['problems']).toEqual([{ path: 'topic', message: '`result.topic` must be a text' }])
      expect(message).toContain('`result.topic` must be a text')
      expect((await desk.act(support, 'heartbeatTask', held)).payload.until).not.toBeNull()
      expect((await desk.act(support, 'completeTask', { ...held, result: topic })).code).toBeNull()
    })

    test.each([
      ['{"topic": ', 'must be JSON'],
      [JSON.stringify({ topic: 'x'.repeat(70_000) }), 'at most 64 KB'],
      ['['.repeat(80) + ']'.repeat(80), 'at most 64 levels'],
    ])('a result that is no JSON, or too large, is refused by its name (%#)', async (result, problem) => {
      await desk.run(support)
      const held = await desk.claim(support)
      const { code, extensions, message } = await desk.act(support, 'completeTask', { ...held, result })
      expect(code).toBe('INVALID_INPUT')
      expect(extensions['argument']).toBe('input.result')
      expect(message).toContain(problem)
    })

    test('the same result sent again is known; another one is late', async () => {
      await desk.run(support)
      const held = await desk.claim(support)
      await desk.act(support, 'completeTask', { ...held, result: topic })
      const again = await desk.act(support, 'completeTask', { ...held, result: ' { "topic" : "invoice" } ' })
      expect(again.payload).toMatchObject({ replayed: true, task: { state: 'COMPLETED' } })
      expect((await desk.act(support, 'completeTask', { ...held, result: '{"topic":"other"}' })).code).toBe(
        'LEASE_LOST',
      )
      expect((await desk.act(otherSupport, 'completeTask', { ...held, result: topic })).code).not.toBeNull()
    })

    test('a result that breaks a check is a failed attempt, and the payload says so', async () => {
      await desk.run(support)
      const held = await desk.claim(support)
      const { payload } = await desk.act(support, 'completeTask', { ...held, result: '{"topic":"spam"}' })
      expect(payload.task).toMatchObject({
        state: 'READY',
        holder: null,
        lastError: { class: 'RETRYABLE', code: 'CHECK_FAILED', message: 'Spam is not answered.' },
      })
    })

    test('what fails for good is brought before an operator', async () => {
      const run = await desk.run(support)
      const held = await desk.claim(support)
      const failure = { class: 'FATAL', code: 'crm away', message: 'No answer' }
      expect((await desk.act(support, 'failTask', { ...held, ...failure })).code).toBe('INVALID_INPUT')
      const { payload } = await desk.act(support, 'failTask', { ...held, ...failure, code: 'CRM_AWAY' })
      expect(payload.task).toMatchObject({ state: 'FAILED', lastError: { class: 'FATAL', code: 'CRM_AWAY' } })
      const { data } = await desk.ask(omar, `{ runs(filter: { hasIncident: true }) { nodes { id hasIncident } } }`)
      expect(data['runs'].nodes).toEqual([{ id: run, hasIncident: true }])
    })

    test('a task that is given back or handed on is no longer its holder’s', async () => {
      await desk.run(support)
      const released = await desk.act(support, 'releaseTask', await desk.claim(support))
      expect(released.payload.task).toMatchObject({ state: 'READY', holder: null })
      const held = await desk.claim(support)
      const nobody = await desk.act(support, 'handOffTask', { ...held, note: 'Yours' })
      expect(nobody).toMatchObject({ code: 'INVALID_INPUT', extensions: { argument: 'input' } })
      const unknown = await desk.act(support, 'handOffTask', { ...held, role: 'no-such-role', note: 'Yours' })
      expect(unknown).toMatchObject({ code: 'INVALID_INPUT', extensions: { argument: 'input.role' } })
      const { payload } = await desk.act(support, 'handOffTask', { ...held, role: 'sales-agent', note: 'About a sale' })
      expect(payload.task).toMatchObject({ state: 'READY', candidates: ['sales-agent'] })
      expect((await desk.claim(sales)).task).toBe(held.task)
    })

    test('who waits is woken when there is work', async () => {
      const before = Date.now()
      const waiting = desk.act(support, 'claimTasks', { role: 'support-agent', wait: '8s' })
      await delay(100)
      await desk.run(maria)
      expect((await waiting).payload.claimed).toHaveLength(1)
      expect(Date.now() - before).toBeLessThan(5_000)
    })

    test('who waits for nothing is answered when the time is up, or goes away', async () => {
      const { payload } = await desk.act(support, 'claimTasks', { role: 'support-agent', wait: '1s' })
      expect(payload).toEqual({ claimed: [], atLimit: false })
      const gone = await desk.act(
        support,
        'claimTasks',
        { role: 'support-agent', wait: '8s' },
        AbortSignal.timeout(100),
      )
      expect(gone.payload?.claimed ?? []).toEqual([])
      const run = await desk.run(support)
      expect((await desk.ask(support, `{ task(id: "${run}:answer") { state } }`)).data['task'].state).toBe('READY')
    })

    test.each(['9s', '1m', '-1s', 'soon'])('a wait of %s is refused', async (wait) => {
      const { code, extensions } = await desk.act(support, 'claimTasks', { role: 'support-agent', wait })
      expect([code, extensions['argument']]).toEqual(['INVALID_INPUT', 'input.wait'])
    })

    test('only roles that the caller holds, and 1 to 10 at once', async () => {
      const { code, message } = await desk.act(support, 'claimTasks', { role: 'sales-agent' })
      expect(code).toBe('NOT_ELIGIBLE')
      expect(message).toContain('yours are: `support-agent`')
      for (const max of [0, 11]) {
        expect((await desk.act(support, 'claimTasks', { role: 'support-agent', max })).code).toBe('INVALID_INPUT')
      }
    })

    test('ten at once, and not one more', async () => {
      for (let n = 0; n < 12; n += 1) await desk.run(support)
      const { payload } = await desk.act(support, 'claimTasks', { role: 'support-agent', max: 8 })
      expect([payload.claimed.length, payload.atLimit]).toEqual([8, false])
      const rest = await desk.act(support, 'claimTasks', { role: 'support-agent', max: 8 })
      expect([rest.payload.claimed.length, rest.payload.atLimit]).toEqual([2, true])
      const before = Date.now()
      const none = await desk.act(support, 'claimTasks', { role: 'support-agent', wait: '8s' })
      expect(none.payload).toEqual({ claimed: [], atLimit: true })
      expect(Date.now() - before).toBeLessThan(5_000)
      expect(
        (await desk.act(otherSupport, 'claimTasks', { role: 'support-agent', max: 8 })).payload.claimed,
      ).toHaveLength(2)
    })

    test('a question parks the task; a person who is asked answers, and the asker has it back first', async () => {
      await desk.run(support)
      const held = await desk.claim(support)
      const asked = await desk.act(support, 'requestInput', {
        ...held,
        question: 'Which order?',
        from: 'finance-controller',
      })
      expect(asked.payload.task).toMatchObject({
        state: 'INPUT_REQUIRED',
        question: { text: 'Which order?', answer: null },
      })
      const answer = { task: held.task, answer: '"The first"' }
      expect((await desk.act(support, 'answerTask', answer)).code).toBe('NOT_ELIGIBLE')
      expect((await desk.act(maria, 'answerTask', answer)).code).toBe('NOT_ELIGIBLE')
      const { payload } = await desk.act(jonas, 'answerTask', answer)
      expect(payload.task).toMatchObject({
        state: 'READY',
        target: 'agent:support-1',
        question: { answer: '"The first"' },
      })
      expect((await desk.act(otherSupport, 'claimTask', { task: held.task })).code).toBe('TASK_TAKEN')
      expect((await desk.claim(support)).task).toBe(held.task)
    })

    test('an approval to wait for must be one that the caller has asked for', async () => {
      await desk.run(support)
      const held = await desk.claim(support)
      const approval = '01931b4f-0000-7000-8000-000000000000'
      expect(await desk.act(support, 'awaitApproval', { ...held, approval })).toMatchObject({
        code: 'INVALID_INPUT',
        extensions: { argument: 'input.approval' },
      })
    })
  })
}
