/**
 * Finds the ledger: the database that `DATABASE_URL` names, the embedded one when nobody uses it, or the running gateway that
 * does. Whoever asks gets one {@link LedgerReader}, wherever it reads.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { readConfig } from '../gateway/config.ts'
import type { World } from '../lib/world.ts'
import { openDatabase, type Database } from '../storage/database.ts'
import { FolderInUseError, readLockHolder, type LockHolder } from '../storage/lock.ts'
import { createLedgerReader, type LedgerReader } from '../storage/stores/ledger.ts'
import { createLedgerOverHttp } from './ledger-over-http.ts'
import { printToken } from './token.ts'

/** The outside world of the commands that read the ledger. */
export interface LedgerIo {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder that relative paths start from. */
  readonly folder: string
  readonly fetch: typeof fetch
  readonly world: World
}

export interface OpenedLedger extends AsyncDisposable {
  readonly reader: LedgerReader
  /** Where it reads, for people. */
  readonly where: string
}

/** The demo identity under which the running gateway is asked. */
const auditor = 'lena.fischer'

/** Opens the ledger for reading; throws an error that says what to do when there is none within reach. */
export async function openLedgerForReading(io: LedgerIo): Promise<OpenedLedger> {
  const { database: configured, data, supergraph } = readConfig({ env: io.env, folder: io.folder })
  if (configured.url !== undefined) {
    const database = await openDatabase({ kind: 'postgres', url: configured.url, poolSize: 2, migrations: 'leave' })
    return overDatabase(database, 'the database', io)
  }
  const holder = await readLockHolder(data)
  if (holder !== null && supergraph !== undefined) {
    // That graph has none of our subgraphs, so it has no `ledger` to ask for.
    throw new Error(
      `The ledger is in use by the gateway with process id ${holder.pid}. Stop it to read the ledger, or keep the data in PostgreSQL (DATABASE_URL), where both can.`,
    )
  }
  if (holder !== null) return overGateway(holder, data, io)
  if (!existsSync(path.join(data, 'database'))) {
    throw new Error(
      `The folder \`${data}\` has no ledger yet. Start the gateway once, or set MANDATE_DATA to the folder it uses.`,
    )
  }
  try {
    return overDatabase(await openDatabase({ kind: 'embedded', folder: data, migrations: 'leave' }), `\`${data}\``, io)
  } catch (error) {
    // Somebody has started a gateway in the meantime.
    if (error instanceof FolderInUseError) return overGateway(error.holder, data, io)
    throw error
  }
}

function overDatabase(database: Database, where: string, { world }: LedgerIo): OpenedLedger {
  return { reader: createLedgerReader(database, world.now), where, [Symbol.asyncDispose]: () => database.close() }
}

function overGateway({ address, pid }: LockHolder, dataFolder: string, io: LedgerIo): OpenedLedger {
  if (address === null) {
    throw new Error(
      `The folder \`${dataFolder}\` is in use by the command with process id ${pid}. Wait until it has ended.`,
    )
  }
  const token = async () => {
    let printed = ''
    const write = (text: string) => void (printed += text)
    await printToken({ identity: auditor, url: address, dataFolder }, { ...io, write })
    return printed.trim()
  }
  const reader = createLedgerOverHttp({ address, token, fetch: io.fetch })
  return { reader, where: `the gateway at ${address}`, [Symbol.asyncDispose]: () => Promise.resolve() }
}
