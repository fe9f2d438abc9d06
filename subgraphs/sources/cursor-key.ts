/** The key that seals cursors (`cursors.ts`), read once from the database of the process. */
import { sql, type Kysely } from 'kysely'

/** Reads the key at first use. */
export function cursorKeyOf(database: Kysely<unknown>): () => Promise<Buffer> {
  return lazily(() => readCursorKey(database))
}

/** The key that seals cursors: made by the migration, the same for every process on this database. */
async function readCursorKey(database: Kysely<unknown>): Promise<Buffer> {
  const { rows } = await sql<{ value: Uint8Array }>`
    select value from systems.secrets where name = 'cursor'`.execute(database)
  const value = rows[0]?.value
  if (value?.length !== 32) throw new Error('The database has no key for cursors; run its migrations.')
  return Buffer.from(value)
}

/** Runs once, at first use; a failure is not kept. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => {
    made ??= make().catch((error: unknown) => {
      made = null
      throw error
    })
    return made
  }
}
