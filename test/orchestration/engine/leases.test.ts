/** Leases at their edges: a heartbeat in the last moment, a clock that is put back, what a holder says that is not taken. */
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ClaimedTask, claimTask } from '../../../orchestration/engine/claim.ts'
import { transact } from '../../../orchestration/engine/engine.ts'
import { beginTask, deliverHeld } from '../../../orchestration/engine/held-task.ts'
import { lockRun } from '../../../orchestration/engine/keep-run.ts'
import { extendLease, lookAt } from '../../../orchestration/engine/lease.ts'
import { databaseKinds } from '../../support/databases.ts'
import { type SharedDatabase, openShared } from '../../support/engine-databases.ts'
import { proveRun } from '../../support/engine-proof.ts'
import { type TestEngine, doer, openTestEngine } from '../../support/engine.ts'
import { program } from '../../support/orchestration.ts'

const soon = { timeout: 15_000, interval: 50 }
const task = { type: 'agentTask', role: 'clerk', leaseSeconds: 5, next: 'done' }
const { definition } = program({ key: 'leased', start: 'task', nodes: { task, done: { type: 'end' } } })

for (const kind of databaseKinds()) {
  describe(`leases on ${kind}`, { concurrent: true }, () => {
    let shared: SharedDatabase
    let tested: TestEngine

    beforeAll(async () => {
      shared = await openShared(kind)
      tested = await openTestEngine(shared.first)
      await tested.publish(definition)
    })
    afterAll(async () => {
      await tested[Symbol.asyncDispose]()
      await shared[Symbol.asyncDispose]()
    })

    async function claimed(): Promise<ClaimedTask & { readonly token: string }> {
      const run = await tested.start('leased')
      const by = doer('agent:ann', 'clerk')
      const each = await claimTask(tested.engine, { by, limit: 99, task: { runId: run, step: 'task' } })
      if ('outcome' in each) throw new Error(JSON.stringify(each))
      return { ...each, token: each.lease.token }
    }

    const attemptsOf = ({ runId }: ClaimedTask) =>
      shared.second.kysely.selectFrom('mandate.task_attempts').selectAll().where('run_id', '=', runId).execute()

    // The one session of the embedded database cannot do two things at once.
    test.runIf(kind === 'postgres')(
      'who is told that its lease is extended has it, also where it was about to end',
      async () => {
        const task = await claimed()
        const soonOver = sql<Date>`clock_timestamp() + interval '1500 milliseconds'`
        await transact(tested.engine, async ({ tx }) => {
          const { lease_until: until } = await tx
            .updateTable('mandate.task_attempts')
            .set({ lease_until: soonOver })
            .where('run_id', '=', task.runId)
            .returning('lease_until')
            .executeTakeFirstOrThrow()
          await lookAt(tx, tested.engine.queue, { ...task, attempt: 1 }, until!)
        })
        const extended = await shared.second.kysely.transaction().execute(async (tx) => {
          const until = await extendLease(tx, task, 1)
          // The heartbeat has not committed yet when the lease is looked at.
          await delay(2_500)
          return until
        })
        expect(extended).not.toBeNull()
        await delay(500)
        expect(await attemptsOf(task)).toMatchObject([{ n: 1, ended_at: null }])
        await proveRun(shared.second, task.runId)
      },
    )

    test('a lease that is looked at too early is looked at again when it ends', async () => {
      const task = await claimed()
      // As where the clock of the database is put back: the job was due, and the lease still holds.
      await sql`update pgboss.job set start_after = now()
        where name = 'orchestration-events' and data->>'runId' = ${task.runId}`.execute(shared.second.kysely)
      await vi.waitFor(async () => expect(await attemptsOf(task)).toMatchObject([{ outcome: 'lease_lost' }]), soon)
      await proveRun(shared.second, task.runId)
    })

    test('what is not taken leaves no trace on the attempt', async () => {
      const task = await claimed()
      expect(await beginTask(tested.engine, task)).toMatchObject({ outcome: 'applied' })
      const [begun] = await attemptsOf(task)
      expect(await beginTask(tested.engine, task)).toMatchObject({ outcome: 'refused' })
      const handOff = (attempt: number) => ({ kind: 'handedOff', step: 'task', attempt, note: '', to: {} }) as const
      const refused = await deliverHeld(tested.engine, task, handOff, { usage: { inputTokens: 1 }, confidence: 0.5 })
      expect(refused).toMatchObject({ outcome: 'refused' })
      expect(await attemptsOf(task)).toStrictEqual([begun])
    })

    test.runIf(kind === 'postgres')('two who wait for one another both come through', async () => {
      const [a, b] = [await tested.start('leased'), await tested.start('leased')]
      let met = 0
      const both = await Promise.all(
        [
          [a, b],
          [b, a],
        ].map(([first = '', second = '']) =>
          transact(tested.engine, async ({ tx }) => {
            await lockRun(tx, first)
            met += 1
            await vi.waitFor(() => expect(met).toBeGreaterThanOrEqual(2), soon)
            return (await lockRun(tx, second))?.id
          }),
        ),
      )
      expect(both).toStrictEqual([b, a])
      expect(met).toBe(3)
    })
  })
}
