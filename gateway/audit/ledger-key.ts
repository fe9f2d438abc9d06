/**
 * The key under which arguments are hashed in the ledger. Equal values have equal hashes, so an auditor can follow one, and
 * nobody without the key can find a value by trying.
 */
import { randomBytes } from 'node:crypto'
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { StartError } from '../start-error.ts'

const keyBytes = 32

export interface LedgerKeyOptions {
  /** `MANDATE_LEDGER_KEY`: at least 32 bytes, base64 or base64url. All gateways of one ledger need the same. */
  readonly configured: string | undefined
  /** The data folder, where a key is made once and kept when none is configured. */
  readonly folder: string
}

/** Reads the configured key, or the one in `<folder>/ledger.key`, made at the first start and readable by its owner only. */
export async function loadLedgerKey({ configured, folder }: LedgerKeyOptions): Promise<Buffer> {
  if (configured !== undefined && configured !== '') return decodeKey(configured, '`MANDATE_LEDGER_KEY`')
  const file = path.join(folder, 'ledger.key')
  const kept = await readKept(file)
  if (kept !== null) return decodeKey(kept, `The file \`${file}\``)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // Written aside and linked into place: whoever reads it sees a whole key, and of two that start at once one wins.
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  await writeFile(draft, randomBytes(keyBytes).toString('base64url'), { mode: 0o600, flag: 'wx' })
  try {
    await link(draft, file)
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
  } finally {
    await rm(draft)
  }
  await chmod(file, 0o600)
  return decodeKey(await readFile(file, 'utf8'), `The file \`${file}\``)
}

async function readKept(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
}

function decodeKey(text: string, where: string): Buffer {
  const trimmed = text.trim()
  const key = Buffer.from(trimmed, 'base64url')
  if (!/^[\w+/-]+={0,2}$/.test(trimmed) || key.length < keyBytes) {
    throw new StartError(
      `${where} must hold at least ${keyBytes} random bytes in base64, as \`openssl rand -base64 32\` makes them.`,
    )
  }
  return key
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
