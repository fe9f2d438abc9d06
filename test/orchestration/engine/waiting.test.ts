/** What waits costs nothing and is not lost: timers, events, runs of subprocesses, runs that stand still. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { claimTask, claimTasks } from '../../../orchestration/engine/claim.ts'
import { completeTask, deliverHeld } from '../../../orchestration/engine/held-task.ts'
import type { Database } from '../../../storage/database.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import { employ } from '../../support/engine-databases.ts'
import { allOver, proveRun } from '../../support/engine-proof.ts'
import { type TestEngine, doer, openTestEngine } from '../../support/engine.ts'
import { program } from '../../support/orchestration.ts'

const soon = { timeout: 15_000, interval: 20 }
const by = 'person:op'

const workflow = (key: string, nodes: Record<string, Record<string, unknown>>, more: object = {}) =>
  program({ key, start: Object.keys(nodes)[0], nodes, ...more }).definition

const task = { type: 'agentTask', role: 'clerk', next: 'done' }
const done = { type: 'end' }

for (const kind of databaseKinds()) {
  describe(`waiting on ${kind}`, { concurrent: true }, () => {
    let database: Database
    let tested: TestEngine

    const claim = async (run: string, step: string, id = 'agent:ann') => {
      const claimed = await vi.waitFor(async () => {
        const each = await claimTask(tested.engine, { by: doer(id, 'clerk'), limit: 99, task: { runId: run, step } })
        if ('outcome' in each) throw new Error(JSON.stringify(each))
        return each
      }, soon)
      return { ...claimed, token: claimed.lease.token }
    }
    const doTask = async (run: string, step: string, result = {}) =>
      expect(await completeTask(tested.engine, await claim(run, step), result)).toMatchObject({ outcome: 'applied' })
    const stepSoon = (run: string, step: string, expected: object) =>
      vi.waitFor(async () => expect((await tested.state(run)).steps[step]).toMatchObject(expected), soon)
    const childOf = (run: string) =>
      vi.waitFor(async () => {
        const rows = await database.kysely
          .selectFrom('mandate.runs')
          .select('id')
          .where('parent_run', '=', run)
          .execute()
        expect(rows.length).toBeGreaterThan(0)
        return rows.map(({ id }) => id)
      }, soon)
    const start = async (definition: ReturnType<typeof workflow>, input = {}) => {
      await tested.publish(definition)
      return await tested.start(definition.key, input)
    }

    beforeAll(async () => {
      database = await createDatabase(kind)
      await employ(database, { 'agent:ann': ['clerk'] })
      tested = await openTestEngine(database, { agentRoles: ['clerk'] })
      await tested.publish(
        workflow('child', {
          work: { ...task, output: { n: '= result.n' } },
          done: { ...done, output: { n: '= context.n' } },
        }),
      )
    })
    afterAll(async () => {
      await tested[Symbol.asyncDispose]()
      await database.close()
    })

    test('a timer goes off when its time has come, and not before', async () => {
      const run = await start(workflow('tea', { wait: { type: 'timer', for: 'PT1S', next: 'done' }, done }))
      expect((await tested.state(run)).status).toBe('RUNNING')
      await allOver(database, [run])
      const { startedAt, endedAt } = await proveRun(database, run)
      expect(Date.parse(endedAt ?? '') - Date.parse(startedAt ?? '')).toBeGreaterThanOrEqual(1_000)
    })

    test('an event reaches those that wait for its key; where none comes, the time is over', async () => {
      const wait = { type: 'awaitEvent', event: 'paid', key: '= input.order', output: { got: '= event.n' } }
      const late = { type: 'end', outcome: 'business_rejected' }
      const timeout = { after: 'PT1S', next: 'late' }
      const definition = workflow('paying', { wait: { ...wait, timeout, next: 'done' }, done, late })
      const patient = workflow('patient', {
        wait: { ...wait, next: 'done' },
        done: { ...done, output: { n: '= context.got' } },
      })
      const [inTime, tooLate] = [await start(patient, { order: 'a' }), await start(definition, { order: 'b' })]
      const paid = (key: string | null) => ({ kind: 'signalled', event: 'paid', key, payload: { n: 3 }, by }) as const
      expect(await tested.bring(inTime, paid('b'))).toMatchObject({ outcome: 'ignored' })
      expect(await tested.bring(inTime, paid('a'))).toMatchObject({ outcome: 'applied' })
      expect(await tested.bring(inTime, paid('a'))).not.toMatchObject({ outcome: 'applied' })
      await allOver(database, [inTime, tooLate])
      expect(await proveRun(database, inTime)).toMatchObject({ outcome: 'success', output: { n: 3 } })
      expect(await proveRun(database, tooLate)).toMatchObject({ outcome: 'business_rejected' })
    })

    const parent = workflow('parent', {
      sub: { type: 'subprocess', workflow: 'child', output: { n: '= result.output.n' }, next: 'done' },
      done: { ...done, output: { n: '= context.n' } },
    })

    test('a parent goes on when the run of its subprocess has ended', async () => {
      const run = await start(parent)
      const [child = ''] = await childOf(run)
      await stepSoon(child, 'work', { state: 'READY' })
      await doTask(child, 'work', { n: 9 })
      await allOver(database, [run, child])
      expect(await proveRun(database, run)).toMatchObject({ outcome: 'success', output: { n: 9 } })
      await proveRun(database, child)
    })

    test('a parent that is cancelled takes the run of its subprocess with it', async () => {
      const run = await start(parent)
      const [child = ''] = await childOf(run)
      await stepSoon(child, 'work', { state: 'READY' })
      await tested.bring(run, { kind: 'cancelled', by, reason: 'No need.' })
      await allOver(database, [run, child])
      expect(await proveRun(database, run)).toMatchObject({ status: 'CANCELLED' })
      expect(await proveRun(database, child)).toMatchObject({ status: 'CANCELLED' })
    })

    test('a parent that is cancelled at once takes with it what has not begun', async () => {
      const run = await start(parent)
      await tested.bring(run, { kind: 'cancelled', by, reason: 'No need.' })
      const children = await childOf(run)
      await allOver(database, [run, ...children])
      for (const each of [run, ...children]) expect((await proveRun(database, each)).outcome).toBe('cancelled')
    })

    test('a subprocess whose workflow is not there any more is an incident, and can be done again', async () => {
      await tested.publish(workflow('gone', { work: task, done }))
      const first = workflow('calling', {
        one: { ...task, next: 'sub' },
        sub: { type: 'subprocess', workflow: 'gone', next: 'done' },
        done,
      })
      const run = await start(first)
      const setStatus = (status: 'ARCHIVED' | 'PUBLISHED') =>
        database.kysely.updateTable('mandate.workflow_definitions').set({ status }).where('key', '=', 'gone').execute()
      await setStatus('ARCHIVED')
      await doTask(run, 'one')
      await stepSoon(run, 'sub', { state: 'FAILED', incident: { code: 'SUBPROCESS_FAILED' } })
      await setStatus('PUBLISHED')
      await tested.bring(run, { kind: 'retried', step: 'sub', by })
      const [child = ''] = await childOf(run)
      await doTask(child, 'work')
      await allOver(database, [run])
      await proveRun(database, run)
    })

    test('a run that stands still gives nothing out, keeps what comes, and goes on where it stood', async () => {
      const definition = workflow('still', {
        fork: { type: 'parallel', branches: ['work', 'wait', 'hear'], join: 'all' },
        work: { ...task, next: 'all' },
        wait: { type: 'timer', for: 'PT1S', next: 'all' },
        hear: { type: 'awaitEvent', event: 'paid', next: 'all' },
        all: { type: 'join', next: 'done' },
        done,
      })
      const run = await start(definition)
      const held = await claim(run, 'work')
      await tested.bring(run, { kind: 'suspended', by, reason: 'Wait.' })
      expect(await completeTask(tested.engine, held, {})).toMatchObject({ code: 'LEASE_LOST' })
      expect(await tested.bring(run, { kind: 'signalled', event: 'paid', key: null, payload: {}, by })).toMatchObject({
        outcome: 'applied',
      })
      const anyone = { by: doer('agent:bob', 'clerk'), role: 'clerk', max: 9, limit: 99 }
      await vi.waitFor(async () => expect((await tested.state(run)).deferred).toHaveLength(2), soon)
      const others = await claimTasks(tested.engine, anyone)
      expect(others.filter(({ runId }) => runId === run)).toStrictEqual([])
      for (const each of others) {
        const holding = { ...each, token: each.lease.token }
        await deliverHeld(tested.engine, holding, (attempt) => ({ kind: 'released', step: each.step, attempt }))
      }
      await tested.bring(run, { kind: 'resumed', by })
      await doTask(run, 'work')
      await allOver(database, [run])
      await proveRun(database, run)
    })

    test('an alarm that went off while its task lay with an operator goes off when the task is done again', async () => {
      const deadlines = { completion: { within: 'PT1S', then: 'escalate' } }
      const run = await start(workflow('alarm', { work: { ...task, deadlines }, done }))
      const held = await claim(run, 'work')
      const error = { class: 'FATAL', code: 'BROKEN', message: 'It broke.', nothingDone: false } as const
      await deliverHeld(tested.engine, held, (attempt) => ({ kind: 'failed', step: 'work', attempt, error }))
      // Both alarms of the clock, which nobody hears.
      await vi.waitFor(async () => {
        const { rows } = await jobsOf(run)
        expect(rows.filter(({ state }) => state === 'completed').length).toBeGreaterThanOrEqual(2)
      }, soon)
      await tested.bring(run, { kind: 'retried', step: 'work', by })
      await stepSoon(run, 'work', { level: 1, candidates: ['owner'] })
      await tested.bring(run, { kind: 'cancelled', by, reason: '' })
      await proveRun(database, run)
    })

    const jobsOf = async (run: string) => {
      const { sql } = await import('kysely')
      return await sql<{ state: string }>`select state from pgboss.job
        where name = 'orchestration-events' and data->>'runId' = ${run} and data->'event'->>'kind' = 'timerFired'`.execute(
        database.kysely,
      )
    }
  })
}
