/** A PostgreSQL database of its own for tests of real processes; they cannot show anything without a server. */
import { createDatabaseUrl } from './databases.ts'
import { createPostgresDatabase } from './postgres-server.ts'
import { companyTemplate } from './stack.ts'

export interface ServerDatabase extends AsyncDisposable {
  readonly url: string
}

/** Makes a database on the server of DATABASE_URL, with the demo company or with nothing in it; closing removes it. */
export async function serverDatabase(data: 'company' | 'none' = 'company'): Promise<ServerDatabase> {
  if (process.env.DATABASE_URL === undefined) {
    throw new Error('Set DATABASE_URL to a PostgreSQL server, such as postgres://postgres@127.0.0.1:5432/postgres.')
  }
  const { url, drop } = await (data === 'none' ? createPostgresDatabase() : createDatabaseUrl(companyTemplate))
  return { url, [Symbol.asyncDispose]: drop }
}
