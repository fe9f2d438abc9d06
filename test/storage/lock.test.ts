import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { FolderInUseError, type LockHolder, lockFolder, readLockHolder } from '../../storage/lock.ts'

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mandate-lock-'))
  folders.push(folder)
  return folder
}

/** A folder with a lock as another process would have left it. */
async function folderLockedBy(changes: Partial<LockHolder>): Promise<string> {
  const folder = await newFolder()
  const lock = await lockFolder(folder, 'http://localhost:4000')
  await writeFile(join(folder, 'lock'), JSON.stringify({ ...lock.holder, nonce: 'another', ...changes }))
  return folder
}

/** No process has it: above the largest pid that Linux gives (2^22). */
const deadPid = 4_194_305

/** Told apart by /proc. */
const reusedPids: [string, Partial<LockHolder>][] = [
  ['whose pid another process has now', { startTicks: '1' }],
  ['from before the machine started', { bootId: 'an-earlier-boot' }],
]

test('names the holder to the second one, and to who looks for the gateway', async () => {
  const folder = await newFolder()
  const lock = await lockFolder(folder, 'http://localhost:4000')
  const refused = await lockFolder(folder, null).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(FolderInUseError)
  expect((refused as FolderInUseError).message).toMatch(
    new RegExp(
      `^The folder \`${folder}\` is in use by process ${process.pid} \\(started \\d\\d:\\d\\d, http://localhost:4000\\)\\. ` +
        'Stop it, or set MANDATE_DATA to another folder\\.$',
    ),
  )
  expect(await readLockHolder(folder)).toStrictEqual(lock.holder)
  await lock.release()
})

test('is free after its release, and leaves nothing behind', async () => {
  const folder = await newFolder()
  await (await lockFolder(folder, null)).release()
  expect(await readLockHolder(folder)).toBeNull()
  expect(await readdir(folder)).toStrictEqual([])
  await lockFolder(folder, null)
})

test('makes the folder when there is none', async () => {
  const folder = join(await newFolder(), 'deeper', 'data')
  expect((await lockFolder(folder, null)).holder.pid).toBe(process.pid)
})

test.each<[string, Partial<LockHolder>]>([
  ['that has died', { pid: deadPid }],
  ...(process.platform === 'linux' ? reusedPids : []),
  ['whose pid we have now, where there is no /proc', { startTicks: null, startedAt: '2020-01-01T00:00:00.000Z' }],
])('takes the lock of a process %s', async (_, changes) => {
  const folder = await folderLockedBy(changes)
  expect(await readLockHolder(folder)).toBeNull()
  const lock = await lockFolder(folder, null)
  expect(await readLockHolder(folder)).toStrictEqual(lock.holder)
  expect(await readdir(folder)).toStrictEqual(['lock'])
})

test.each<[string, Partial<LockHolder>]>([
  ['that lives, however old it is', { pid: 1, startTicks: null, startedAt: '2001-01-01T00:00:00.000Z' }],
  ['of another machine, which cannot be seen from here', { pid: deadPid, hostname: 'another-machine' }],
])('never takes the lock of a process %s', async (_, changes) => {
  const folder = await folderLockedBy(changes)
  const before = await readFile(join(folder, 'lock'), 'utf8')
  await expect(lockFolder(folder, null)).rejects.toThrow(FolderInUseError)
  expect(await readFile(join(folder, 'lock'), 'utf8')).toBe(before)
})

test('says what to do when the other machine is gone', async () => {
  const folder = await folderLockedBy({ hostname: 'another-machine' })
  await expect(lockFolder(folder, null)).rejects.toThrow(`on \`another-machine\` (started`)
  await expect(lockFolder(folder, null)).rejects.toThrow(`if that machine is gone, delete \`${join(folder, 'lock')}\``)
})

test.each(['', '{"pid": 1}', 'not json', '[]'])('refuses a lock file that is none of ours: %j', async (text) => {
  const folder = await newFolder()
  await writeFile(join(folder, 'lock'), text)
  await expect(lockFolder(folder, null)).rejects.toThrow('is not one of ours')
  await expect(readLockHolder(folder)).rejects.toThrow('is not one of ours')
})

test('lets one in when many start at once', async () => {
  for (let round = 0; round < 20; round += 1) {
    const folder = round % 2 === 0 ? await newFolder() : await folderLockedBy({ pid: deadPid })
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder, null)))
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(FolderInUseError)
    }
    expect(await readdir(folder)).toStrictEqual(['lock'])
  }
})

test('leaves a takeover that was cut off to a person', async () => {
  const folder = await folderLockedBy({ pid: deadPid })
  const lock = JSON.parse(await readFile(join(folder, 'lock'), 'utf8')) as LockHolder
  await writeFile(join(folder, 'lock.takeover'), JSON.stringify({ ...lock, nonce: 'taker' }))
  await expect(lockFolder(folder, null)).rejects.toThrow(`Delete \`${join(folder, 'lock.takeover')}\``)
})

test('gives free only its own lock', async () => {
  const folder = await newFolder()
  const lock = await lockFolder(folder, null)
  const other = JSON.stringify({ ...lock.holder, nonce: 'another', hostname: hostname() })
  await writeFile(join(folder, 'lock'), other)
  await lock.release()
  expect(await readFile(join(folder, 'lock'), 'utf8')).toBe(other)
})
