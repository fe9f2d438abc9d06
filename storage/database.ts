/**
 * One database for everything that is kept: PostgreSQL by `DATABASE_URL`, or PGlite (PostgreSQL in WebAssembly) in a
 * worker thread and one folder. Both stand behind the same Kysely instance and pass the same contract suite.
 */
import { join } from 'node:path'
import { Kysely, PostgresDialect, type PostgresPool, sql } from 'kysely'
import { type LoadConnection, runLoad } from './bulk-load.ts'
import { lockFolder } from './lock.ts'
import { migrate } from './migrate.ts'
import { openPglitePool } from './pglite-pool.ts'
import { openPgliteSession } from './pglite-session.ts'
import { openPostgresPool } from './postgres-pool.ts'
import { type StorageLog, reasonOf } from './storage-log.ts'
import type { Tables } from './tables.ts'
import { within } from './within.ts'

export interface Database extends AsyncDisposable {
  readonly kind: 'postgres' | 'embedded'
  readonly kysely: Kysely<Tables>
  /** Resolves when the database answers; rejects when it does not within `timeoutMs`. */
  ping(timeoutMs?: number): Promise<void>
  /** Runs `work` in one transaction on a connection that can COPY and has no limit of time: for filling tables. */
  load<T>(work: (connection: LoadConnection) => Promise<T>): Promise<T>
  close(): Promise<void>
}

interface CommonOptions {
  /** Called with the text of every statement that was sent: how a test counts queries. */
  readonly onQuery?: (sql: string) => void
  /** Whether to bring the database to the newest migration first; `leave` is for one that is known to be. */
  readonly migrations?: 'run' | 'leave'
  readonly log?: StorageLog
}

export type DatabaseOptions = CommonOptions &
  (
    | {
        readonly kind: 'postgres'
        readonly url: string
        readonly poolSize?: number
        /** Limit of connecting, and of waiting for a free connection. */
        readonly connectTimeoutMs?: number
        /** Limit of one statement. */
        readonly statementTimeoutMs?: number
      }
    /** `folder: null` keeps it in memory (tests). `address` is written into the lock for the second process's message. */
    | {
        readonly kind: 'embedded'
        readonly folder: string | null
        readonly address?: string
        /** A tar of a data folder (PGlite's `dumpDataDir`) that a new database begins with, instead of an empty one. */
        readonly template?: string
        /** How long a statement or a transaction waits for the one session. */
        readonly acquireTimeoutMs?: number
      }
  )

const silentLog: StorageLog = { warn: () => undefined, error: () => undefined }

/**
 * Opens the database and brings it to the newest migration.
 *
 * @example
 * await using database = await openDatabase({ kind: 'embedded', folder: '.mandate' })
 * await database.ping()
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.kind === 'postgres' ? await openPostgres(options) : await openEmbedded(options)
}

async function openPostgres(options: DatabaseOptions & { kind: 'postgres' }): Promise<Database> {
  const { url, log = silentLog, poolSize = 10, connectTimeoutMs = 3_000, statementTimeoutMs = 10_000 } = options
  if ((options.migrations ?? 'run') === 'run') {
    // A connection of its own without a statement limit: it may wait for another gateway that is migrating.
    const pool = openPostgresPool({ url, poolSize: 1, connectTimeoutMs, statementTimeoutMs: null, log })
    await using kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
    await migrate(kysely)
  }
  const pool = openPostgresPool({ url, poolSize, connectTimeoutMs, statementTimeoutMs, log })
  const load: Database['load'] = async (work) => {
    const unlimited = openPostgresPool({ url, poolSize: 1, connectTimeoutMs, statementTimeoutMs: null, log })
    try {
      return await runLoad(() => unlimited.connect(), work)
    } finally {
      await unlimited.end()
    }
  }
  return makeDatabase('postgres', pool, options, load, () => Promise.resolve())
}

async function openEmbedded(options: DatabaseOptions & { kind: 'embedded' }): Promise<Database> {
  const { folder, template = null, acquireTimeoutMs = 15_000 } = options
  const lock = folder === null ? null : await lockFolder(folder, options.address ?? null)
  const checkpointEveryMs = 60_000
  const unlock = () => lock?.release() ?? Promise.resolve()
  try {
    const pool = await openPglitePool({
      open: () =>
        openPgliteSession({ folder: folder === null ? null : join(folder, 'database'), template, checkpointEveryMs }),
      reopen: folder === null ? 'never' : 'allowed',
      acquireTimeoutMs,
    })
    const database = makeDatabase(
      'embedded',
      pool,
      options,
      (work) => runLoad(() => pool.connectPatiently(), work),
      unlock,
    )
    try {
      if ((options.migrations ?? 'run') === 'run') await migrate(database.kysely)
    } catch (error) {
      await pool.end()
      throw error
    }
    return database
  } catch (error) {
    await unlock()
    throw error
  }
}

function makeDatabase(
  kind: Database['kind'],
  pool: PostgresPool,
  { onQuery, log = silentLog }: CommonOptions,
  load: Database['load'],
  afterClose: () => Promise<void>,
): Database {
  const kysely = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    ...(onQuery === undefined ? {} : { log: (event) => onQuery(event.query.sql) }),
  })
  let closing: Promise<void> | undefined
  const close = () =>
    (closing ??= pool
      .end()
      .catch((error: unknown) => log.error({ reason: reasonOf(error) }, 'The database did not close cleanly'))
      .then(afterClose))
  return {
    kind,
    kysely,
    async ping(timeoutMs = 2_000) {
      await within(timeoutMs, 'The database did not answer', sql`select 1`.execute(kysely))
    },
    load,
    close,
    [Symbol.asyncDispose]: close,
  }
}
