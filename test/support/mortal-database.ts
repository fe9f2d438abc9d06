/**
 * A database as one process sees it, which a test can let die: at once, or before or after a certain statement. From then on no statement
 * of that process gets through, and what it had open is rolled back, as the server does when a connection is gone.
 */
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import type { Database } from '../../storage/database.ts'
import type { Tables } from '../../storage/tables.ts'

export class ProcessDied extends Error {
  override name = 'ProcessDied'
  readonly code = 'ECONNRESET'
}

/** A statement as it passes. `holder` is the same for all statements between two releases of a connection. */
export interface Passing {
  readonly holder: object
  readonly statement: string
  readonly parameters: readonly unknown[]
}

export interface Watch {
  /** Throw to have the process die before the statement is sent. */
  readonly before?: (passing: Passing) => void
  /** Throw to have it die when the database has done it. */
  readonly after?: (passing: Passing, rows: readonly unknown[]) => void
}

export interface MortalDatabase {
  readonly database: Database
  readonly isDead: boolean
  kill(): void
  /** The line is there again: what held before may have changed meanwhile. */
  revive(): void
}

/** A way into `database` of one process. */
export function createMortalDatabase(database: Database, watch: Watch = {}): MortalDatabase {
  const life = { dead: false }
  const driver = new MortalDriver(database.kysely, watch, life)
  const kysely = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
  return {
    database: { ...database, kysely },
    get isDead() {
      return life.dead
    },
    kill: () => {
      life.dead = true
    },
    revive: () => {
      life.dead = false
    },
  }
}

interface Life {
  dead: boolean
}

class MortalDriver implements Driver {
  readonly #inner: Kysely<Tables>
  readonly #watch: Watch
  readonly #life: Life

  constructor(inner: Kysely<Tables>, watch: Watch, life: Life) {
    this.#inner = inner
    this.#watch = watch
    this.#life = life
  }

  async init(): Promise<void> {
    // What there is to open, the database itself has opened.
  }

  async acquireConnection(): Promise<MortalConnection> {
    if (this.#life.dead) throw new ProcessDied('The process is dead.')
    const acquired = Promise.withResolvers<MortalConnection>()
    const released = Promise.withResolvers<undefined>()
    const holding = this.#inner.getExecutor().provideConnection(async (connection) => {
      const release = () => {
        released.resolve(undefined)
      }
      acquired.resolve(new MortalConnection(connection, this.#watch, this.#life, release))
      await released.promise
    })
    holding.catch(acquired.reject)
    return await acquired.promise
  }

  async beginTransaction(connection: MortalConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin'))
  }

  async commitTransaction(connection: MortalConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  async rollbackTransaction(connection: MortalConnection): Promise<void> {
    await connection.rollBack()
  }

  async releaseConnection(connection: MortalConnection): Promise<void> {
    await connection.release()
  }

  async destroy(): Promise<void> {
    // The database itself is closed by whoever opened it.
  }
}

class MortalConnection implements DatabaseConnection {
  readonly #inner: DatabaseConnection
  readonly #watch: Watch
  readonly #life: Life
  readonly #release: () => void
  #open = false

  constructor(inner: DatabaseConnection, watch: Watch, life: Life, release: () => void) {
    this.#inner = inner
    this.#watch = watch
    this.#life = life
    this.#release = release
  }

  async executeQuery<R>(query: CompiledQuery) {
    const passing = { holder: this, statement: query.sql, parameters: query.parameters }
    this.#meet(() => this.#watch.before?.(passing))
    if (/^begin$/i.test(query.sql)) this.#open = true
    const result = await this.#inner.executeQuery<R>(query)
    if (/^(?:commit|rollback)$/i.test(query.sql)) this.#open = false
    this.#meet(() => this.#watch.after?.(passing, result.rows))
    return result
  }

  #meet(watch: () => void): void {
    if (this.#life.dead) throw new ProcessDied('The process is dead.')
    try {
      watch()
    } catch (error) {
      this.#life.dead = true
      throw error
    }
  }

  async rollBack(): Promise<void> {
    if (this.#open) await this.#inner.executeQuery(CompiledQuery.raw('rollback'))
    this.#open = false
  }

  async release(): Promise<void> {
    await this.rollBack()
    this.#release()
  }

  streamQuery(): AsyncIterableIterator<never> {
    throw new Error('Nothing here streams.')
  }
}
