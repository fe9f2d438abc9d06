import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openDatabase } from '../../storage/database.ts'
import { readLockHolder } from '../../storage/lock.ts'
import { embeddedTemplate } from '../support/databases.ts'

// Whole processes start here, each with a database: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 })

const folders: string[] = []
const children: ChildProcess[] = []
let folder = ''
let template = ''

beforeAll(async () => {
  template = await embeddedTemplate()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mandate-embedded-'))
  folders.push(folder)
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(folders.map((path) => rm(path, { recursive: true, force: true })))
})

/** A second process on the folder, and the lines that it prints. */
function startWriter(): { readonly child: ChildProcess; readonly lines: AsyncIterator<string, undefined> } {
  const program = join(import.meta.dirname, '../support/embedded-writer.ts')
  const child = spawn(process.execPath, [program, folder, template], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const lines = createInterface({ input: child.stdout })
  return { child, lines: lines[Symbol.asyncIterator]() as AsyncIterator<string, undefined> }
}

const open = () => openDatabase({ kind: 'embedded', folder, migrations: 'leave' })

test('is refused to a second process, which names the first', async () => {
  const first = startWriter()
  expect((await first.lines.next()).value).toBe('open')
  const holder = await readLockHolder(folder)
  expect(holder).toMatchObject({ pid: first.child.pid, address: 'http://localhost:4000' })

  const second = startWriter()
  const refused = (await second.lines.next()).value
  const startedAt = new Date(holder?.startedAt ?? '').toTimeString().slice(0, 5)
  expect(refused).toBe(
    `refused: The folder \`${folder}\` is in use by process ${first.child.pid} (started ${startedAt}, ` +
      'http://localhost:4000). Stop it, or set MANDATE_DATA to another folder.',
  )
  await expect(open()).rejects.toThrow(`in use by process ${first.child.pid}`)
  // The first one goes on undisturbed.
  expect(Number((await first.lines.next()).value)).toBeGreaterThan(0)
})

test('keeps every acknowledged row of a process that is killed', async () => {
  const { child, lines } = startWriter()
  expect((await lines.next()).value).toBe('open')
  let acknowledged = 0
  while (acknowledged < 300) acknowledged = Number((await lines.next()).value)
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) acknowledged = Number(line.value)
  await exited

  await using database = await open()
  const { rows } = await sql<{ count: number; last: number }>`
    select count(*) as count, max(id) as last from written`.execute(database.kysely)
  const { count, last } = rows[0] ?? expect.unreachable()
  expect(last).toBeGreaterThanOrEqual(acknowledged)
  // The one that was under way may have been written; none may be missing between.
  expect(last).toBeLessThanOrEqual(acknowledged + 1)
  expect(count).toBe(last)
})

test('finds its data again after a clean stop, and leaves no lock', async () => {
  {
    await using database = await open()
    await sql`create table kept (id int); insert into kept values (7)`.execute(database.kysely)
    await expect(open()).rejects.toThrow(`in use by process ${process.pid}`)
  }
  expect(await readdir(folder)).toStrictEqual(['database'])
  const start = performance.now()
  await using database = await open()
  const { rows } = await sql`select id from kept`.execute(database.kysely)
  expect(rows).toStrictEqual([{ id: 7 }])
  expect(performance.now() - start).toBeLessThan(5_000)
})

test('begins again after a first start that was cut off', async () => {
  const { child } = startWriter()
  const draft = join(folder, 'database.new')
  await vi.waitFor(() => expect(existsSync(draft)).toBe(true), { timeout: 20_000, interval: 1 })
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
  expect(await readdir(folder)).toStrictEqual(['database.new', 'lock'])
  await using database = await openDatabase({ kind: 'embedded', folder, template, migrations: 'leave' })
  await database.ping()
  expect(await readdir(folder)).toStrictEqual(['database', 'lock'])
})

test('gives the folder free when it cannot be opened', async () => {
  const missing = join(folder, 'no-such-template.tar')
  await expect(openDatabase({ kind: 'embedded', folder, template: missing })).rejects.toThrow()
  expect(await readLockHolder(folder)).toBeNull()
})
