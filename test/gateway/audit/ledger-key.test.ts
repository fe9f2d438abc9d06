/** The key of the hashes: configured, or made once. */
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadLedgerKey } from '../../../gateway/audit/ledger-key.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'mandate-key-'))
})
afterEach(async () => {
  await rm(root, { recursive: true })
})

const folder = () => path.join(root, 'data')
const load = (configured?: string) => loadLedgerKey({ configured, folder: folder() })

test('made once, kept, and readable by its owner only', async () => {
  const key = await load()
  expect(key).toHaveLength(32)
  expect(await load()).toEqual(key)
  expect((await stat(path.join(folder(), 'ledger.key'))).mode & 0o777).toBe(0o600)
})

test('of several that start at once all get the same, and no draft is left', async () => {
  const keys = await Promise.all(Array.from({ length: 8 }, () => load()))
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1)
  expect(await readdir(folder())).toEqual(['ledger.key'])
})

test('a configured key is taken, and no file is made', async () => {
  expect(await load(Buffer.alloc(32, 1).toString('base64'))).toEqual(Buffer.alloc(32, 1))
  await expect(stat(folder())).rejects.toThrow()
})

test.each(['short', 'not base64 at all!!!', Buffer.alloc(31).toString('base64')])(
  'the key `%s` is refused',
  async (key) => {
    await expect(load(key)).rejects.toThrow(/`MANDATE_LEDGER_KEY` must hold at least 32 random bytes/)
  },
)

test('a damaged file is refused, not replaced', async () => {
  await load()
  await writeFile(path.join(folder(), 'ledger.key'), 'oops')
  await expect(load()).rejects.toThrow(/ledger\.key` must hold at least 32/)
})
