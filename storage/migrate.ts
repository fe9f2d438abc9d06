/**
 * Brings a database to the newest migration. Kysely's Migrator holds a PostgreSQL advisory lock meanwhile, so gateways that
 * start at once run each migration exactly once, and all of them run in one transaction: a failed start changes nothing.
 */
import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { migrations } from './migrations/index.ts'
import { reasonOf } from './storage-log.ts'

/** Runs what is missing of `list` and answers the names of the migrations that this call ran. */
export async function migrate<T>(
  kysely: Kysely<T>,
  list: Readonly<Record<string, Migration>> = migrations,
): Promise<readonly string[]> {
  const migrator = new Migrator({
    db: kysely,
    provider: { getMigrations: () => Promise.resolve({ ...list }) },
    migrationTableSchema: 'mandate',
    migrationTableName: 'migration',
    migrationLockTableName: 'migration_lock',
    // The numbers are grouped by owner (0001 ledger, 0100 crm), so a later 0003 comes after an earlier 0120.
    allowUnorderedMigrations: true,
  })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error !== undefined) {
    const failed = results.find((result) => result.status === 'Error')
    const what =
      failed === undefined ? 'The database cannot be migrated' : `The migration \`${failed.migrationName}\` failed`
    throw new Error(`${what}; nothing was changed: ${reasonOf(error)}`, { cause: error })
  }
  return results.map((result) => result.migrationName)
}
