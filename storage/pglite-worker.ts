/**
 * The worker thread in which PGlite runs, so that a heavy query never blocks the gateway's event loop. It speaks the wire
 * protocol to PGlite, a whole statement in one message, as `pg` does to a server: a statement that fails leaves the session
 * as PostgreSQL leaves it.
 */
import { existsSync } from 'node:fs'
import { readFile, rename, rm } from 'node:fs/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite, type PGliteOptions, messages, protocol } from '@electric-sql/pglite'
import type {
  PgliteReply,
  PgliteRequest,
  PgliteWorkerData,
  TransactionStatus,
  WireError,
  WireResult,
} from './pglite-messages.ts'

const { serialize } = protocol
const errorFields = [
  'severity',
  'code',
  'detail',
  'hint',
  'position',
  'where',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
  'routine',
] as const

// Small segments of the write-ahead log, and few of them kept: what a checkpoint has made useless does not fill the folder.
const initDbStartParams = ['--wal-segsize=1']
const startParams = [...PGlite.defaultStartParams, '-c', 'max_wal_size=64MB', '-c', 'min_wal_size=8MB']

/** A statement without parameters may be several: the simple protocol, as `pg` chooses it. */
function encode(request: PgliteRequest & { kind: 'query' | 'copy' }): Uint8Array {
  // PGlite reads the rows from the same message that the statement came in.
  if (request.kind === 'copy') {
    const rows = serialize.copyData(Buffer.from(request.rows) as unknown as ArrayBuffer)
    return Buffer.concat([serialize.query(request.text), rows, serialize.copyDone()])
  }
  if (request.values.length === 0) return serialize.query(request.text)
  return Buffer.concat([
    serialize.parse({ text: request.text }),
    serialize.bind({ values: [...request.values] }),
    serialize.describe({ type: 'P' }),
    serialize.execute({}),
    serialize.sync(),
  ])
}

function describeError(error: messages.DatabaseError): WireError {
  const fields: Record<string, string | undefined> & { message: string } = { message: error.message }
  for (const name of errorFields) fields[name] = error[name]
  return fields
}

async function run(database: PGlite, request: PgliteRequest & { kind: 'query' | 'copy' }): Promise<PgliteReply> {
  const { messages: replies } = await database.execProtocol(encode(request), { throwOnError: false })
  const results: WireResult[] = []
  let status: TransactionStatus = 'I'
  let error: WireError | undefined
  let fields: WireResult['fields'] = []
  let rows: (string | null)[][] = []
  for (const reply of replies) {
    if (reply instanceof messages.RowDescriptionMessage) {
      fields = reply.fields.map((field) => ({ name: field.name, type: field.dataTypeID }))
    } else if (reply instanceof messages.DataRowMessage) {
      rows.push(reply.fields)
    } else if (reply instanceof messages.CommandCompleteMessage) {
      results.push({ tag: reply.text, fields, rows })
      fields = []
      rows = []
    } else if (reply instanceof messages.ReadyForQueryMessage) {
      status = reply.status as TransactionStatus
    } else if (reply instanceof messages.DatabaseError) {
      error ??= describeError(reply)
    }
  }
  if (error !== undefined) return { kind: 'error', id: request.id, status, error }
  return { kind: 'results', id: request.id, status, results }
}

/** A new database is made beside its place and moved there when it is whole: a start that is cut off leaves no half of one. */
async function make(folder: string, options: PGliteOptions): Promise<void> {
  const draft = `${folder}.new`
  await rm(draft, { recursive: true, force: true })
  const database = await PGlite.create({ ...options, initDbStartParams, startParams, dataDir: draft })
  await database.close()
  await rename(draft, folder)
}

async function open({ folder, template, wasm }: PgliteWorkerData): Promise<PGlite> {
  const begin: PGliteOptions = {
    pgliteWasmModule: wasm,
    ...(template === null ? {} : { loadDataDir: new Blob([await readFile(template)]) }),
  }
  if (folder !== null && !existsSync(folder)) await make(folder, begin)
  const database = await PGlite.create({
    ...(folder === null ? { ...begin, initDbStartParams } : { pgliteWasmModule: wasm, dataDir: folder }),
    startParams,
  })
  await database.exec("set timezone = 'UTC'")
  return database
}

const port = parentPort
if (port === null) throw new Error('pglite-worker.ts runs as a worker thread only.')
const data = workerData as PgliteWorkerData
const database = await open(data)

// INVARIANT: one statement at a time. PGlite keeps the current query in a field and would mix up two that overlap.
let turn: Promise<void> = Promise.resolve()
let changed = false

const checkpoints = setInterval(() => {
  turn = turn.then(async () => {
    if (!changed || database.isInTransaction()) return
    changed = false
    await database.exec('checkpoint')
  })
}, data.checkpointEveryMs)

async function answer(request: PgliteRequest): Promise<PgliteReply> {
  if (request.kind !== 'close') {
    changed = true
    return await run(database, request)
  }
  clearInterval(checkpoints)
  await database.close()
  return { kind: 'closed', id: request.id }
}

port.on('message', (request: PgliteRequest) => {
  turn = turn.then(async () => port.postMessage(await answer(request)))
})
port.postMessage({ kind: 'ready' } satisfies PgliteReply)
