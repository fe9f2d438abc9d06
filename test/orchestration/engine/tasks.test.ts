import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { claimTasks } from '../../../orchestration/engine/claim.ts'
import { deliverHeld, completeTask, heartbeat } from '../../../orchestration/engine/held-task.ts'
import type { Database } from '../../../storage/database.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import { type TestEngine, doer, openTestEngine } from '../../support/engine.ts'

const soon = { timeout: 15_000, interval: 20 }

const sorting = {
  key: 'sorting',
  title: 'Sort letters',
  owner: 'manager',
  start: 'sort',
  nodes: {
    sort: {
      type: 'agentTask',
      title: 'Sort a letter',
      role: 'sorter',
      input: { letter: '= input.letter' },
      output: { sorted: '= result.place' },
      leaseSeconds: 5,
      retry: { max: 1, backoff: 'PT0S' },
      next: 'done',
    },
    done: { type: 'end', output: { place: '= context.sorted' } },
  },
}

for (const kind of databaseKinds()) {
  describe(`tasks on ${kind}`, () => {
    let database: Database
    let tested: TestEngine
    const claim = (id: string, max = 1, limit = 10) =>
      claimTasks(tested.engine, { by: doer(id, 'sorter'), role: 'sorter', max, limit })

    beforeAll(async () => {
      database = await createDatabase(kind)
      tested = await openTestEngine(database)
      await tested.publish(sorting)
    })
    afterAll(async () => {
      await tested[Symbol.asyncDispose]()
      await database.close()
    })

    test('a task is claimed, done, and its run ends with what it gave', async () => {
      const run = await tested.start('sorting', { letter: 'a' })
      const [task] = await claim('agent:one')
      expect(task).toMatchObject({ runId: run, step: 'sort', step_: { input: { letter: 'a' }, attempt: 1 } })
      const holding = { ...task!, token: task!.lease.token }
      expect(await heartbeat(tested.engine, holding)).toMatchObject({ until: expect.any(Date) })
      expect(await completeTask(tested.engine, holding, { place: 'box 3' })).toMatchObject({ outcome: 'applied' })
      expect(await tested.state(run)).toMatchObject({
        status: 'COMPLETED',
        outcome: 'success',
        output: { place: 'box 3' },
      })
      // Said twice, done once.
      expect(await completeTask(tested.engine, holding, { place: 'box 4' })).toMatchObject({ code: 'LEASE_LOST' })
    })

    test('of many that race for one task, one gets it', async () => {
      const run = await tested.start('sorting', { letter: 'b' })
      const claims = await Promise.all(Array.from({ length: 8 }, (_, index) => claim(`agent:racer-${index}`)))
      expect(claims.flat().filter(({ runId }) => runId === run)).toHaveLength(1)
      const [won] = claims.flat()
      await completeTask(tested.engine, { ...won!, token: won!.lease.token }, { place: 'x' })
    })

    test('a holder that is silent loses its task, and can neither extend nor complete it', async () => {
      const run = await tested.start('sorting', { letter: 'c' })
      const [first] = await claim('agent:silent')
      const [second] = await vi.waitFor(async () => {
        const claimed = await claim('agent:next')
        expect(claimed).toHaveLength(1)
        return claimed
      }, soon)
      expect(second).toMatchObject({ runId: run, step_: { attempt: 2 } })
      const stale = { ...first!, token: first!.lease.token }
      expect(await heartbeat(tested.engine, stale)).toBeNull()
      expect(await completeTask(tested.engine, stale, { place: 'stale' })).toMatchObject({ code: 'LEASE_LOST' })
      await completeTask(tested.engine, { ...second!, token: second!.lease.token }, { place: 'fresh' })
      expect(await tested.state(run)).toMatchObject({ output: { place: 'fresh' } })
      const attempts = await database.kysely
        .selectFrom('mandate.task_attempts')
        .select(['n', 'by', 'outcome'])
        .where('run_id', '=', run)
        .orderBy('n')
        .execute()
      expect(attempts).toStrictEqual([
        { n: 1, by: 'agent:silent', outcome: 'lease_lost' },
        { n: 2, by: 'agent:next', outcome: 'completed' },
      ])
    })

    test('nobody holds more than it may, however many claims it makes at once', async () => {
      await Promise.all(Array.from({ length: 9 }, (_, index) => tested.start('sorting', { letter: String(index) })))
      const claims = await Promise.all(Array.from({ length: 6 }, () => claim('agent:greedy', 3, 4)))
      expect(claims.flat()).toHaveLength(4)
      expect(await claim('agent:greedy', 1, 4)).toHaveLength(0)
      for (const task of claims.flat()) {
        await completeTask(tested.engine, { ...task, token: task.lease.token }, { place: 'x' })
      }
      expect((await claim('agent:modest', 10)).length).toBe(5)
    })

    test('what fails is tried again, then brought to the owner, who decides', async () => {
      const run = await tested.start('sorting', { letter: 'd' })
      const error = { class: 'RETRYABLE', code: 'SLOW', message: 'The scale was slow', nothingDone: true } as const
      for (const attempt of [1, 2]) {
        const [task] = await vi.waitFor(async () => {
          const claimed = (await claim('agent:failing', 10)).filter(({ runId }) => runId === run)
          expect(claimed).toHaveLength(1)
          return claimed
        }, soon)
        expect(task!.step_.attempt).toBe(attempt)
        const holding = { ...task!, token: task!.lease.token }
        await deliverHeld(tested.engine, holding, (n) => ({ kind: 'failed', step: 'sort', attempt: n, error }))
      }
      const manager = { by: doer('person:mia', 'manager', 'person'), role: 'manager', max: 1, limit: 10 }
      const [task] = await claimTasks(tested.engine, manager)
      expect(task).toMatchObject({ runId: run, step_: { level: 1, attempt: 3 }, lease: { until: null } })
      await completeTask(tested.engine, { ...task!, token: task!.lease.token }, { place: 'by hand' })
      expect(await tested.state(run)).toMatchObject({ status: 'COMPLETED', output: { place: 'by hand' } })
    })
  })
}
