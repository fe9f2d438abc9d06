/** Who gets what, on two processes over one database: never more than it may hold, never what is another's, and nobody for ever. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ClaimedTask, claimTask, claimTasks } from '../../../orchestration/engine/claim.ts'
import { beginTask, completeTask, deliverHeld } from '../../../orchestration/engine/held-task.ts'
import type { RunEvent } from '../../../orchestration/interpreter/events.ts'
import { databaseKinds } from '../../support/databases.ts'
import { type SharedDatabase, employ, openShared } from '../../support/engine-databases.ts'
import { allOver, proveRun } from '../../support/engine-proof.ts'
import { type TestEngine, doer, openTestEngine } from '../../support/engine.ts'
import { program } from '../../support/orchestration.ts'

const soon = { timeout: 15_000, interval: 20 }
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))
const holding = (task: ClaimedTask) => ({ ...task, token: task.lease.token })

/** A workflow of one task for the holders of `role`. */
const single = (key: string, role: string, more: object = {}, about: object = {}) => {
  const task = { type: 'agentTask', role, next: 'done', ...more }
  return program({ key, start: 'task', ...about, nodes: { task, done: { type: 'end' } } }).definition
}

for (const kind of databaseKinds()) {
  describe(`claims on two processes over ${kind}`, () => {
    let shared: SharedDatabase
    let engines: readonly [TestEngine, TestEngine]

    const claim = (which: number, id: string, role: string, { max = 1, limit = 10 } = {}) =>
      claimTasks(engines[which % 2]!.engine, { by: doer(id, role), role, max, limit })
    const finish = (which: number, task: ClaimedTask) => completeTask(engines[which % 2]!.engine, holding(task), {})
    const startSome = async (definition: ReturnType<typeof single>, count: number) => {
      await Promise.all(engines.map((engine) => engine.publish(definition)))
      return await Promise.all(times(count, (index) => engines[index % 2]!.start(definition.key)))
    }
    const attemptsOf = (by: string) =>
      shared.first.kysely.selectFrom('mandate.task_attempts').selectAll().where('by', '=', by).execute()

    beforeAll(async () => {
      shared = await openShared(kind)
      const options = { agentRoles: ['pairs', 'desk'] }
      engines = [await openTestEngine(shared.first, options), await openTestEngine(shared.second, options)]
      await employ(shared.first, { 'agent:ann': ['pairs'], 'agent:bob': ['pairs'] })
    })
    afterAll(async () => {
      for (const engine of engines) await engine[Symbol.asyncDispose]()
      await shared[Symbol.asyncDispose]()
    })

    test('an agent never holds more than it may, however many of its claims and completions run at once', async () => {
      const runs = await startSome(single('limited', 'limits'), 20)
      const greedy = async (which: number) => {
        for (let turn = 0; turn < 200 && (await left(runs)) > 0; turn += 1) {
          const tasks = await claim(which, 'agent:greedy', 'limits', { max: 3, limit: 4 })
          await Promise.all(tasks.map((task) => finish(which + 1, task)))
        }
      }
      const first = await Promise.all(times(8, (which) => claim(which, 'agent:greedy', 'limits', { max: 3, limit: 4 })))
      expect(first.flat()).toHaveLength(4)
      await Promise.all([...first.flat().map((task, which) => finish(which, task)), ...times(6, greedy)])
      await allOver(shared.first, runs)
      const attempts = await attemptsOf('agent:greedy')
      for (const { leased_at: at } of attempts) {
        const held = attempts.filter((each) => each.leased_at <= at && (each.ended_at === null || each.ended_at > at))
        expect(held.length).toBeLessThanOrEqual(4)
      }
      expect(attempts).toHaveLength(20)
    })

    const left = async (runs: readonly string[]) => {
      const rows = await shared.first.kysely
        .selectFrom('mandate.runs')
        .select('id')
        .where('id', 'in', runs)
        .where('ended_at', 'is', null)
        .execute()
      return rows.length
    }

    test('ten agents work on ten tasks at the same moment', async () => {
      const runs = await startSome(single('ten', 'many-hands'), 10)
      const claimed = await Promise.all(times(10, (n) => claim(n, `agent:hand-${n}`, 'many-hands')))
      await Promise.all(claimed.flat().map((task, which) => beginTask(engines[which % 2]!.engine, holding(task))))
      const { rows } = await sql<{ holder: string }>`
        select holder from mandate.tasks where state = 'IN_PROGRESS' and workflow = 'ten'`.execute(shared.first.kysely)
      expect(new Set(rows.map(({ holder }) => holder)).size).toBe(10)
      await Promise.all(claimed.flat().map((task, which) => finish(which, task)))
      await allOver(shared.first, runs)
      for (const run of runs) await proveRun(shared.first, run)
    })

    test('a task that is kept for one is nobody else’s', async () => {
      const [run = ''] = await startSome(single('kept', 'keeping'), 1)
      const [task] = await claim(0, 'agent:giver', 'keeping')
      const handOff = (attempt: number): RunEvent => ({
        ...{ kind: 'handedOff', step: 'task', attempt, note: '' },
        to: { principal: 'agent:taker' },
      })
      await deliverHeld(engines[1].engine, holding(task!), handOff)
      const others = await Promise.all(times(6, (n) => claim(n, `agent:other-${n}`, 'keeping')))
      expect(others.flat()).toStrictEqual([])
      const [taken] = await claim(1, 'agent:taker', 'keeping')
      await finish(0, taken!)
      await proveRun(shared.first, run)
    })

    test('a task that is handed to a person is not taken from it because no agent is there', async () => {
      const [run = ''] = await startSome(single('handed', 'pairs'), 1)
      const [task] = await claim(0, 'agent:ann', 'pairs')
      await shared.first.kysely.updateTable('mandate.agents').set({ status: 'SUSPENDED' }).execute()
      try {
        const to = { principal: 'person:mia' }
        const handOff = (attempt: number): RunEvent => ({ kind: 'handedOff', step: 'task', attempt, note: '', to })
        await deliverHeld(engines[0].engine, holding(task!), handOff)
        const [taken] = await claim(1, 'person:mia', 'pairs')
        await finish(0, taken!)
        await proveRun(shared.first, run)
      } finally {
        await shared.first.kysely.updateTable('mandate.agents').set({ status: 'ACTIVE' }).execute()
      }
    })

    test('who is excluded gets nothing, and the other of its role gets the task', async () => {
      const [run = ''] = await startSome(single('other', 'pairs', { escalation: [{ to: 'another-agent' }] }), 1)
      const [task] = await claim(0, 'agent:ann', 'pairs')
      const escalate = (attempt: number): RunEvent => ({
        kind: 'escalated',
        step: 'task',
        attempt,
        reason: 'Too hard.',
      })
      await deliverHeld(engines[0].engine, holding(task!), escalate)
      expect(await claim(0, 'agent:ann', 'pairs')).toStrictEqual([])
      const refused = await claimTask(engines[0].engine, {
        by: doer('agent:ann', 'pairs'),
        limit: 9,
        task: { runId: run, step: 'task' },
      })
      expect(refused).toMatchObject({ code: 'NOT_ELIGIBLE' })
      const [taken] = await claim(1, 'agent:bob', 'pairs')
      await finish(1, taken!)
      await proveRun(shared.first, run)
    })

    test('what is more urgent comes first, also when somebody has tried who may not have it', async () => {
      const [low = '', high = ''] = [
        ...(await startSome(single('low', 'ranked', {}, { priority: 1 }), 1)),
        ...(await startSome(single('high', 'ranked', {}, { priority: 9 }), 1)),
      ]
      const stranger = { by: doer('agent:stranger', 'nothing'), role: 'ranked', max: 5, limit: 9 }
      expect(await claimTasks(engines[0].engine, stranger)).toStrictEqual([])
      const release = (attempt: number): RunEvent => ({ kind: 'released', step: 'task', attempt })
      const both = await vi.waitFor(async () => {
        const taken = [...(await claim(0, 'agent:picky', 'ranked')), ...(await claim(1, 'agent:picky', 'ranked'))]
        if (taken.length === 2) return taken
        for (const task of taken) await deliverHeld(engines[0].engine, holding(task), release)
        throw new Error('They are not there yet.')
      }, soon)
      expect(both.map(({ runId }) => runId)).toStrictEqual([high, low])
      for (const task of both) await finish(0, task)
    })

    test('an operation that was given to somebody counts as a task that it holds', async () => {
      const operation = { type: 'operation', document: '{ a }', role: 'desk', next: 'done' }
      const definition = program({
        key: 'by-hand',
        start: 'task',
        owner: 'desk',
        nodes: { task: operation, done: { type: 'end' } },
      })
      await startSome(definition.definition, 2)
      await vi.waitFor(async () => {
        const claimed = await claim(0, 'agent:busy', 'desk', { max: 5, limit: 1 })
        expect(claimed).toHaveLength(1)
      }, soon)
      expect(await claim(1, 'agent:busy', 'desk', { max: 5, limit: 1 })).toStrictEqual([])
    })

    test('a person to whom the answer was lost claims its task again', async () => {
      const [run = ''] = await startSome(single('lost', 'reading'), 1)
      const mine = { by: doer('person:mia', 'reading', 'person'), limit: 1, task: { runId: run, step: 'task' } }
      const first = await claimTask(engines[0].engine, mine)
      const second = await claimTask(engines[1].engine, mine)
      if ('outcome' in first || 'outcome' in second) throw new Error('Both claims give the task.')
      expect(second.step_.attempt).toBe(1)
      expect(await completeTask(engines[0].engine, holding(first), {})).toMatchObject({ code: 'LEASE_LOST' })
      expect(await completeTask(engines[0].engine, holding(second), {})).toMatchObject({ outcome: 'applied' })
      const agent = { ...mine, by: doer('agent:none', 'reading') }
      expect(await claimTask(engines[0].engine, agent)).not.toHaveProperty('lease')
    })

    test('a process serves a role that is newer than itself', async () => {
      const two = {
        first: { type: 'agentTask', role: 'newest', next: 'wait' },
        wait: { type: 'timer', for: 'PT0S', next: 'second' },
      }
      const second = { type: 'agentTask', role: 'newest-too', next: 'done' }
      const definition = program({
        key: 'new',
        start: 'first',
        nodes: { ...two, second, done: { type: 'end' } },
      }).definition
      await using old = await openTestEngine(shared.second)
      await old.engine.queue.ensure('role-owner')
      await engines[0].publish(definition)
      const run = await old.start('new')
      const done = async (role: string) =>
        await vi.waitFor(async () => {
          const [task] = await claimTasks(old.engine, { by: doer('agent:new', role), role, max: 1, limit: 9 })
          await completeTask(old.engine, holding(task!), {})
        }, soon)
      await done('newest')
      await done('newest-too')
      await allOver(shared.first, [run])
      await proveRun(shared.first, run)
    })

    test('many who claim many tasks of the same runs get on', async () => {
      const nodes = {
        fork: { type: 'parallel', branches: ['a', 'b', 'c', 'd'], join: 'all' },
        ...Object.fromEntries(
          ['a', 'b', 'c', 'd'].map((id) => [id, { type: 'agentTask', role: 'crowd', next: 'all' }]),
        ),
        all: { type: 'join', next: 'done' },
        done: { type: 'end' },
      }
      const runs = await startSome(program({ key: 'crowded', start: 'fork', nodes }).definition, 25)
      const begun = Date.now()
      const errors: unknown[] = []
      const worker = async (which: number) => {
        while ((await left(runs)) > 0 && Date.now() - begun < 60_000) {
          const tasks = await claim(which, `agent:crowd-${which}`, 'crowd', { max: 5 }).catch((error: unknown) => {
            errors.push(error)
            return []
          })
          // Some are given back, so that later claims meet the runs in another order.
          const settle = async (task: ClaimedTask) => {
            const release = (attempt: number): RunEvent => ({ kind: 'released', step: task.step, attempt })
            const back = task.lease.until !== null && task.step_.attempt < 4 && Math.random() < 0.5
            await (back ? deliverHeld(engines[which % 2]!.engine, holding(task), release) : finish(which, task))
          }
          await Promise.all(tasks.map((task) => settle(task).catch((error: unknown) => errors.push(error))))
        }
      }
      await Promise.all(times(10, worker))
      const { rows } = await sql`select deadlocks from pg_stat_database where datname = current_database()`.execute(
        shared.first.kysely,
      )
      console.log('took', Date.now() - begun, rows)
      expect(errors).toStrictEqual([])
      await allOver(shared.first, runs)
      for (const run of runs) await proveRun(shared.first, run)
    }, 70_000)
  })
}
