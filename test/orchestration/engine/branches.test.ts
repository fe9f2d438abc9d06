/** Several things at once, and what is undone: lists, joins that do not wait for all, and compensation in the opposite order. */
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { claimTask } from '../../../orchestration/engine/claim.ts'
import { completeTask } from '../../../orchestration/engine/held-task.ts'
import type { OperationCall, Performed } from '../../../orchestration/engine/workers.ts'
import type { Database } from '../../../storage/database.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import { employ } from '../../support/engine-databases.ts'
import { allOver, completions, proveRun } from '../../support/engine-proof.ts'
import { type TestEngine, doer, openTestEngine } from '../../support/engine.ts'
import { program } from '../../support/orchestration.ts'

const soon = { timeout: 15_000, interval: 20 }
const by = 'person:op'
const people = doer('person:mia', 'owner', 'person')
type Answer = (call: OperationCall) => Promise<Performed>

const workflow = (key: string, nodes: Record<string, Record<string, unknown>>, more: object = {}) =>
  program(JSON.stringify({ key, start: Object.keys(nodes)[0], nodes, ...more })).definition

const operation = (name: string, more: object = {}) => ({
  type: 'operation',
  role: 'clerk',
  document: `mutation { ${name} }`,
  next: 'done',
  ...more,
})
const done = { type: 'end' }

for (const kind of databaseKinds()) {
  describe(`branches on ${kind}`, { concurrent: true }, () => {
    let database: Database
    let tested: TestEngine
    const answers = new Map<string, Answer>()
    const asked: { run: string; document: string }[] = []

    const start = async (definition: ReturnType<typeof workflow>, answer?: Answer, input = {}) => {
      if (answer) answers.set(definition.key, answer)
      await tested.publish(definition)
      return await tested.start(definition.key, input)
    }
    const askedOf = (run: string) => asked.filter((each) => each.run === run).map(({ document }) => document)
    const succeed = (data = {}): Performed => ({ outcome: 'succeeded', data })

    beforeAll(async () => {
      database = await createDatabase(kind)
      await employ(database, { 'agent:ann': ['clerk'] })
      tested = await openTestEngine(database, {
        agentRoles: ['clerk', 'deserted'],
        async perform(_, call) {
          asked.push({ run: call.step.slice(0, 36), document: call.document })
          return (await answers.get(call.workflow)?.(call)) ?? succeed()
        },
      })
    })
    afterAll(async () => {
      await tested[Symbol.asyncDispose]()
      await database.close()
    })

    test('a list is worked on by as many at once as it allows, and gives its results in order', async () => {
      let [now, most] = [0, 0]
      const each = operation('each', { next: undefined, input: { item: '= item' } })
      const list = { type: 'forEach', items: '= input.items', limit: 20, parallel: 3, do: each, next: 'done' }
      const definition = workflow('list', {
        list: { ...list, output: { all: '= results.map(each, each.n)' } },
        done: { ...done, output: { all: '= context.all' } },
      })
      const items = [1, 2, 3, 4, 5, 6, 7, 8]
      const run = await start(
        definition,
        async ({ variables }) => {
          now += 1
          most = Math.max(most, now)
          await vi.waitFor(() => expect(most).toBeGreaterThanOrEqual(3), soon)
          await delay(20)
          now -= 1
          return succeed({ n: Number(variables['item']) * 10 })
        },
        { items },
      )
      await allOver(database, [run])
      expect((await proveRun(database, run)).output).toStrictEqual({ all: items.map((n) => n * 10) })
      expect(most).toBe(3)
      expect(Object.values(await completions(database, run))).toStrictEqual(items.map(() => 1))
    })

    test('every item that nobody can take is brought to people', async () => {
      const each = { type: 'agentTask', role: 'deserted' }
      const list = { type: 'forEach', items: '= [1, 2, 3]', limit: 9, parallel: 3, do: each, next: 'done' }
      const run = await start(workflow('deserted', { list, done }))
      for (const step of ['list.0', 'list.1', 'list.2']) {
        const task = await claimTask(tested.engine, { by: people, limit: 9, task: { runId: run, step } })
        if ('outcome' in task) throw new Error(JSON.stringify(task))
        await completeTask(tested.engine, { ...task, token: task.lease.token }, {})
      }
      expect(await proveRun(database, run)).toMatchObject({ status: 'COMPLETED' })
    })

    const race = (key: string, when: unknown, end: Record<string, unknown> = done) =>
      workflow(
        key,
        {
          fork: { type: 'parallel', branches: ['a', 'b', 'c'], join: 'some' },
          ...Object.fromEntries(
            ['a', 'b', 'c'].map((id) => [id, operation(id, { next: 'some', compensate: `un${id}` })]),
          ),
          some: { type: 'join', when, next: 'done' },
          done: end,
        },
        {
          compensations: Object.fromEntries(
            ['a', 'b', 'c'].map((id) => [`un${id}`, operation(`un${id}`, { next: undefined })]),
          ),
        },
      )

    test.each([
      ['first', 1],
      [{ atLeast: 2 }, 2],
    ] as const)(
      'a join that waits for %j goes on while the others run, whose ends change nothing',
      async (when, needed) => {
        const slow = Promise.withResolvers<undefined>()
        const definition = race(`race-${needed}`, when)
        const quick = ['mutation { a }', 'mutation { b }'].slice(0, needed)
        const run = await start(definition, async ({ document }) => {
          if (!quick.includes(document)) await slow.promise
          return succeed()
        })
        await allOver(database, [run])
        const open = Object.values((await tested.state(run)).steps).filter(({ state }) => state === 'IN_PROGRESS')
        expect(open.every(({ abandoned }) => abandoned)).toBe(true)
        slow.resolve(undefined)
        await vi.waitFor(async () => {
          const { steps } = await tested.state(run)
          expect(Object.values(steps).filter(({ state }) => state === 'IN_PROGRESS')).toStrictEqual([])
        }, soon)
        const { visits, outcome } = await proveRun(database, run)
        expect([visits['done'], outcome]).toStrictEqual([1, 'success'])
      },
    )

    test('a run that fails waits for what is under way, and then undoes all that was done, the last first', async () => {
      const slow = Promise.withResolvers<undefined>()
      const definition = race('failing', 'first', { type: 'end', outcome: 'failed' })
      const run = await start(definition, async ({ document, runId }) => {
        if (document === 'mutation { c }') await slow.promise
        if (document === 'mutation { b }')
          await vi.waitFor(() => expect(askedOf(runId)).toContain('mutation { c }'), soon)
        if (document === 'mutation { a }')
          await vi.waitFor(() => expect(askedOf(runId)).toContain('mutation { b }'), soon)
        return succeed()
      })
      await vi.waitFor(async () => expect((await tested.state(run)).status).toBe('COMPENSATING'), soon)
      expect(askedOf(run).filter((document) => document.includes('un'))).toStrictEqual([])
      slow.resolve(undefined)
      await allOver(database, [run])
      const { status, steps } = await proveRun(database, run)
      expect(status).toBe('COMPENSATED')
      const order = ['a', 'b', 'c'].toSorted((one, other) => (steps[other]?.doneAs ?? 0) - (steps[one]?.doneAs ?? 0))
      const undone = askedOf(run).filter((document) => document.includes('un'))
      expect(undone).toStrictEqual(order.map((id) => `mutation { un${id} }`))
    })

    test('a run that is cancelled undoes the steps that were done, in the opposite order', async () => {
      const undo = (name: string) => operation(name, { next: undefined })
      const definition = workflow(
        'trip',
        {
          flight: operation('flight', { next: 'hotel', compensate: 'noFlight' }),
          hotel: operation('hotel', { next: 'ask', compensate: 'noHotel' }),
          ask: { type: 'humanTask', candidates: ['owner'], next: 'done' },
          done,
        },
        { compensations: { noFlight: undo('noFlight'), noHotel: undo('noHotel') } },
      )
      const run = await start(definition)
      await vi.waitFor(async () => expect((await tested.state(run)).steps['ask']?.state).toBe('READY'), soon)
      await tested.bring(run, { kind: 'cancelled', by, reason: 'No trip.' })
      await allOver(database, [run])
      expect((await proveRun(database, run)).status).toBe('COMPENSATED')
      expect(askedOf(run)).toStrictEqual(
        ['flight', 'hotel', 'noHotel', 'noFlight'].map((name) => `mutation { ${name} }`),
      )
    })

    test('a subprocess whose run is going back when its parent is cancelled is cancelled when it has gone back', async () => {
      const slow = Promise.withResolvers<undefined>()
      const child = workflow(
        'returning',
        {
          first: operation('first', { next: 'ask', compensate: 'undo' }),
          ask: { type: 'humanTask', candidates: ['owner'], next: 'done' },
          done,
        },
        { compensations: { undo: operation('undo', { next: undefined }) } },
      )
      await tested.publish(child)
      answers.set('returning', async ({ document }) => {
        if (document === 'mutation { undo }') await slow.promise
        return succeed()
      })
      const run = await start(
        workflow('sending', { sub: { type: 'subprocess', workflow: 'returning', next: 'done' }, done }),
      )
      const childRun = await vi.waitFor(async () => {
        const row = await database.kysely
          .selectFrom('mandate.runs')
          .select('id')
          .where('parent_run', '=', run)
          .executeTakeFirstOrThrow()
        expect((await tested.state(row.id)).steps['ask']?.state).toBe('READY')
        return row.id
      }, soon)
      await tested.bring(childRun, { kind: 'rewound', node: 'first', by })
      await vi.waitFor(() => expect(askedOf(childRun)).toContain('mutation { undo }'), soon)
      await tested.bring(run, { kind: 'cancelled', by, reason: 'No need.' })
      await delay(300)
      slow.resolve(undefined)
      await allOver(database, [run, childRun], 12_000)
      for (const each of [run, childRun]) await proveRun(database, each)
    })
  })
}
