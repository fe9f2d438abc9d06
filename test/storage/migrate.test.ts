import { Kysely, PostgresDialect, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../storage/database.ts'
import { migrate } from '../../storage/migrate.ts'
import { migrations } from '../../storage/migrations/index.ts'
import { openPostgresPool } from '../../storage/postgres-pool.ts'
import { createDatabase, databaseKinds } from '../support/databases.ts'
import { createPostgresDatabase } from '../support/postgres-server.ts'

const names = Object.keys(migrations)
const script = (text: string): Migration => ({
  up: async (db: Kysely<unknown>) => {
    await sql.raw(text).execute(db)
  },
})

test('every migration is listed under the number of its file, in order', () => {
  expect(names).toStrictEqual(names.toSorted())
  for (const name of names) expect(name).toMatch(/^\d{4}-[a-z-]+$/)
})

for (const kind of databaseKinds()) {
  describe(`migrations on ${kind}`, () => {
    test('run once', async () => {
      await using database = await createDatabase(kind)
      const more = { ...migrations, '9000-more': script('create table more (id int)') }
      expect(await migrate(database.kysely)).toStrictEqual([])
      expect(await migrate(database.kysely, more)).toStrictEqual(['9000-more'])
      expect(await migrate(database.kysely, more)).toStrictEqual([])
    })

    test('accept one of a lower number that came later', async () => {
      await using database = await createDatabase(kind)
      const more = { ...migrations, '0003-later': script('create table later (id int)') }
      expect(await migrate(database.kysely, more)).toStrictEqual(['0003-later'])
    })

    test('change nothing when one fails, and name it', async () => {
      await using database = await createDatabase(kind)
      const more = {
        ...migrations,
        '9000-good': script('create table good (id int)'),
        '9001-bad': script('create table bad (id nonsense)'),
      }
      await expect(migrate(database.kysely, more)).rejects.toThrow(
        'The migration `9001-bad` failed; nothing was changed: type "nonsense" does not exist',
      )
      const { rows } = await sql`select to_regclass('good') as good`.execute(database.kysely)
      expect(rows).toStrictEqual([{ good: null }])
      expect(await migrate(database.kysely, { ...more, '9001-bad': script('select 1') })).toHaveLength(2)
    })
  })
}

describe.skipIf(process.env.DATABASE_URL === undefined)('gateways that start at once on one PostgreSQL', () => {
  test('run each migration once', async () => {
    const { url, drop } = await createPostgresDatabase()
    const databases = await Promise.all([1, 2, 3, 4].map(() => openDatabase({ kind: 'postgres', url, poolSize: 1 })))
    const { rows } = await sql`select name from mandate.migration order by name`.execute(
      (databases[0] ?? expect.unreachable()).kysely,
    )
    expect(rows).toStrictEqual(names.map((name) => ({ name })))
    await Promise.all(databases.map((database) => database.close()))
    await drop()
  })

  test('wait for the one that migrates, and find its work done', async () => {
    const { url, drop } = await createPostgresDatabase()
    const log = { warn: () => undefined, error: () => undefined }
    const open = () => {
      const pool = openPostgresPool({ url, poolSize: 1, connectTimeoutMs: 3_000, statementTimeoutMs: null, log })
      return new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
    }
    const slow = { '0000-slow': script('select pg_sleep(0.5); create table slow (id int)') }
    const gateways = [open(), open(), open()]
    const ran = await Promise.all(gateways.map((gateway) => migrate(gateway, slow)))
    expect(ran.toSorted((a, b) => a.length - b.length)).toStrictEqual([[], [], ['0000-slow']])
    await Promise.all(gateways.map((gateway) => gateway.destroy()))
    await drop()
  })
})
