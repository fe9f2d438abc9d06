import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type KyselyPlugin, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../lib/json.ts'
import { type Database, openDatabase } from '../../storage/database.ts'
import type { DurableQueue, Lease, QueueJob, Tx } from '../../storage/queue/durable-queue.ts'
import { type DurableQueueOptions, openDurableQueue } from '../../storage/queue/pg-boss-queue.ts'
import { splitStatements } from '../../storage/queue/split-statements.ts'
import { openProxy } from '../support/breakable-proxy.ts'
import {
  type DatabaseKind,
  createDatabase,
  createDatabaseUrl,
  databaseKinds,
  embeddedTemplate,
} from '../support/databases.ts'

const job = (rest: Partial<QueueJob> = {}): QueueJob => ({ id: randomUUID(), data: {}, ...rest })
const soon = { timeout: 15_000, interval: 20 }

/** A log that keeps its warnings. */
function memoryLog() {
  const lines: string[] = []
  const write = (details: Readonly<Record<string, unknown>>, message: string) =>
    void lines.push(`${message}: ${String(details.reason)}`)
  return { lines, warn: write, error: write }
}

/** Queues on one database, with intervals that suit a test. */
function open(database: Database, options: Partial<DurableQueueOptions> = {}): Promise<DurableQueue> {
  return openDurableQueue({ database, log: memoryLog(), pollMs: 30, recoverMs: 50, ...options })
}

/** What the handlers of a queue have written in the table `effects`. */
async function effects(database: Database, queue: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from effects where name like ${`${queue} %`} order by name`.execute(database.kysely)
  return rows.map((row) => row.name)
}

const nameOf = ({ queue, data }: Lease) => `${queue} ${JSON.stringify(data.n)}`
const leave = (tx: Tx, name: string) => sql`insert into effects values (${name})`.execute(tx)

for (const kind of databaseKinds()) {
  describe(`the queue on ${kind}`, () => {
    let database: Database
    let statements = 0
    const inTx = <T>(work: (tx: Tx) => Promise<T>) => database.kysely.transaction().execute(work)
    const put = (queue: DurableQueue, name: string, ...jobs: QueueJob[]) => inTx((tx) => queue.enqueue(tx, name, jobs))
    const take = (queue: DurableQueue, name: string, max = 1, ignoreGroups: string[] = []) =>
      inTx((tx) => queue.claim(tx, name, { max, ignoreGroups }))
    /** Claims one job as soon as there is one. */
    const takeSoon = (queue: DurableQueue, name: string) =>
      vi.waitFor(async () => {
        const [lease] = await take(queue, name)
        if (lease === undefined) throw new Error('No job yet.')
        return lease
      }, soon)

    beforeAll(async () => {
      database = await createDatabase(kind, { onQuery: () => void (statements += 1) })
      await sql`create table effects (name text not null)`.execute(database.kysely)
    })
    afterAll(() => database.close())

    test('shows jobs when their transaction has committed, and never those of one that was rolled back', async () => {
      await using queue = await open(database)
      await queue.ensure('visible')
      const kept = job({ data: { deep: { list: [1, null, 'ä'] } }, group: 'g' })
      const undone = inTx(async (tx) => {
        await queue.enqueue(tx, 'visible', [job()])
        throw new Error('undone')
      })
      await expect(undone).rejects.toThrow('undone')
      expect(await take(queue, 'visible')).toStrictEqual([])
      if (kind === 'postgres') {
        await inTx(async (tx) => {
          await queue.enqueue(tx, 'visible', [kept])
          expect(await take(queue, 'visible')).toStrictEqual([])
        })
      } else await put(queue, 'visible', kept)
      const { id: jobId, data } = kept
      const [lease] = await take(queue, 'visible')
      expect(lease).toStrictEqual({
        ...{ queue: 'visible', jobId, attempt: 1, data, group: 'g', seconds: 60 },
        expiresAt: expect.any(Date) as Date,
      })
      expect(Math.abs(lease!.expiresAt.getTime() - Date.now() - 60_000)).toBeLessThan(10_000)
    })

    test('gives a claim back that was rolled back', async () => {
      await using queue = await open(database)
      await queue.ensure('unclaimed')
      await put(queue, 'unclaimed', job())
      const claimed = inTx(async (tx) => {
        expect(await queue.claim(tx, 'unclaimed', { max: 1 })).toHaveLength(1)
        throw new Error('undone')
      })
      await expect(claimed).rejects.toThrow('undone')
      expect(await take(queue, 'unclaimed')).toMatchObject([{ attempt: 1 }])
    })

    test('takes the same id once: in one call, in another, and after the job has ended', async () => {
      await using queue = await open(database)
      await queue.ensure('once')
      const first = job({ data: { n: 1 } })
      const second = { ...first, data: { n: 2 } }
      await put(queue, 'once', first, first)
      await put(queue, 'once', second, job({ data: { n: 3 } }))
      const leases = await take(queue, 'once', 9)
      expect(leases.map((lease) => lease.data.n).sort()).toStrictEqual([1, 3])
      await inTx((tx) => Promise.all(leases.map((lease) => queue.complete(tx, lease))))
      await put(queue, 'once', second)
      expect(await take(queue, 'once')).toStrictEqual([])
    })

    test('claims by priority and then by age', async () => {
      await using queue = await open(database)
      await queue.ensure('order')
      for (const [n, priority] of [0, 5, 0, 5, -1].entries()) {
        await put(queue, 'order', job({ data: { n }, priority }))
        // The embedded database's clock ticks in milliseconds.
        await sql`select pg_sleep(0.003)`.execute(database.kysely)
      }
      const order: unknown[] = []
      for (const max of [1, 3, 9]) order.push(...(await take(queue, 'order', max)).map((lease) => lease.data.n))
      expect(order).toStrictEqual([1, 3, 0, 2, 4])
    })

    test('keeps a job until its time has come', async () => {
      await using queue = await open(database)
      await queue.ensure('later')
      const { rows } = await sql<{ now: Date }>`select now()`.execute(database.kysely)
      const after = new Date(rows[0]!.now.getTime() + 400)
      await put(queue, 'later', job({ after }), job({ after: new Date(after.getTime() + 3_600_000) }))
      await takeSoon(queue, 'later')
      const { rows: end } = await sql<{ now: Date }>`select now()`.execute(database.kysely)
      expect(end[0]!.now.getTime()).toBeGreaterThanOrEqual(after.getTime())
      expect(await take(queue, 'later')).toStrictEqual([])
    })

    test('leaves out the groups that the claimer ignores', async () => {
      await using queue = await open(database)
      await queue.ensure('groups')
      await put(queue, 'groups', job({ group: 'a' }), job({ group: 'b' }), job({ group: 'a' }), job())
      const groups = async (ignore: string[]) =>
        (await take(queue, 'groups', 9, ignore)).map((lease) => lease.group).sort()
      expect(await groups(['a'])).toStrictEqual(['b', null])
      expect(await groups(['b', 'c'])).toStrictEqual(['a', 'a'])
    })

    test('never gives a job to two claimers', async () => {
      await using queue = await open(database)
      await queue.ensure('many')
      const jobs = Array.from({ length: 80 }, () => job())
      await put(queue, 'many', ...jobs)
      const claimed: string[] = []
      const claimer = async (max: number) => {
        for (;;) {
          const leases = await take(queue, 'many', max)
          if (leases.length === 0) return
          claimed.push(...leases.map((lease) => lease.jobId))
        }
      }
      await Promise.all([1, 2, 3, 1, 2, 3, 1, 2].map(claimer))
      // A claimer may pass by what another one holds at the moment; nobody's claim was rolled back, so nothing is left.
      expect(claimed.sort()).toStrictEqual(jobs.map(({ id }) => id).sort())
    })

    test('fences the holder of a lease that has ended', async () => {
      await using queue = await open(database)
      await queue.ensure('fence', { leaseSeconds: 1, retryDelaySeconds: 0 })
      await put(queue, 'fence', job())
      const [stale] = await take(queue, 'fence')
      await vi.waitFor(
        () =>
          inTx(async (tx) => {
            const [fresh] = await queue.claim(tx, 'fence', { max: 1 })
            if (fresh === undefined) throw new Error('Not yet.')
            expect(fresh).toMatchObject({ jobId: stale!.jobId, attempt: 2 })
            expect(await queue.heartbeat(tx, stale!)).toBe(null)
            expect(await queue.complete(tx, stale!)).toBe(false)
            expect(await queue.fail(tx, stale!, { message: 'late' })).toBe('lost')
            expect(await queue.complete(tx, fresh)).toBe(true)
            expect(await queue.complete(tx, fresh)).toBe(false)
          }),
        soon,
      )
    })

    test('extends a lease by heartbeats', async () => {
      await using queue = await open(database)
      await queue.ensure('beat')
      await put(queue, 'beat', job())
      const [lease] = await take(queue, 'beat')
      await sql`select pg_sleep(0.01)`.execute(database.kysely)
      const until = await inTx((tx) => queue.heartbeat(tx, lease!))
      expect(until!.getTime()).toBeGreaterThan(lease!.expiresAt.getTime())
      expect(await inTx((tx) => queue.complete(tx, lease!))).toBe(true)
      expect(await inTx((tx) => queue.heartbeat(tx, lease!))).toBe(null)
    })

    test('tries a failed job again until its retries are used up', async () => {
      await using queue = await open(database)
      await queue.ensure('fail', { retryLimit: 1, retryDelaySeconds: 0 })
      await put(queue, 'fail', job())
      const failOnce = async () => {
        const [lease] = await take(queue, 'fail')
        return [lease!.attempt, await inTx((tx) => queue.fail(tx, lease!, { message: 'no' }))]
      }
      expect(await failOnce()).toStrictEqual([1, 'retry'])
      expect(await failOnce()).toStrictEqual([2, 'dead'])
      expect(await take(queue, 'fail')).toStrictEqual([])
    })

    test('waits before it tries a failed job again', async () => {
      await using queue = await open(database)
      await queue.ensure('wait')
      await put(queue, 'wait', job())
      const [lease] = await take(queue, 'wait')
      expect(await inTx((tx) => queue.fail(tx, lease!, { message: 'no' }))).toBe('retry')
      expect(await take(queue, 'wait')).toStrictEqual([])
      expect(await takeSoon(queue, 'wait')).toMatchObject({ attempt: 2 })
    })

    test('cancels jobs that wait and jobs that run', async () => {
      await using queue = await open(database)
      await queue.ensure('cancel')
      const [waiting, running, left] = [job({ priority: 1 }), job({ priority: 2 }), job()]
      await put(queue, 'cancel', waiting, running, left)
      const [lease] = await take(queue, 'cancel')
      await inTx((tx) => queue.cancel(tx, 'cancel', [waiting.id, running.id]))
      await inTx((tx) => queue.cancel(tx, 'cancel', []))
      expect(await inTx((tx) => queue.complete(tx, lease!))).toBe(false)
      expect(await take(queue, 'cancel', 9)).toMatchObject([{ jobId: left.id }])
    })

    test('refuses a queue that was not ensured, and takes newer settings from another process', async () => {
      await using queue = await open(database)
      await expect(put(queue, 'nowhere', job())).rejects.toThrow('`nowhere` is used before it is ensured')
      expect(() => queue.work('nowhere', { kind: 'transactional', handle: () => Promise.resolve() })).toThrow('ensured')
      await expect(queue.ensure('no spaces')).rejects.toThrow('Name')
      await Promise.all([queue.ensure('settings'), queue.ensure('settings')])
      await using other = await open(database)
      await other.ensure('settings', { leaseSeconds: 7 })
      await put(queue, 'settings', job())
      expect(await take(queue, 'settings')).toMatchObject([{ seconds: 7 }])
    })

    test('has the effect of transactional work exactly once', async () => {
      const log = memoryLog()
      await using queue = await open(database, { log })
      await queue.ensure('exactly', { retryDelaySeconds: 0 })
      const attempts: number[] = []
      const handle = async (lease: Lease, tx: Tx) => {
        attempts.push(lease.attempt)
        await leave(tx, nameOf(lease))
        if (lease.data.n === 1 && lease.attempt === 1) throw new Error('not today')
        // A statement that fails leaves the transaction useless: also that only undoes this attempt.
        if (lease.data.n === 2 && lease.attempt === 1) await sql`select 1 / 0`.execute(tx)
      }
      queue.work('exactly', { kind: 'transactional', handle }, { concurrency: 3 })
      await put(queue, 'exactly', ...[1, 2, 3].map((n) => job({ data: { n } })))
      await vi.waitFor(() => expect(attempts).toHaveLength(5), soon)
      await queue[Symbol.asyncDispose]()
      expect(attempts.sort()).toStrictEqual([1, 1, 1, 2, 2])
      expect(await effects(database, 'exactly')).toStrictEqual(['exactly 1', 'exactly 2', 'exactly 3'])
      expect(log.lines.sort()).toStrictEqual(['A job failed: division by zero', 'A job failed: not today'])
    })

    test('counts an attempt that only the end of its transaction would have shown to be wrong', async () => {
      await sql`create table numbers (n int unique deferrable initially deferred)`.execute(database.kysely)
      const log = memoryLog()
      await using queue = await open(database, { log })
      await queue.ensure('deferred', { retryDelaySeconds: 0 })
      const attempts: number[] = []
      const handle = async (lease: Lease, tx: Tx) => {
        attempts.push(lease.attempt)
        await sql`insert into numbers values (1), (${lease.attempt})`.execute(tx)
      }
      queue.work('deferred', { kind: 'transactional', handle })
      await put(queue, 'deferred', job())
      await vi.waitFor(() => expect(attempts).toStrictEqual([1, 2]), soon)
      expect(log.lines).toHaveLength(1)
      expect(log.lines[0]).toMatch(/^A job failed: duplicate key value/)
    })

    test.runIf(kind === 'postgres')('does other jobs before one on which the connection breaks', async () => {
      await using queue = await open(database)
      await queue.ensure('breaks')
      const done: unknown[] = []
      let broken = false
      const handle = async (lease: Lease, tx: Tx) => {
        if (lease.data.n === 1 && !broken) {
          broken = true
          await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx)
        }
        done.push(lease.data.n)
      }
      await put(queue, 'breaks', job({ data: { n: 1 }, priority: 1 }), job({ data: { n: 2 } }))
      queue.work('breaks', { kind: 'transactional', handle })
      await vi.waitFor(() => expect(done).toStrictEqual([2, 1]), soon)
    })

    test('completes leased work together with what it writes', async () => {
      const log = memoryLog()
      await using queue = await open(database, { log })
      await queue.ensure('leased', { retryDelaySeconds: 0 })
      const done: string[] = []
      const handle = (lease: Lease, signal: AbortSignal) => {
        const name = nameOf(lease)
        expect(signal.aborted).toBe(false)
        if (lease.data.n === 1 && lease.attempt === 1) return Promise.reject(new Error('not yet'))
        return Promise.resolve(async (tx: Tx) => {
          await leave(tx, name)
          // After its write, which must not stay.
          if (lease.data.n === 2 && lease.attempt === 1) throw new Error('not written')
          done.push(name)
        })
      }
      queue.work('leased', { kind: 'leased', handle }, { concurrency: 2 })
      await put(queue, 'leased', ...[1, 2, 3].map((n) => job({ data: { n } })))
      await vi.waitFor(() => expect(done).toHaveLength(3), soon)
      await queue[Symbol.asyncDispose]()
      expect(await effects(database, 'leased')).toStrictEqual(['leased 1', 'leased 2', 'leased 3'])
      expect(log.lines.sort()).toStrictEqual(['A job failed: not written', 'A job failed: not yet'])
    })

    test('writes nothing of leased work whose lease was lost', async () => {
      const log = memoryLog()
      await using queue = await open(database, { log })
      await queue.ensure('lost', { retryDelaySeconds: 0 })
      const handle = async (lease: Lease) => {
        // Somebody else gives the job back while it runs here, as recovery does, and takes it.
        await inTx((tx) => queue.fail(tx, lease, { message: 'taken away' }))
        expect(await take(queue, 'lost')).toMatchObject([{ attempt: 2 }])
        return async (tx: Tx) => {
          await leave(tx, nameOf(lease))
        }
      }
      queue.work('lost', { kind: 'leased', handle })
      await put(queue, 'lost', job())
      await vi.waitFor(() => expect(log.lines).toStrictEqual(['A job failed: The lease is lost.']), soon)
      expect(await effects(database, 'lost')).toStrictEqual([])
    })

    test('keeps the lease of leased work, and tells the work when it is lost', async () => {
      await using queue = await open(database)
      await queue.ensure('kept', { leaseSeconds: 3 })
      const seen: string[] = []
      const endOf = async ({ jobId }: Lease) => {
        const { rows } = await sql<{ end: Date }>`
          select started_on + expire_seconds * interval '1 second' as "end" from pgboss.job where id = ${jobId}`.execute(
          database.kysely,
        )
        return rows[0]!.end.getTime()
      }
      const handle = async (lease: Lease, signal: AbortSignal) => {
        await vi.waitFor(async () => expect(await endOf(lease)).toBeGreaterThan(lease.expiresAt.getTime()), soon)
        seen.push('kept')
        await inTx((tx) => queue.cancel(tx, 'kept', [lease.jobId]))
        await vi.waitFor(() => expect(signal.aborted).toBe(true), soon)
        seen.push(String(signal.reason))
        return undefined
      }
      queue.work('kept', { kind: 'leased', handle })
      await put(queue, 'kept', job())
      await vi.waitFor(() => expect(seen).toStrictEqual(['kept', 'Error: The lease is lost.']), soon)
    })

    test('gives the jobs of a process that has died to another', async () => {
      const first = await open(database, { recoverMs: 1_000_000 })
      await first.ensure('died', { leaseSeconds: 1, retryDelaySeconds: 0 })
      await put(first, 'died', job({ data: { n: 1 } }))
      expect(await take(first, 'died')).toHaveLength(1)
      await first[Symbol.asyncDispose]()
      await using second = await open(database)
      await second.ensure('died', { leaseSeconds: 1, retryDelaySeconds: 0 })
      expect(await takeSoon(second, 'died')).toMatchObject({ attempt: 2, data: { n: 1 } })
    })

    test('wakes a worker that would look much later', async () => {
      await using queue = await open(database, { pollMs: 1_000_000 })
      await queue.ensure('woken')
      const seen: JsonObject[] = []
      const handle = (lease: Lease) => Promise.resolve(void seen.push(lease.data))
      queue.work('woken', { kind: 'transactional', handle })
      // Its first look is over when another worker has run: they take turns.
      await put(queue, 'woken', job({ data: { n: 1 } }))
      await vi.waitFor(() => {
        queue.wake('woken')
        expect(seen).toHaveLength(1)
      }, soon)
      // Three jobs and one wake: where there is one job the worker looks for the next.
      await put(queue, 'woken', job(), job(), job())
      queue.wake('woken')
      await vi.waitFor(() => expect(seen).toHaveLength(4), soon)
    })

    test('deletes jobs that have ended, without a complaint of pg-boss', async () => {
      const log = memoryLog()
      await using queue = await open(database, { log, maintainSeconds: 1 })
      await queue.ensure('ended', { keepFinishedSeconds: 1 })
      const [ended, waiting] = [job({ priority: 1 }), job()]
      await put(queue, 'ended', ended, waiting)
      const [lease] = await take(queue, 'ended')
      await inTx((tx) => queue.complete(tx, lease!))
      const ids = async () => {
        const { rows } = await sql<{ id: string }>`select id from pgboss.job where name = 'ended'`.execute(
          database.kysely,
        )
        return rows.map((row) => row.id)
      }
      await vi.waitFor(async () => expect(await ids()).toStrictEqual([waiting.id]), soon)
      expect(log.lines).toStrictEqual([])
    })

    test('stops: no statement follows, signals abort, and the jobs go back', async () => {
      const queue = await open(database)
      await queue.ensure('stops', { retryDelaySeconds: 0 })
      const started = Promise.withResolvers<undefined>()
      const handle = async (_: Lease, signal: AbortSignal) => {
        started.resolve(undefined)
        await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error))
        })
        return undefined
      }
      const stop = queue.work('stops', { kind: 'leased', handle })
      await put(queue, 'stops', job())
      await started.promise
      await Promise.all([stop(), stop()])
      expect(await take(queue, 'stops')).toMatchObject([{ attempt: 2 }])
      await Promise.all([queue[Symbol.asyncDispose](), queue[Symbol.asyncDispose]()])
      expect(() => queue.work('stops', { kind: 'leased', handle })).toThrow('The queue is closed.')
      const before = statements
      await delay(150)
      expect(statements).toBe(before)
    })

    test('stops although a job does not end', async () => {
      const log = memoryLog()
      const queue = await open(database, { log, stopTimeoutMs: 50 })
      await queue.ensure('endless')
      const started = Promise.withResolvers<undefined>()
      const ended = Promise.withResolvers<undefined>()
      const handle = () => (started.resolve(undefined), ended.promise)
      queue.work('endless', { kind: 'leased', handle })
      await put(queue, 'endless', job())
      await started.promise
      await queue[Symbol.asyncDispose]()
      expect(log.lines).toStrictEqual([
        'A worker stopped without its job: A job of the queue `endless` did not end within 50 ms.',
      ])
      ended.resolve(undefined)
    })

    test('goes on after the database was away, with one warning', async () => {
      await using away = await breakable(kind)
      const log = memoryLog()
      await using queue = await open(away.database, { log })
      await queue.ensure('away')
      const seen: unknown[] = []
      queue.work('away', { kind: 'leased', handle: (lease) => Promise.resolve(void seen.push(lease.data.n)) })
      queue.work('away', { kind: 'transactional', handle: (lease) => Promise.resolve(void seen.push(lease.data.n)) })
      await away.break()
      await vi.waitFor(() => expect(log.lines).not.toStrictEqual([]), soon)
      // Long enough for many more polls.
      await delay(300)
      await away.mend()
      const enqueue = () =>
        away.database.kysely.transaction().execute((tx) => queue.enqueue(tx, 'away', [job({ data: { n: 1 } })]))
      await vi.waitFor(enqueue, soon)
      await vi.waitFor(() => expect(seen).toContain(1), soon)
      expect(log.lines).toHaveLength(1)
      expect(log.lines[0]).toMatch(/^The queue cannot reach its jobs; it keeps trying: /)
    })

    test('opens twice at once on a database without its tables, with one connection each', async () => {
      await using empty = await twoDatabases(kind)
      const queues = await Promise.all(empty.databases.map((each) => open(each)))
      await Promise.all(queues.map((queue) => queue.ensure('both')))
      const [one, other] = queues
      await empty.databases[0].kysely.transaction().execute((tx) => one!.enqueue(tx, 'both', [job()]))
      const claimed = await empty.databases[1].kysely
        .transaction()
        .execute((tx) => other!.claim(tx, 'both', { max: 9 }))
      expect(claimed).toHaveLength(1)
      await Promise.all(queues.map((queue) => queue[Symbol.asyncDispose]()))
    })

    test('leaves nothing that keeps a process alive', async () => {
      const { url, drop } = kind === 'postgres' ? await createDatabaseUrl() : { url: null, drop: undefined }
      const place = url === null ? { folder: null, template: await embeddedTemplate() } : { url }
      const script = `
        const { openDatabase } = await import('./storage/database.ts')
        const { openDurableQueue } = await import('./storage/queue/pg-boss-queue.ts')
        const database = await openDatabase(${JSON.stringify({ kind, ...place, migrations: 'leave' })})
        const queue = await openDurableQueue({ database, log: console })
        await queue.ensure('here')
        queue.work('here', { kind: 'transactional', handle: async () => undefined })
        queue.work('here', { kind: 'leased', handle: async () => undefined })
        await queue[Symbol.asyncDispose]()
        await database.close()
        console.log('closed')`
      try {
        const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { timeout: 15_000 })
        expect(stdout).toBe('closed\n')
      } finally {
        await drop?.()
      }
    })
  })
}

/** A database that can be taken away: behind a proxy, or (embedded) by failing the answers. */
async function breakable(kind: DatabaseKind) {
  if (kind === 'postgres') {
    const { url, drop } = await createDatabaseUrl()
    const proxy = await openProxy(url, 5432)
    const database = await openDatabase({ kind, url: proxy.url, migrations: 'leave', connectTimeoutMs: 1_000 })
    const dispose = async () => {
      await database.close()
      await proxy[Symbol.asyncDispose]()
      await drop()
    }
    return { database, break: () => proxy.cut(), mend: () => proxy.restore(), [Symbol.asyncDispose]: dispose }
  }
  const database = await createDatabase(kind)
  let broken = false
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    transformResult: ({ result }) => (broken ? Promise.reject(new Error('away')) : Promise.resolve(result)),
  }
  const set = (value: boolean) => () => Promise.resolve(void (broken = value))
  return {
    database: { ...database, kysely: database.kysely.withPlugin(plugin) },
    ...{ break: set(true), mend: set(false) },
    [Symbol.asyncDispose]: () => database.close(),
  }
}

/** Two ways to one database, as two processes have them; on the embedded one they share its session. */
async function twoDatabases(kind: DatabaseKind) {
  if (kind === 'embedded') {
    const database = await createDatabase(kind)
    return { databases: [database, database] as const, [Symbol.asyncDispose]: () => database.close() }
  }
  const { url, drop } = await createDatabaseUrl()
  const connect = () => openDatabase({ kind, url, migrations: 'leave', poolSize: 1 })
  const databases = [await connect(), await connect()] as const
  const dispose = async () => {
    await Promise.all(databases.map((each) => each.close()))
    await drop()
  }
  return { databases, [Symbol.asyncDispose]: dispose }
}

test('a script is split where PostgreSQL would', () => {
  const script = `BEGIN; -- a; b
    create function f() returns text as $$ select ';' ; $$ language sql;
    select 'it''s; fine', "a;b", $tag$ ; $$ ; $tag$ /* ; */; ; COMMIT;
  `
  expect(splitStatements(script)).toStrictEqual([
    'BEGIN',
    "-- a; b\n    create function f() returns text as $$ select ';' ; $$ language sql",
    `select 'it''s; fine', "a;b", $tag$ ; $$ ; $tag$ /* ; */`,
    'COMMIT',
  ])
})
