import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Database, openDatabase } from '../../storage/database.ts'
import type { StorageLog } from '../../storage/storage-log.ts'
import { type BreakableProxy, openProxy } from '../support/breakable-proxy.ts'
import { createPostgresDatabase } from '../support/postgres-server.ts'

/** How long something took, and how it ended. */
async function timed(work: Promise<unknown>): Promise<{ readonly ms: number; readonly error: unknown }> {
  const start = performance.now()
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  return { ms: performance.now() - start, error }
}

describe.skipIf(process.env.DATABASE_URL === undefined)('when PostgreSQL goes away', () => {
  const warnings: string[] = []
  const log: StorageLog = { warn: (_, message) => warnings.push(message), error: () => undefined }
  let server: Awaited<ReturnType<typeof createPostgresDatabase>>
  let proxy: BreakableProxy
  let database: Database
  const one = () => sql`select 1`.execute(database.kysely)
  /** Opens as many connections as the pool has. */
  const fillPool = () => Promise.all([1, 2, 3].map(() => sql`select pg_sleep(0.05)`.execute(database.kysely)))

  beforeAll(async () => {
    server = await createPostgresDatabase()
    proxy = await openProxy(server.url, 5432)
    database = await openDatabase({
      kind: 'postgres',
      url: proxy.url,
      poolSize: 3,
      connectTimeoutMs: 500,
      statementTimeoutMs: 500,
      migrations: 'leave',
      log,
    })
  })
  afterEach(async () => {
    await proxy.restore()
    // A dropped connection is found out by its reset, which takes a moment to arrive.
    await vi.waitFor(one)
  })
  afterAll(async () => {
    await database.close()
    await proxy[Symbol.asyncDispose]()
    await server.drop()
  })

  test('statements and pings are refused at once, and work again when it returns', async () => {
    await fillPool()
    await proxy.cut()
    const outcomes = await Promise.all([...Array.from({ length: 8 }, () => timed(one())), timed(database.ping())])
    for (const { ms, error } of outcomes) {
      expect(error).toBeInstanceOf(Error)
      expect(ms).toBeLessThan(1_000)
    }
    await proxy.restore()
    await database.ping()
    await fillPool()
  })

  test('the loss of idle connections is a warning, not the end of the process', async () => {
    await fillPool()
    warnings.length = 0
    await proxy.cut()
    await vi.waitFor(() => expect(warnings.length).toBeGreaterThan(0))
    expect(new Set(warnings)).toStrictEqual(new Set(['A connection to PostgreSQL was lost']))
  })

  test('a transaction that is cut off between two statements is refused, not the end of the process', async () => {
    const work = database.kysely.transaction().execute(async (tx) => {
      await sql`create table half (id int)`.execute(tx)
      await proxy.cut()
      await sql`select 1`.execute(tx)
    })
    expect((await timed(work)).error).toBeInstanceOf(Error)
    await proxy.restore()
    const { rows } = await sql`select to_regclass('half') as half`.execute(database.kysely)
    expect(rows).toStrictEqual([{ half: null }])
  })

  test('an answer that never comes is given up, and its connection is not used again', async () => {
    await fillPool()
    proxy.stall()
    const outcomes = await Promise.all(Array.from({ length: 3 }, () => timed(one())))
    for (const { ms, error } of outcomes) {
      expect(error).toMatchObject({ message: 'Query read timeout' })
      expect(ms).toBeLessThan(3_000)
    }
    const next = await timed(one())
    expect(next.error).toBeInstanceOf(Error)
    expect(next.ms).toBeLessThan(1_000)
    await proxy.restore()
    expect((await timed(fillPool())).error).toBeNull()
  })

  test('a ping keeps its own limit', async () => {
    await one()
    proxy.stall()
    const { ms, error } = await timed(database.ping(100))
    expect(error).toMatchObject({ message: 'The database did not answer within 100 ms.' })
    expect(ms).toBeLessThan(400)
  })

  test('a slow statement is ended by the server', async () => {
    const { ms, error } = await timed(sql`select pg_sleep(20)`.execute(database.kysely))
    expect(error).toMatchObject({ code: '57014' })
    expect(ms).toBeLessThan(2_000)
  })

  test('a statement that finds no free connection is refused in time', async () => {
    const held = Promise.withResolvers<undefined>()
    const holders = [1, 2, 3].map(() => database.kysely.connection().execute(() => held.promise))
    await new Promise(setImmediate)
    const { ms, error } = await timed(one())
    held.resolve(undefined)
    await Promise.all(holders)
    expect(error).toMatchObject({ message: 'timeout exceeded when trying to connect' })
    expect(ms).toBeLessThan(1_000)
  })

  test('opening says why it failed', async () => {
    await proxy.cut()
    await expect(openDatabase({ kind: 'postgres', url: proxy.url })).rejects.toThrow(
      /^The database cannot be migrated; nothing was changed: connect ECONNREFUSED/,
    )
  })
})
