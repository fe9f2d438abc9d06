/** Definitions that change while runs wait: each run keeps the version that it began with, and what starts later takes the new one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { claimTask } from '../../../orchestration/engine/claim.ts'
import { transact } from '../../../orchestration/engine/engine.ts'
import { completeTask } from '../../../orchestration/engine/held-task.ts'
import { addRun } from '../../../orchestration/engine/start-run.ts'
import { databaseKinds } from '../../support/databases.ts'
import { type SharedDatabase, openShared } from '../../support/engine-databases.ts'
import { allOver, proveRun } from '../../support/engine-proof.ts'
import { type TestEngine, doer, openTestEngine } from '../../support/engine.ts'
import { program } from '../../support/orchestration.ts'

const end = (said: string) => ({ type: 'end', output: { said } })
const approval = (next: string) => ({ type: 'approval', candidates: ['boss'], next, rejected: 'done' })
const work = { type: 'humanTask', candidates: ['boss'], next: 'done' }
const before = program({
  key: 'changing',
  start: 'ask',
  nodes: { ask: approval('work'), work, done: end('old') },
}).definition
const after = program({
  key: 'changing',
  start: 'first',
  nodes: { first: approval('done'), done: end('new') },
}).definition

for (const kind of databaseKinds()) {
  describe(`versions on ${kind}`, () => {
    let shared: SharedDatabase
    let tested: TestEngine
    let other: TestEngine
    const boss = doer('person:ben', 'boss', 'person')

    beforeAll(async () => {
      shared = await openShared(kind)
      tested = await openTestEngine(shared.first)
      other = await openTestEngine(shared.second)
    })
    afterAll(async () => {
      await tested[Symbol.asyncDispose]()
      await other[Symbol.asyncDispose]()
      await shared[Symbol.asyncDispose]()
    })

    /** So many as a pool has connections for at once. */
    const eight = async <T, R>(list: readonly T[], work: (each: T, index: number) => Promise<R>): Promise<R[]> => {
      const ended: R[] = []
      for (let at = 0; at < list.length; at += 8) {
        ended.push(...(await Promise.all(list.slice(at, at + 8).map((each, offset) => work(each, at + offset)))))
      }
      return ended
    }
    const start = (count: number) => eight(Array.from({ length: count }), () => tested.start('changing'))
    const approve = (by: TestEngine, run: string, step: string) =>
      by.bring(run, { kind: 'voted', step, by: boss, decision: 'approve', comment: null })
    const workOn = async (by: TestEngine, run: string) => {
      const task = await claimTask(by.engine, { by: boss, limit: 999, task: { runId: run, step: 'work' } })
      if ('outcome' in task) throw new Error(JSON.stringify(task))
      await completeTask(by.engine, { ...task, token: task.lease.token }, {})
    }

    test('200 runs that wait keep theirs and all end, and the next takes the new one', async () => {
      await tested.publish(before)
      const runs = await start(200)
      // Half of them wait at the approval, half at the task.
      await eight(runs.slice(100), (run) => approve(tested, run, 'ask'))
      await other.publish(after)
      const fresh = await start(1)
      await eight(runs, async (run, index) => {
        const by = index % 2 === 0 ? tested : other
        if (index < 100) await approve(by, run, 'ask')
        await workOn(by, run)
      })
      await approve(other, fresh[0] ?? '', 'first')
      await allOver(shared.first, [...runs, ...fresh])
      const rows = await shared.first.kysely
        .selectFrom('mandate.runs')
        .select(['id', 'workflow_version', 'state'])
        .execute()
      const said = rows.map(({ id, workflow_version: version, state }) => [
        fresh.includes(id),
        version,
        state['output'],
      ])
      expect(said.filter(([isNew]) => isNew)).toStrictEqual([[true, 2, { said: 'new' }]])
      expect(said.filter(([isNew]) => !isNew)).toStrictEqual(runs.map(() => [false, 1, { said: 'old' }]))
      for (const run of [...runs.slice(95, 105), ...fresh]) await proveRun(shared.first, run)
    }, 60_000)

    test('the same definition again is the version that there is, also where two publish it at once', async () => {
      const twice = { ...before, key: 'twice' }
      await Promise.all([tested.publish(twice), other.publish(twice), tested.publish(twice)])
      const versions = await shared.first.kysely
        .selectFrom('mandate.workflow_definitions')
        .select('version')
        .where('key', '=', 'twice')
        .execute()
      expect(versions).toStrictEqual([{ version: 1 }])
    })

    test('a business key belongs to one open run, and a copy of that run is another matter', async () => {
      await tested.publish({ ...before, key: 'keyed' })
      const add = (more: object = {}) =>
        transact(tested.engine, (work) =>
          addRun(tested.engine, work, {
            ...{
              id: crypto.randomUUID(),
              workflow: 'keyed',
              version: 1,
              businessKey: 'k',
              startedBy: 'person:a',
              priority: null,
            },
            ...more,
          }),
        )
      const first = await Promise.all(Array.from({ length: 5 }, () => add()))
      const [original] = first.filter(({ added }) => added)
      expect(first.filter(({ added }) => added)).toHaveLength(1)
      expect(new Set(first.map(({ id }) => id)).size).toBe(1)
      const copies = await Promise.all([1, 2, 3].map(() => add({ forkedFrom: { run: original!.id, seq: 0 } })))
      expect(copies.every(({ added }) => added)).toBe(true)
      expect(await add()).toStrictEqual({ id: original!.id, added: false })
    })
  })
}
