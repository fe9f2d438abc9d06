import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type PgliteSession, openPgliteSession } from '../../storage/pglite-session.ts'
import { embeddedTemplate } from '../support/databases.ts'

let session: PgliteSession
beforeAll(async () => {
  session = await openPgliteSession({ folder: null, template: await embeddedTemplate(), checkpointEveryMs: 50 })
})
afterAll(() => session.close())

const redo = async () => (await session.query('select redo_lsn from pg_control_checkpoint()')).rows[0]?.redo_lsn

test('makes checkpoints by itself, so that its write-ahead log does not grow for ever', async () => {
  await session.query('create table written (text text)')
  const before = await redo()
  await session.query("insert into written values ('x')")
  await vi.waitFor(async () => expect(await redo()).not.toBe(before), { timeout: 5_000, interval: 50 })
})

test('answers statements that are sent at once in their order', async () => {
  const results = await Promise.all([
    session.query('select 1 as n'),
    session.query('select $1::int as n', [2]),
    session.query('selec').catch((error: unknown) => error),
    session.query('select 3 as n'),
  ])
  expect(results).toMatchObject([{ rows: [{ n: 1 }] }, { rows: [{ n: 2 }] }, { code: '42601' }, { rows: [{ n: 3 }] }])
})

test('knows whether a transaction is open, and whether it has failed', async () => {
  const seen: string[] = []
  for (const text of ['begin', 'select 1 / 0', 'rollback']) {
    await session.query(text).catch(() => undefined)
    seen.push(session.status)
  }
  expect(seen).toStrictEqual(['T', 'E', 'I'])
})

test('tells a command by its tag', async () => {
  expect(await session.query('create temp table tags (id int)')).toMatchObject({ command: 'CREATE', rowCount: null })
  expect(await session.query('insert into tags values (1), (2)')).toMatchObject({ command: 'INSERT', rowCount: 2 })
  expect(await session.query('select from tags where false')).toMatchObject({
    command: 'SELECT',
    rowCount: 0,
    rows: [],
  })
  expect(await session.query('')).toMatchObject({ command: '', rowCount: null, rows: [] })
})

test('refuses statements after its end, those under way included', async () => {
  const other = await openPgliteSession({ folder: null, template: await embeddedTemplate(), checkpointEveryMs: 60_000 })
  const closed = other.close()
  await expect(other.query('select 1')).rejects.toThrow()
  await closed
  expect(other.alive).toBe(false)
  await expect(other.query('select 1')).rejects.toThrow('The embedded database is closed.')
  await other.close()
})

test('a worker that cannot open the data rejects', async () => {
  await expect(
    openPgliteSession({ folder: null, template: '/no/such/template.tar', checkpointEveryMs: 60_000 }),
  ).rejects.toThrow('The embedded database stopped unexpectedly.')
})
