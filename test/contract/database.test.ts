import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../storage/database.ts'
import { createDatabase, databaseKinds } from '../support/databases.ts'

/** The one value of `select <expression> as value`. */
async function select(database: Database, expression: ReturnType<typeof sql>): Promise<unknown> {
  const { rows } = await sql<{ value: unknown }>`select ${expression} as value`.execute(database.kysely)
  return rows[0]?.value
}

/** An empty table to try things on. */
async function withThings(database: Database): Promise<Kysely<{ things: { id: number; name: string } }>> {
  await sql`drop table if exists things`.execute(database.kysely)
  await sql`create table things (id int constraint things_key primary key, name text not null)`.execute(database.kysely)
  return database.kysely as unknown as Kysely<{ things: { id: number; name: string } }>
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'it worked',
    (error: unknown) => (error as { code?: string }).code ?? (error as Error).name,
  )

for (const kind of databaseKinds()) {
  describe(`the database on ${kind}`, () => {
    // One connection: whatever a statement leaves behind, the next one meets it.
    let database: Database
    beforeAll(async () => {
      database = await createDatabase(kind, { poolSize: 1 })
    })
    afterAll(() => database.close())

    test('reads every column type as the same JavaScript type', async () => {
      const cases: [ReturnType<typeof sql>, unknown][] = [
        [sql`7::int2`, 7],
        [sql`8::int4`, 8],
        [sql`9007199254740991::int8`, Number.MAX_SAFE_INTEGER],
        [sql`1.5::float8`, 1.5],
        [sql`12.30::numeric(10, 2)`, '12.30'],
        [sql`true`, true],
        [sql`'text'::text`, 'text'],
        [sql`'varchar'::varchar(10)`, 'varchar'],
        [sql`'00000000-0000-7000-8000-000000000001'::uuid`, '00000000-0000-7000-8000-000000000001'],
        [sql`date '2026-10-31'`, '2026-10-31'],
        [sql`timestamptz '2026-10-31 12:00:00.123+02'`, new Date('2026-10-31T10:00:00.123Z')],
        [sql`'{"a": [1, null, "x"]}'::jsonb`, { a: [1, null, 'x'] }],
        [sql`'{"a": 1}'::json`, { a: 1 }],
        [sql`'[1, "2"]'::jsonb`, [1, '2']],
        [sql`'\\x0001ff'::bytea`, Buffer.from([0, 1, 255])],
        [sql`'{1,2,NULL}'::int4[]`, [1, 2, null]],
        [sql`'{1,9007199254740991,NULL}'::int8[]`, [1, Number.MAX_SAFE_INTEGER, null]],
        [sql`'{a,"b \\"c\\" {d}",NULL}'::text[]`, ['a', 'b "c" {d}', null]],
        [sql`'{1.10,2}'::numeric[]`, ['1.10', '2']],
        [sql`'{2026-10-31}'::date[]`, ['2026-10-31']],
        [sql`array[timestamptz '2026-10-31 12:00:00Z']`, [new Date('2026-10-31T12:00:00Z')]],
        [sql`'{}'::text[]`, []],
        [sql`null::int8`, null],
        [sql`count(*)`, 1],
      ]
      for (const [expression, expected] of cases) expect(await select(database, expression)).toStrictEqual(expected)
    })

    test('writes every JavaScript type as the same column value', async () => {
      const bytes = new Uint8Array([0, 39, 92, 255])
      const text = `'"\\{}$1\n☃ ${'long '.repeat(1_000)}`
      const cases: [ReturnType<typeof sql>, unknown][] = [
        [sql`${9_007_199_254_740_991}::int8`, 9_007_199_254_740_991],
        [sql`${10n}::int8`, 10],
        [sql`${'12.30'}::numeric`, '12.30'],
        [sql`${1.5}::float8`, 1.5],
        [sql`${true}::boolean`, true],
        [sql`${text}::text`, text],
        [sql`${'2026-10-31'}::date`, '2026-10-31'],
        [sql`${new Date('2026-10-31T10:00:00.123Z')}::timestamptz`, new Date('2026-10-31T10:00:00.123Z')],
        [sql`${{ a: ["it's"] }}::jsonb`, { a: ["it's"] }],
        [sql`${JSON.stringify([1, 2])}::jsonb`, [1, 2]],
        [sql`${bytes}::bytea`, Buffer.from(bytes)],
        [sql`${[1, 2]}::int4[]`, [1, 2]],
        [sql`${['a"b', 'c,d', null, '']}::text[]`, ['a"b', 'c,d', null, '']],
        [sql`${null}::text`, null],
      ]
      for (const [expression, expected] of cases) expect(await select(database, expression)).toStrictEqual(expected)
    })

    test('refuses an int8 that a number cannot hold, and goes on', async () => {
      await expect(select(database, sql`9007199254740993::int8`)).rejects.toThrow('9007199254740993 is too large')
      expect(await select(database, sql`1`)).toBe(1)
    })

    test('reports errors with the code and the constraint of PostgreSQL, and goes on', async () => {
      const db = await withThings(database)
      const insert = () => db.insertInto('things').values({ id: 1, name: 'one' }).execute()
      await insert()
      await expect(insert()).rejects.toMatchObject({ code: '23505', constraint: 'things_key', table: 'things' })
      expect(await codeOf(sql`selec ${1}`.execute(db))).toBe('42601')
      expect(await codeOf(sql`selec`.execute(db))).toBe('42601')
      expect(await codeOf(sql`select * from nothing where id = ${1}`.execute(db))).toBe('42P01')
      expect(await codeOf(sql`select ${'x'}::int`.execute(db))).toBe('22P02')
      expect(await codeOf(sql`select 1 / ${0}::int`.execute(db))).toBe('22012')
      expect(await db.selectFrom('things').selectAll().execute()).toStrictEqual([{ id: 1, name: 'one' }])
    })

    test('counts the rows that a statement changed', async () => {
      const db = await withThings(database)
      const inserted = await db
        .insertInto('things')
        .values([1, 2, 3].map((id) => ({ id, name: 'x' })))
        .executeTakeFirst()
      const updated = await db.updateTable('things').set({ name: 'y' }).where('id', '>', 1).executeTakeFirst()
      const missed = await db.updateTable('things').set({ name: 'y' }).where('id', '=', 9).executeTakeFirst()
      const deleted = await db.deleteFrom('things').where('id', '=', 1).returning('name').execute()
      expect(inserted.numInsertedOrUpdatedRows).toBe(3n)
      expect(updated.numUpdatedRows).toBe(2n)
      expect(missed.numUpdatedRows).toBe(0n)
      expect(deleted).toStrictEqual([{ name: 'x' }])
    })

    test('runs several statements at once when they have no parameters', async () => {
      await sql`create table a (id int); insert into a values (1), (2)`.execute(database.kysely)
      expect(await select(database, sql`(select count(*) from a)`)).toBe(2)
    })

    test('rolls a failed transaction back, and goes on', async () => {
      const db = await withThings(database)
      const work = db.transaction().execute(async (tx) => {
        await tx.insertInto('things').values({ id: 1, name: 'one' }).execute()
        await sql`select ${'x'}::int`.execute(tx)
      })
      expect(await codeOf(work)).toBe('22P02')
      expect(await db.selectFrom('things').selectAll().execute()).toStrictEqual([])
    })

    test('rejects the commit of a transaction that had failed', async () => {
      const db = await withThings(database)
      const work = db.transaction().execute(async (tx) => {
        await tx.insertInto('things').values({ id: 1, name: 'one' }).execute()
        await sql`select ${'x'}::int`.execute(tx).catch(() => undefined)
      })
      await expect(work).rejects.toThrow()
      expect(await db.selectFrom('things').selectAll().execute()).toStrictEqual([])
    })

    test('goes on after a savepoint', async () => {
      const db = await withThings(database)
      const tx = await db.startTransaction().execute()
      await tx.insertInto('things').values({ id: 1, name: 'one' }).execute()
      const inner = await tx.savepoint('inner').execute()
      expect(await codeOf(inner.insertInto('things').values({ id: 1, name: 'again' }).execute())).toBe('23505')
      await inner.rollbackToSavepoint('inner').execute()
      await tx.commit().execute()
      expect(await db.selectFrom('things').selectAll().execute()).toStrictEqual([{ id: 1, name: 'one' }])
    })

    test('keeps transactions apart that run at once', async () => {
      await using database = await createDatabase(kind)
      const db = await withThings(database)
      await db.insertInto('things').values({ id: 1, name: '0' }).execute()
      const increment = () =>
        db.transaction().execute(async (tx) => {
          const { name } = await tx.selectFrom('things').select('name').forUpdate().executeTakeFirstOrThrow()
          await tx
            .updateTable('things')
            .set({ name: String(Number(name) + 1) })
            .execute()
        })
      await Promise.all(Array.from({ length: 20 }, increment))
      expect(await db.selectFrom('things').select('name').executeTakeFirst()).toStrictEqual({ name: '20' })
    })

    test('hands nobody a transaction that somebody left open', async () => {
      const db = await withThings(database)
      await db.connection().execute(async (connection) => {
        await sql`begin`.execute(connection)
        await connection.insertInto('things').values({ id: 1, name: 'left' }).execute()
      })
      expect(await db.selectFrom('things').selectAll().execute()).toStrictEqual([])
    })

    test('keeps its times in UTC', async () => {
      expect(await select(database, sql`(timestamptz '2026-10-31 23:30:00-02')::date`)).toBe('2026-11-01')
    })

    test('tells every statement to onQuery', async () => {
      const statements: string[] = []
      await using database = await createDatabase(kind, { onQuery: (text) => statements.push(text) })
      await select(database, sql`1`)
      await database.kysely.transaction().execute((tx) => sql`select 2`.execute(tx))
      expect(statements).toStrictEqual(['select 1 as value', 'begin', 'select 2', 'commit'])
    })

    test('has the tables of all migrations', async () => {
      const tables = await database.kysely.introspection.getTables()
      expect(tables.map((table) => `${table.schema}.${table.name}`)).toEqual(
        expect.arrayContaining(['crm.accounts', 'mandate.ledger', 'mandate.revocations']),
      )
    })

    test('answers a ping until it is closed, and closes once', async () => {
      const database = await createDatabase(kind)
      await database.ping()
      await Promise.all([database.close(), database.close()])
      await expect(database.ping()).rejects.toThrow()
    })
  })
}
