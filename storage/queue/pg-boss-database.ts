/**
 * The database as pg-boss asks for it. pg-boss sends whole scripts (`BEGIN; …; COMMIT`) and needs the rows of every statement
 * in them; Kysely gives none for a script, so a script is sent statement by statement over one connection.
 */
import type { Kysely } from 'kysely'
import { type Db, fromKysely } from 'pg-boss'
import type { Tables } from '../tables.ts'
import { splitStatements } from './split-statements.ts'

/** pg-boss's database over ours: no connection of its own, none held between scripts. */
export function pgBossDatabase(kysely: Kysely<Tables>): Db {
  return {
    async executeSql(text, values = []) {
      // What has parameters is one statement: PostgreSQL takes no others.
      const statements = values.length > 0 ? [] : splitStatements(text)
      if (statements.length < 2) return await fromKysely(kysely).executeSql(text, values)
      return await kysely.connection().execute((connection) => runScript(fromKysely(connection), statements))
    },
  }
}

async function runScript(connection: Db, statements: readonly string[]): Promise<{ rows: unknown[] }> {
  const all: unknown[] = []
  try {
    for (const statement of statements) {
      const { rows } = await connection.executeSql(statement)
      // Kysely answers the end of a transaction with a row that says so.
      if (!/^commit$/i.test(statement)) all.push(...(rows as unknown[]))
    }
  } catch (error) {
    // A connection that is gone has rolled back by itself.
    await connection.executeSql('rollback').catch(() => undefined)
    throw error
  }
  return { rows: all }
}
