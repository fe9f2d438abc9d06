/**
 * A database that a test can take away from a gateway, whole or in part: statements that match fail as if the line were cut, or
 * are held until they are let go, as a system does that hangs.
 */
import { type KyselyPlugin, PostgresQueryCompiler } from 'kysely'
import type { Database } from '../../storage/database.ts'

export interface BreakableDatabase {
  /** Give it to `startStack` as `wrapDatabase`. */
  readonly wrap: (database: Database) => Database
  /** From now on, statements that match fail before they are sent; with null, none do. */
  fail(matching: ((statement: string) => boolean) | null): void
  /** From now on, the results of statements that match are held back, until the returned function is called. */
  hold(matching: RegExp): () => void
}

export function createBreakableDatabase(): BreakableDatabase {
  const compiler = new PostgresQueryCompiler()
  let failing: ((statement: string) => boolean) | null = null
  let holding: { readonly matching: RegExp; readonly released: Promise<void> } | null = null
  const held = new WeakMap<object, Promise<void>>()

  const plugin: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      if (!failing && !holding) return node
      const { sql } = compiler.compileQuery(node as Parameters<typeof compiler.compileQuery>[0], queryId)
      if (failing?.(sql)) {
        throw Object.assign(new Error('connect ECONNREFUSED db-internal.corp:5432 user=svc'), { code: 'ECONNREFUSED' })
      }
      if (holding?.matching.test(sql)) held.set(queryId, holding.released)
      return node
    },
    async transformResult({ result, queryId }) {
      await held.get(queryId)
      return result
    },
  }
  return {
    wrap: (database) => ({
      ...database,
      kysely: database.kysely.withPlugin(plugin),
      async ping(timeoutMs) {
        if (failing?.('select 1')) throw new Error('connect ECONNREFUSED db-internal.corp:5432')
        await database.ping(timeoutMs)
      },
    }),
    fail: (matching) => {
      failing = matching
    },
    hold: (matching) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      holding = { matching, released: promise }
      return () => {
        holding = null
        resolve()
      }
    },
  }
}

/** Every statement. */
export const everything = (): boolean => true

/** The statements of the ledger. */
export const ledger = (statement: string): boolean => statement.includes('mandate.ledger')
