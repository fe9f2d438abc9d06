/** The servers that processes share: one PostgreSQL, one Redis. Without them there is nothing to share, and no start. */
import type { Config } from '../gateway/config.ts'
import type { Log } from '../gateway/log.ts'
import { StartError } from '../gateway/start-error.ts'
import { type Cache, openCache } from '../storage/cache.ts'
import { type Database, openDatabase } from '../storage/database.ts'

/** The addresses of both; throws, with what to set, where one is missing. */
export function requireServers({ database, redis }: Config): {
  readonly databaseUrl: string
  readonly redisUrl: string
} {
  const missing = [...(database.url ? [] : ['DATABASE_URL']), ...(redis.url ? [] : ['REDIS_URL'])]
  if (database.url && redis.url) return { databaseUrl: database.url, redisUrl: redis.url }
  throw new StartError(
    `Several processes share one PostgreSQL and one Redis: set ${missing.join(' and ')}, ` +
      'such as `DATABASE_URL=postgres://user:password@127.0.0.1:5432/mandate` and `REDIS_URL=redis://127.0.0.1:6379`.',
  )
}

/** Opens both; the database is migrated by whichever process comes first. */
export async function openStorage(
  config: Config,
  log: Log,
  poolSize: number,
): Promise<{ readonly database: Database; readonly cache: Cache }> {
  const { databaseUrl, redisUrl } = requireServers(config)
  const database = await openDatabase({ kind: 'postgres', url: databaseUrl, poolSize, log }).catch((cause: unknown) => {
    // The URL itself is never shown: it has a password in it.
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartError(`The database of DATABASE_URL cannot be used. ${reason}`, { cause })
  })
  return { database, cache: await openCache({ kind: 'redis', url: redisUrl, log }) }
}
