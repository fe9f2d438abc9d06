/**
 * A pool in the shape of pg's over one PGlite session: `connect` hands the session to one client at a time, in the order of
 * asking. Under Kysely's PostgresDialect it makes the embedded database behave as a server with one connection.
 */
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { PgliteSession } from './pglite-session.ts'

export interface PglitePoolOptions {
  /** Opens the session; called again when it has died and `reopen` says so. */
  readonly open: () => Promise<PgliteSession>
  /** Whether a session that died may be opened again: yes with a folder, no in memory (the data is gone). */
  readonly reopen: 'allowed' | 'never'
  /** How long `connect` waits for its turn. */
  readonly acquireTimeoutMs: number
}

/** The pool, and a way in for those who can wait. */
export interface PglitePool extends PostgresPool {
  /** As `connect`, however long it takes: for loads, which may come after another load. */
  connectPatiently(): Promise<PostgresPoolClient>
}

interface Turn {
  resolve(): void
  reject(error: Error): void
}

/** Makes the pool; the session is open when it resolves. */
export async function openPglitePool(options: PglitePoolOptions): Promise<PglitePool> {
  let session = await options.open()
  let held = false
  let ended = false
  const queue: Turn[] = []
  let idle: (() => void) | undefined

  const next = () => {
    const turn = queue.shift()
    if (turn === undefined) {
      held = false
      idle?.()
    } else turn.resolve()
  }

  const takeTurn = async (patience: 'limited' | 'endless') => {
    if (!held) {
      held = true
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const turn: Turn = { resolve: () => resolve(undefined), reject }
    if (patience === 'endless') {
      queue.push(turn)
      await promise
      return
    }
    const timer = setTimeout(() => {
      queue.splice(queue.indexOf(turn), 1)
      reject(
        new Error(
          `The embedded database was busy for ${options.acquireTimeoutMs} ms. It has one session: inside a transaction, ` +
            'use the transaction for every statement.',
        ),
      )
    }, options.acquireTimeoutMs)
    queue.push(turn)
    await promise.finally(() => clearTimeout(timer))
  }

  /** What a client leaves behind must not meet the next one. */
  const handOn = async (discard: boolean) => {
    try {
      if (session.alive && session.status !== 'I') await session.query('rollback')
      if (session.alive && discard) await session.query('discard all')
    } catch {
      // The session has died: the next `connect` says so or opens another one.
    }
    next()
  }

  const connect = async (patience: 'limited' | 'endless'): Promise<PostgresPoolClient> => {
    if (ended) throw new Error('The embedded database is closed.')
    await takeTurn(patience)
    try {
      if (!session.alive && options.reopen === 'allowed') session = await options.open()
    } catch (error) {
      next()
      throw error
    }
    let released = false
    const client = {
      query: (text: string, values?: readonly unknown[]) => {
        if (released) return Promise.reject(new Error('This client was released; connect again.'))
        return session.query(text, values)
      },
      copy: (text: string, rows: string) => {
        if (released) return Promise.reject(new Error('This client was released; connect again.'))
        return session.copy(text, rows)
      },
      release: (discard = false) => {
        if (released) return
        released = true
        void handOn(discard)
      },
    }
    // Kysely's type also has the form for cursors, which needs the package pg-cursor; neither database offers it.
    return client as unknown as PostgresPoolClient
  }

  return {
    options: {},
    connect: () => connect('limited'),
    connectPatiently: () => connect('endless'),
    async end() {
      ended = true
      for (const turn of queue.splice(0)) turn.reject(new Error('The embedded database is closed.'))
      if (held) {
        // A holder that never lets go must not keep the process from stopping.
        const { promise, resolve } = Promise.withResolvers<undefined>()
        idle = () => resolve(undefined)
        const timer = setTimeout(idle, options.acquireTimeoutMs)
        await promise
        clearTimeout(timer)
      }
      await session.close()
    },
  }
}
