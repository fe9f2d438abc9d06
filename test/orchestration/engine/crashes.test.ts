/**
 * A process that dies between any two statements: another one goes on, and every task is done once, every change to a system made once.
 * Each run dies one statement later than the one before it, until one needs no more statements than it is given.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { claimTasks } from '../../../orchestration/engine/claim.ts'
import { completeTask } from '../../../orchestration/engine/held-task.ts'
import { jobId } from '../../../orchestration/engine/queues.ts'
import { createCountingSystem } from '../../support/counting-system.ts'
import { databaseKinds } from '../../support/databases.ts'
import { type SharedDatabase, employ, openShared } from '../../support/engine-databases.ts'
import { allOver, completions, proveRun } from '../../support/engine-proof.ts'
import { type TestEngine, doer, openTestEngine } from '../../support/engine.ts'
import { type Passing, ProcessDied, type Watch, createMortalDatabase } from '../../support/mortal-database.ts'
import { program } from '../../support/orchestration.ts'

const operation = { type: 'operation', role: 'clerk', output: { n: '= result.n' } }
const note = { ...operation, document: 'mutation { note }', next: 'done' }
const done = { type: 'end', output: { n: '= context.n' } }
const small = program({ key: 'small', start: 'note', nodes: { note, done } }).definition
const whole = program({
  key: 'whole',
  start: 'book',
  nodes: {
    book: { ...operation, document: 'mutation { book }', next: 'work' },
    work: { type: 'agentTask', role: 'clerk', leaseSeconds: 5, retry: { max: 9, backoff: 'PT0S' }, next: 'sub' },
    sub: { type: 'subprocess', workflow: 'small', next: 'wait' },
    wait: { type: 'timer', for: 'PT0S', next: 'done' },
    done,
  },
}).definition

/** Dies at the statement of that number, of those that have to do with these runs; searches for work are no part of them. */
function dieAt(number: number, runs: readonly string[]): Watch & { readonly seen: () => number } {
  const concerned = new WeakSet<object>()
  let seen = 0
  const mentions = (value: unknown) => runs.some((run) => JSON.stringify(value).includes(run))
  const count = (where: string) => {
    seen += 1
    if (seen === number) throw new ProcessDied(`It died ${where}.`)
  }
  const isEnd = ({ statement }: Passing) => /^(?:commit|rollback)$/i.test(statement)
  return {
    seen: () => seen,
    before(passing) {
      if (mentions(passing.parameters)) concerned.add(passing.holder)
      if (concerned.has(passing.holder)) count(`before ${passing.statement}`)
    },
    after(passing, rows) {
      if (isEnd(passing) && concerned.has(passing.holder)) count('after a commit')
      if (mentions(rows)) concerned.add(passing.holder)
    },
  }
}

for (const kind of databaseKinds()) {
  describe(`crashes on ${kind}`, () => {
    const system = createCountingSystem()
    const options = { agentRoles: ['clerk'], perform: system.perform, operationLeaseSeconds: 1, pollMs: 20 }
    const agent = { by: doer('agent:ann', 'clerk'), role: 'clerk', max: 3, limit: 1_000 }
    let shared: SharedDatabase

    beforeAll(async () => {
      shared = await openShared(kind)
      await employ(shared.first, { 'agent:ann': ['clerk'] })
      await using tested = await openTestEngine(shared.first, { ...options, works: false })
      for (const definition of [small, whole]) await tested.publish(definition)
    })
    afterAll(() => shared[Symbol.asyncDispose]())

    /** The agent works for as long as `goesOn` says. */
    async function work({ engine }: TestEngine, goesOn: () => Promise<boolean>): Promise<void> {
      while (await goesOn()) {
        for (const task of await claimTasks(engine, agent)) {
          await completeTask(engine, { ...task, token: task.lease.token }, {})
        }
        await delay(5)
      }
    }

    const openOf = (runs: readonly string[]) =>
      shared.second.kysely
        .selectFrom('mandate.runs')
        .select('id')
        .where('id', 'in', runs)
        .where('ended_at', 'is', null)
        .execute()

    /** Whether the process died before the run had ended. */
    async function live(run: string, at: number): Promise<boolean> {
      const watch = dieAt(at, [run, jobId('run', run, 'sub', 1)])
      const process = createMortalDatabase(shared.first, watch)
      await using tested = await openTestEngine(process.database, options)
      try {
        await tested.start('whole', {}, run)
        await work(tested, async () => !process.isDead && (await openOf([run])).length > 0)
      } catch (error) {
        if (!process.isDead) throw error
      }
      return process.isDead
    }

    test('between any two statements lose nothing and double nothing', async () => {
      const runs: string[] = []
      for (let at = 1; ; at += 1) {
        const run = crypto.randomUUID()
        runs.push(run)
        if (!(await live(run, at))) break
      }
      await using last = await openTestEngine(shared.second, options)
      const begun = (await shared.second.kysely.selectFrom('mandate.runs').select('id').execute()).map(({ id }) => id)
      await work(last, async () => (await openOf(begun)).length > 0)
      await allOver(shared.second, begun)
      for (const run of runs.filter((each) => begun.includes(each))) {
        const child = jobId('run', run, 'sub', 1)
        expect((await proveRun(shared.second, run)).outcome).toBe('success')
        expect((await proveRun(shared.second, child)).outcome).toBe('success')
        expect(await completions(shared.second, run)).toStrictEqual({ book: 1, work: 1, sub: 1 })
        expect(await completions(shared.second, child)).toStrictEqual({ note: 1 })
        expect(system.keysOf(run)).toStrictEqual([`${run}:book:0`])
        expect(system.keysOf(child)).toStrictEqual([`${child}:note:0`])
      }
      // What was begun was not lost, but for what had not been committed when its process died.
      expect(begun.length).toBeGreaterThan(runs.length)
    }, 300_000)
  })
}
