/** Operations that the engine runs: tried again, given to people, decided by people, and begun again where a worker has died. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { claimTask } from '../../../orchestration/engine/claim.ts'
import { completeTask } from '../../../orchestration/engine/held-task.ts'
import type { OperationCall, Performed } from '../../../orchestration/engine/workers.ts'
import type { TaskError } from '../../../orchestration/interpreter/events.ts'
import { databaseKinds } from '../../support/databases.ts'
import { type SharedDatabase, employ, openShared, setStatus } from '../../support/engine-databases.ts'
import { allOver, completions, proveRun } from '../../support/engine-proof.ts'
import { type TestEngine, doer, openTestEngine } from '../../support/engine.ts'
import { createMortalDatabase } from '../../support/mortal-database.ts'
import { program } from '../../support/orchestration.ts'

const soon = { timeout: 15_000, interval: 20 }
const people = doer('person:mia', 'owner', 'person')
type Perform = (agent: string, call: OperationCall, signal: AbortSignal) => Promise<Performed>

const failure = (kind: TaskError['class'], nothingDone = true): Performed => ({
  outcome: 'failed',
  error: { class: kind, code: 'NO', message: 'No.', nothingDone },
})
const done: Performed = { outcome: 'succeeded', data: { n: 1 } }

/** A workflow of one operation. */
const booking = (key: string, more: object = {}, document = 'mutation { book }') => {
  const pay = { type: 'operation', role: 'clerk', document, input: { amount: '= input.amount' }, next: 'done', ...more }
  const nodes = {
    pay: { ...pay, output: { paid: '= result.n' } },
    done: { type: 'end', output: { paid: '= context.paid' } },
  }
  return program({ key, start: 'pay', nodes }).definition
}

for (const kind of databaseKinds()) {
  describe(`operations on ${kind}`, { concurrent: true }, () => {
    let shared: SharedDatabase
    let tested: TestEngine
    const answers = new Map<string, Perform>()
    const calls: { readonly agent: string; readonly call: OperationCall }[] = []
    const perform: Perform = (agent, call, signal) => {
      calls.push({ agent, call })
      return answers.get(call.workflow)?.(agent, call, signal) ?? Promise.resolve(done)
    }
    const callsOf = (run: string) => calls.filter(({ call }) => call.step.startsWith(run))
    const agentRoles = ['clerk', 'idle', 'fallback', 'fleeting']

    async function begin(definition: ReturnType<typeof booking>, answer: Perform, by = tested): Promise<string> {
      answers.set(definition.key, answer)
      await by.publish(definition)
      return await by.start(definition.key, { amount: 7 })
    }

    async function outcomes(run: string): Promise<readonly unknown[]> {
      const rows = await shared.first.kysely
        .selectFrom('mandate.task_attempts')
        .select(['by', 'outcome'])
        .where('run_id', '=', run)
        .orderBy('n')
        .execute()
      return rows.map(({ by, outcome }) => [by, outcome])
    }

    /** The step is with the people of the owner, who do it. */
    async function doByHand(run: string): Promise<void> {
      await vi.waitFor(async () => {
        expect((await tested.state(run)).steps['pay']).toMatchObject({
          state: 'READY',
          manual: true,
          candidates: ['owner'],
        })
      }, soon)
      const task = await claimTask(tested.engine, { by: people, limit: 99, task: { runId: run, step: 'pay' } })
      if ('outcome' in task) throw new Error(JSON.stringify(task))
      await completeTask(tested.engine, { ...task, token: task.lease.token }, { n: 2 })
    }

    beforeAll(async () => {
      shared = await openShared(kind)
      await employ(shared.first, { 'agent:ann': ['clerk'], 'agent:bea': ['clerk'], 'agent:flo': ['fleeting'] })
      tested = await openTestEngine(shared.first, { agentRoles, perform, operationLeaseSeconds: 1 })
    })
    afterAll(async () => {
      await tested[Symbol.asyncDispose]()
      await shared[Symbol.asyncDispose]()
    })

    test('one runs as an agent of its role, and its result goes on', async () => {
      const run = await begin(booking('plain'), () => Promise.resolve(done))
      await allOver(shared.first, [run])
      expect(await proveRun(shared.first, run)).toMatchObject({ outcome: 'success', output: { paid: 1 } })
      expect(callsOf(run)).toMatchObject([{ agent: 'agent:ann', call: { role: 'clerk', variables: { amount: 7 } } }])
      expect(await outcomes(run)).toStrictEqual([['agent:ann', 'completed']])
    })

    test('one that may work later is tried again after a while, with its key', async () => {
      const times: number[] = []
      const run = await begin(booking('later', { retry: { max: 3, backoff: 'PT1S', factor: 1 } }), () => {
        times.push(Date.now())
        return Promise.resolve(times.length < 3 ? failure('RETRYABLE', false) : done)
      })
      await allOver(shared.first, [run])
      await proveRun(shared.first, run)
      expect(new Set(callsOf(run).map(({ call }) => call.step))).toStrictEqual(new Set([`${run}:pay:0`]))
      expect(times).toHaveLength(3)
      for (const [index, at] of times.slice(1).entries()) expect(at - times[index]!).toBeGreaterThan(900)
      expect(await outcomes(run)).toMatchObject(
        [
          [{}, 'retryable'],
          [{}, 'retryable'],
          [{}, 'completed'],
        ].map(([, o]) => ['agent:ann', o]),
      )
    })

    test('one that a rule or a system refuses is brought to people', async () => {
      const run = await begin(booking('refused'), () => Promise.resolve(failure('BUSINESS')))
      await doByHand(run)
      expect(await proveRun(shared.first, run)).toMatchObject({ outcome: 'success', output: { paid: 2 } })
      expect(callsOf(run)).toHaveLength(1)
    })

    test('one goes to another agent first, where the workflow says so', async () => {
      const run = await begin(booking('another', { escalation: [{ to: 'another-agent' }] }), (agent) =>
        Promise.resolve(agent === 'agent:ann' ? failure('BUSINESS') : done),
      )
      await allOver(shared.first, [run])
      await proveRun(shared.first, run)
      expect(callsOf(run).map(({ agent }) => agent)).toStrictEqual(['agent:ann', 'agent:bea'])
    })

    test('one that people have to decide about waits for them, and goes on when they have', async () => {
      const run = await begin(booking('waits'), () => Promise.resolve({ outcome: 'waits', approval: 'approval-1' }))
      await vi.waitFor(async () => {
        expect((await tested.state(run)).steps['pay']?.state).toBe('APPROVAL_REQUIRED')
      }, soon)
      const settled = {
        kind: 'approvalSettled',
        step: 'pay',
        message: '',
        result: { n: 5 },
        status: 'SUCCEEDED',
      } as const
      expect(await tested.bring(run, { ...settled, approval: 'another' })).toMatchObject({ outcome: 'ignored' })
      expect(await tested.bring(run, { ...settled, approval: 'approval-1' })).toMatchObject({ outcome: 'applied' })
      // Said twice, it counts once.
      expect(await tested.bring(run, { ...settled, approval: 'approval-1' })).not.toMatchObject({ outcome: 'applied' })
      expect(await proveRun(shared.first, run)).toMatchObject({ outcome: 'success', output: { paid: 5 } })
      expect(await outcomes(run)).toStrictEqual([['agent:ann', 'parked']])
    })

    test('one whose approval is refused is brought to people', async () => {
      const run = await begin(booking('denied'), () => Promise.resolve({ outcome: 'waits', approval: 'approval-2' }))
      await vi.waitFor(async () => {
        expect((await tested.state(run)).steps['pay']?.state).toBe('APPROVAL_REQUIRED')
      }, soon)
      const settled = { kind: 'approvalSettled', step: 'pay', message: 'No.', result: null, status: 'REFUSED' } as const
      await tested.bring(run, { ...settled, approval: 'approval-2' })
      await doByHand(run)
      await proveRun(shared.first, run)
    })

    test('one whose role nobody holds goes up level by level', async () => {
      const escalation = [{ to: { role: 'fallback' } }]
      const run = await begin(booking('nobody', { role: 'idle', escalation }), () => Promise.resolve(done))
      await doByHand(run)
      const { steps } = await proveRun(shared.first, run)
      expect(steps['pay']).toMatchObject({ level: 2, state: 'COMPLETED', holder: 'person:mia' })
      expect(callsOf(run)).toStrictEqual([])
    })

    test('one whose performer throws is performed again with the same key', async () => {
      let thrown = 0
      const run = await begin(booking('throws'), () => {
        thrown += 1
        return thrown === 1 ? Promise.reject(new Error('The line is cut.')) : Promise.resolve(done)
      })
      await allOver(shared.first, [run])
      await proveRun(shared.first, run)
      expect(callsOf(run).map(({ call }) => call.step)).toStrictEqual([`${run}:pay:0`, `${run}:pay:0`])
      expect(await outcomes(run)).toStrictEqual([
        ['agent:ann', 'lease_lost'],
        ['agent:ann', 'completed'],
      ])
    })
  })

  describe(`operations whose worker dies on ${kind}`, () => {
    const agentRoles = ['clerk', 'fleeting']

    /** A process that begins an operation and never ends it, unless it is told to. */
    async function openDoomed(shared: SharedDatabase) {
      const process = createMortalDatabase(shared.first)
      const hanging = Promise.withResolvers<Performed>()
      const keys: string[] = []
      const perform: Perform = (_, call) => {
        keys.push(call.step)
        return hanging.promise
      }
      const tested = await openTestEngine(process.database, { agentRoles, perform, operationLeaseSeconds: 1 })
      return {
        process,
        tested,
        keys,
        answer: hanging.resolve,
        async [Symbol.asyncDispose]() {
          hanging.resolve(done)
          await tested[Symbol.asyncDispose]()
        },
      }
    }

    test('another begins again with the same key, the step is done once, and the late outcome changes nothing', async () => {
      await using shared = await openShared(kind)
      await employ(shared.first, { 'agent:ann': ['clerk'] })
      await using doomed = await openDoomed(shared)
      await doomed.tested.publish(booking('mortal'))
      const run = await doomed.tested.start('mortal', { amount: 1 })
      await vi.waitFor(() => expect(doomed.keys).toHaveLength(1), soon)
      doomed.process.kill()
      const keys: string[] = []
      const perform: Perform = (_, call) => {
        keys.push(call.step)
        return Promise.resolve(done)
      }
      await using next = await openTestEngine(shared.second, { agentRoles, perform, operationLeaseSeconds: 1 })
      await allOver(shared.second, [run])
      doomed.process.revive()
      doomed.answer({ outcome: 'succeeded', data: { n: 666 } })
      await doomed.tested[Symbol.asyncDispose]()
      expect(keys).toStrictEqual(doomed.keys)
      expect(await next.state(run)).toMatchObject({ output: { paid: 1 }, steps: { pay: { attempt: 2 } } })
      expect(await completions(shared.second, run)).toStrictEqual({ pay: 1 })
      await proveRun(shared.second, run)
    })

    test('where meanwhile nobody is left who may do it, people are asked', async () => {
      await using shared = await openShared(kind)
      await employ(shared.first, { 'agent:flo': ['fleeting'] })
      await using doomed = await openDoomed(shared)
      await doomed.tested.publish(booking('left', { role: 'fleeting' }))
      const run = await doomed.tested.start('left', { amount: 1 })
      await vi.waitFor(() => expect(doomed.keys).toHaveLength(1), soon)
      doomed.process.kill()
      await setStatus(shared.second, 'agent:flo', 'SUSPENDED')
      await using next = await openTestEngine(shared.second, { agentRoles, operationLeaseSeconds: 1 })
      await vi.waitFor(async () => {
        expect((await next.state(run)).steps['pay']).toMatchObject({
          state: 'READY',
          manual: true,
          candidates: ['owner'],
        })
      }, soon)
      await proveRun(shared.second, run)
    })
  })
}
