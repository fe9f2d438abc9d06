/**
 * A database that a test can take away from a gateway, whole or in part: the statements that match fail as if the line were cut,
 * before they are sent.
 */
import { type KyselyPlugin, PostgresQueryCompiler } from 'kysely'
import type { Database } from '../../storage/database.ts'

export interface BreakableDatabase {
  /** Give it to `startStack` as `wrapDatabase`. */
  readonly wrap: (database: Database) => Database
  /** From now on, statements that match fail; with null, none do. */
  fail(matching: ((statement: string) => boolean) | null): void
}

export function createBreakableDatabase(): BreakableDatabase {
  const compiler = new PostgresQueryCompiler()
  let failing: ((statement: string) => boolean) | null = null
  const refuse = (statement: string) => {
    if (!failing?.(statement)) return
    throw Object.assign(new Error('connect ECONNREFUSED db-internal.corp:5432 user=svc'), { code: 'ECONNREFUSED' })
  }

  const plugin: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      if (failing) refuse(compiler.compileQuery(node, queryId).sql)
      return node
    },
    transformResult: ({ result }) => Promise.resolve(result),
  }
  return {
    wrap: (database) => ({
      ...database,
      kysely: database.kysely.withPlugin(plugin),
      async ping(timeoutMs) {
        refuse('select 1')
        await database.ping(timeoutMs)
      },
    }),
    fail: (matching) => {
      failing = matching
    },
  }
}

/** Every statement. */
export const everything = (): boolean => true

/** The statements of the ledger. */
export const ledger = (statement: string): boolean => statement.includes('mandate.ledger')
