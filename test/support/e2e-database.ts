/** A PostgreSQL database of its own for tests of real processes; they cannot show anything without a server. */
import { createPostgresDatabase } from './postgres-server.ts'

export interface ServerDatabase extends AsyncDisposable {
  readonly url: string
}

/** Makes an empty database on the server of DATABASE_URL; closing removes it. */
export async function serverDatabase(): Promise<ServerDatabase> {
  if (process.env.DATABASE_URL === undefined) {
    throw new Error('Set DATABASE_URL to a PostgreSQL server, such as postgres://postgres@127.0.0.1:5432/postgres.')
  }
  const { url, drop } = await createPostgresDatabase()
  return { url, [Symbol.asyncDispose]: drop }
}
