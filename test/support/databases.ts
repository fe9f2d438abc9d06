/**
 * Fresh databases for tests (caches: `caches.ts`). A contract suite loops over the kinds, outside `describe`:
 *
 *     for (const kind of databaseKinds()) {
 *       describe(`accounts on ${kind}`, () => {
 *         test('…', async () => {
 *           await using database = await createDatabase(kind)
 *           …
 *         })
 *       })
 *     }
 *
 * `embedded` is always there; `postgres` when DATABASE_URL names a server (any database of it; the tests make their own).
 * Opening one takes about half a second (embedded) or a tenth (postgres): where tests do not disturb one another, let a file
 * share one by `beforeAll` and `afterAll`.
 *
 * Each call gives a database of its own, already migrated, copied from a template that is made once for each state of the
 * migrations. A suite that needs more rows than it wants to write each time declares a {@link DatabaseTemplate}.
 */
import { ensureQueues } from '../../orchestration/engine/queues.ts'
import { policies } from '../../policies/index.ts'
import { type Database, type DatabaseOptions, openDatabase } from '../../storage/database.ts'
import { openDurableQueue } from '../../storage/queue/pg-boss-queue.ts'
import { fingerprint } from './fingerprint.ts'
import { createPostgresDatabase } from './postgres-server.ts'
import { makeEmbeddedTemplate, makePostgresTemplate } from './templates.ts'

const silent = { warn: () => undefined, error: () => undefined }
const roleKeys = policies.roles.map(({ key }) => key)

export type DatabaseKind = Database['kind']

/** Data that many tests start from: filled once, then copied for each of them. */
export interface DatabaseTemplate {
  readonly name: string
  /** Files and folders, from the root of the repository, that decide what `fill` writes: a change makes a new template. */
  readonly sources: readonly string[]
  readonly fill: (database: Database) => Promise<void>
}

export interface CreateDatabaseOptions {
  readonly template?: DatabaseTemplate
  readonly onQuery?: (sql: string) => void
  readonly poolSize?: number
}

/** The adapters that a contract suite runs on. */
export function databaseKinds(): readonly DatabaseKind[] {
  if (process.env.DATABASE_URL === undefined) return ['embedded']
  return process.env.TEST_ONLY_SERVERS === 'true' ? ['postgres'] : ['embedded', 'postgres']
}

/** A fresh, migrated database of its own; closing it removes it. */
export async function createDatabase(kind: DatabaseKind, options: CreateDatabaseOptions = {}): Promise<Database> {
  const { template, onQuery, poolSize = 4 } = options
  const common = { migrations: 'leave', ...(onQuery === undefined ? {} : { onQuery }) } as const
  if (kind === 'embedded') {
    return await openDatabase({ ...common, kind, folder: null, template: await embeddedTemplate(template) })
  }
  const source = await makePostgresTemplate(await keyOf(template), (url) => make({ kind, url }, template))
  const { url, drop } = await createPostgresDatabase(source)
  const database = await openDatabase({ ...common, kind: 'postgres', url, poolSize })
  const close = async () => {
    await database.close()
    await drop()
  }
  return { ...database, close, [Symbol.asyncDispose]: close }
}

/** The address of a fresh PostgreSQL database, migrated (and filled), for processes of the test's own. */
export async function createDatabaseUrl(template?: DatabaseTemplate): ReturnType<typeof createPostgresDatabase> {
  return createPostgresDatabase(
    await makePostgresTemplate(await keyOf(template), (url) => make({ kind: 'postgres', url }, template)),
  )
}

/** The path of a tar with a migrated (and filled) database, for {@link openDatabase}'s `template`. */
export async function embeddedTemplate(template?: DatabaseTemplate): Promise<string> {
  return await makeEmbeddedTemplate(await keyOf(template), (folder) => make({ kind: 'embedded', folder }, template))
}

function keyOf(template: DatabaseTemplate | undefined): Promise<string> {
  return fingerprint(
    [
      'storage/migrations',
      'storage/queue',
      'orchestration/engine/queues.ts',
      'policies/roles',
      'storage/pglite-worker.ts',
      'test/support/templates.ts',
      ...(template?.sources ?? []),
    ],
    template?.name ?? 'migrated',
  )
}

async function make(empty: DatabaseOptions, template: DatabaseTemplate | undefined): Promise<void> {
  await using database = await openDatabase(empty)
  // The queues are made once, and not by each test anew.
  await using queue = await openDurableQueue({ database, log: silent })
  await ensureQueues(queue, roleKeys)
  await template?.fill(database)
}
