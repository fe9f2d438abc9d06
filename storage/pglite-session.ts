/**
 * The one session of an embedded database, seen from the gateway's thread: sends statements to the worker and turns its
 * replies into the results and errors that `pg` would give.
 */
import { readFile } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import pg from 'pg'
import { columnParser, wireParameter } from './column-types.ts'
import type {
  PgliteReply,
  PgliteRequest,
  PgliteWorkerData,
  TransactionStatus,
  WireError,
  WireResult,
} from './pglite-messages.ts'

/** A result in the shape of `pg`'s. */
export interface SessionResult {
  readonly command: string
  readonly rowCount: number | null
  readonly rows: Record<string, unknown>[]
}

export interface PgliteSession {
  /** Whether a transaction is open after the last statement. */
  readonly status: TransactionStatus
  /** False once the worker has ended, for whatever reason. */
  readonly alive: boolean
  query(text: string, values?: readonly unknown[]): Promise<SessionResult>
  /** Runs a `COPY … FROM STDIN` with these rows, in COPY's text format. */
  copy(text: string, rows: string): Promise<void>
  close(): Promise<void>
}

interface Waiter {
  resolve(reply: PgliteReply): void
  reject(error: Error): void
}

let compiled: Promise<WebAssembly.Module> | null = null

/** Compiles PGlite once for all databases of this process: each worker would take most of a second for it. */
function compiledPglite(): Promise<WebAssembly.Module> {
  compiled ??= readFile(new URL('pglite.wasm', import.meta.resolve('@electric-sql/pglite'))).then((bytes) =>
    WebAssembly.compile(bytes),
  )
  return compiled
}

/** Opens the database in a new worker; resolves when it answers. */
export async function openPgliteSession(data: Omit<PgliteWorkerData, 'wasm'>): Promise<PgliteSession> {
  const workerData = { ...data, wasm: await compiledPglite() } satisfies PgliteWorkerData
  const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), { workerData })
  const waiting = new Map<number, Waiter>()
  const started = Promise.withResolvers<undefined>()
  let status: TransactionStatus = 'I'
  let ended: Error | null = null
  let lastId = 0

  const end = (error: Error) => {
    ended ??= error
    started.reject(ended)
    for (const waiter of waiting.values()) waiter.reject(ended)
    waiting.clear()
  }
  worker.on('error', (cause) => end(new Error('The embedded database stopped unexpectedly.', { cause })))
  worker.on('exit', () => end(new Error('The embedded database is closed.')))
  worker.on('message', (reply: PgliteReply) => {
    if (reply.kind === 'ready') {
      started.resolve(undefined)
      return
    }
    waiting.get(reply.id)?.resolve(reply)
    waiting.delete(reply.id)
    if (reply.kind !== 'closed') status = reply.status
  })

  const ask = (make: (id: number) => PgliteRequest): Promise<PgliteReply> => {
    if (ended !== null) return Promise.reject(ended)
    const waiter = Promise.withResolvers<PgliteReply>()
    lastId += 1
    waiting.set(lastId, waiter)
    worker.postMessage(make(lastId))
    return waiter.promise
  }

  await started.promise
  return {
    get status() {
      return status
    },
    get alive() {
      return ended === null
    },
    async query(text, values = []) {
      const parameters = values.map(wireParameter)
      const reply = await ask((id) => ({ kind: 'query', id, text, values: parameters }))
      if (reply.kind === 'error') throw databaseError(reply.error)
      if (reply.kind !== 'results') throw new Error('The embedded database is closed.')
      return toResult(reply.results.at(-1))
    },
    async copy(text, rows) {
      const reply = await ask((id) => ({ kind: 'copy', id, text, rows }))
      if (reply.kind === 'error') throw databaseError(reply.error)
    },
    async close() {
      if (ended !== null) return
      await ask((id) => ({ kind: 'close', id }))
      await worker.terminate()
    },
  }
}

/** The class that `pg` throws, with the same fields: callers tell errors apart by `code` and `constraint`. */
function databaseError({ message, ...fields }: WireError): pg.DatabaseError {
  const error = new pg.DatabaseError(message, message.length, 'error')
  return Object.assign(error, fields)
}

function toResult(result: WireResult | undefined): SessionResult {
  if (result === undefined) return { command: '', rowCount: null, rows: [] }
  const columns = result.fields.map(({ name, type }) => ({ name, parse: columnParser(type) }))
  const rows = result.rows.map((texts) => {
    const row: Record<string, unknown> = {}
    for (const [index, { name, parse }] of columns.entries()) {
      const text = texts[index] ?? null
      row[name] = text === null ? null : parse(text)
    }
    return row
  })
  // A tag that counts ends in its number: `INSERT 0 5`, `SELECT 2`; `CREATE TABLE` counts nothing.
  const count = /\d+$/.exec(result.tag)
  return { command: /^[A-Z]+/.exec(result.tag)?.[0] ?? '', rowCount: count === null ? null : Number(count[0]), rows }
}
