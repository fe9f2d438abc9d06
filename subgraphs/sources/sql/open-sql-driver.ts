/** Opens the connection pool of a connector of the kind `postgres`: apart from our own database, with limits of its own. */
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { SystemDriver } from '../driver.ts'
import type { Credentials } from '../http/authorizer.ts'
import type { ClientLimits } from '../http/open-client.ts'
import { createSqlDriver } from './sql-driver.ts'

export interface OpenSqlDriverOptions {
  readonly connector: string
  /** Without credentials: those come from references. */
  readonly url: URL
  readonly credentials: Credentials
  readonly limits: ClientLimits
}

/** Opens the pool; nothing is sent yet. */
export function openSqlDriver({ connector, url, credentials, limits }: OpenSqlDriverOptions): SystemDriver {
  const pool = new pg.Pool({
    connectionString: url.href,
    ...(credentials.type === 'basic' ? { user: credentials.username, password: credentials.password } : {}),
    max: limits.concurrency,
    connectionTimeoutMillis: limits.timeoutMs,
    statement_timeout: limits.timeoutMs,
    query_timeout: limits.totalMs,
    idle_in_transaction_session_timeout: limits.totalMs,
    application_name: 'mandate-connector',
  })
  // An idle connection that breaks is replaced when it is needed; without a listener it would end the process.
  pool.on('error', () => undefined)
  const database = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  return createSqlDriver({ connector, database, close: () => database.destroy() })
}
