/**
 * The connection pool to a PostgreSQL server, with a limit on everything that could wait for ever: connecting, a statement,
 * an answer that never comes, a transaction left open. A connection that has failed is thrown away, so the pool heals by
 * itself when the server returns.
 */
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { copyIn } from './copy-in.ts'
import { columnTypes } from './column-types.ts'
import { type StorageLog, reasonOf } from './storage-log.ts'

export interface PostgresPoolOptions {
  readonly url: string
  readonly poolSize: number
  readonly connectTimeoutMs: number
  /** Limit of one statement; null for none (migrations may wait long for their lock). */
  readonly statementTimeoutMs: number | null
  readonly log: StorageLog
}

/** Makes the pool; it connects when first asked. */
export function openPostgresPool(options: PostgresPoolOptions): PostgresPool {
  const { log, statementTimeoutMs } = options
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: 'mandate',
    max: options.poolSize,
    connectionTimeoutMillis: options.connectTimeoutMs,
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: '-c timezone=UTC',
    types: columnTypes,
    // The server ends a slow statement; the client gives up a little later, for a server that no longer answers.
    ...(statementTimeoutMs === null
      ? {}
      : { statement_timeout: statementTimeoutMs, query_timeout: statementTimeoutMs + 2_000 }),
  })
  // Without listeners, a connection that drops would end the process: the pool listens to idle ones only.
  const dropped = (error: Error) => log.warn({ reason: reasonOf(error) }, 'A connection to PostgreSQL was lost')
  pool.on('error', dropped)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return {
    options: pool.options,
    connect: async () => lease(await pool.connect()),
    end: () => pool.end(),
  }
}

/** A client for one holder. After an answer that never came, or with a transaction left open, nobody else gets its connection. */
function lease(client: pg.PoolClient): PostgresPoolClient {
  let silent: Error | null = null
  const leased = {
    get processID() {
      return (client as { readonly processID?: number }).processID
    },
    async query(text: string, values?: readonly unknown[]) {
      if (silent !== null) throw silent
      try {
        return await client.query(text, values === undefined ? [] : [...values])
      } catch (error) {
        if (error instanceof Error && error.message === 'Query read timeout') silent = error
        throw error
      }
    },
    copy: (text: string, rows: string) => copyIn(client, text, rows),
    release: (destroy = false) => client.release(destroy || silent !== null || client.getTransactionStatus() !== 'I'),
  }
  // Kysely's type also has the form for cursors, which needs the package pg-cursor; neither database offers it.
  return leased as unknown as PostgresPoolClient
}
