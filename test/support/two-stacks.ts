/** Two gateways over one database and one cache, each with connections of its own where there are servers. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { RoleDefinition } from '../../policies/engine/revision.ts'
import { type Cache, openCache } from '../../storage/cache.ts'
import { type Database, openDatabase } from '../../storage/database.ts'
import { createCache } from './caches.ts'
import { type DatabaseKind, createDatabase, createDatabaseUrl } from './databases.ts'
import { type Stack, type StackOptions, startStack } from './stack.ts'

export interface TwoStacks extends AsyncDisposable {
  readonly first: Stack
  readonly second: Stack
  /** The database that both work on. */
  readonly database: Database
}

/** Starts two gateways without the company's data. */
export async function startTwoStacks(kind: DatabaseKind, options: StackOptions = {}): Promise<TwoStacks> {
  await using opened = new AsyncDisposableStack()
  const [database, other] = await openTwice(kind, opened)
  const [cache, otherCache] = await openCaches(kind, opened)
  const start = async (own: Database, its: Cache) =>
    opened.use(
      await startStack({
        ...options,
        company: 'none',
        wrapDatabase: () => own,
        wrapCache: () => its,
        settings: (config) => {
          // A busy machine is no ledger that is away.
          const timeouts = { ...config.timeouts, ledgerMs: 60_000, requestMs: 90_000 }
          return { ...config, demoData: false, timeouts }
        },
      }),
    )
  const [first, second] = [await start(database, cache), await start(other, otherCache)]
  const resources = opened.move()
  return { first, second, database, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

async function openTwice(kind: DatabaseKind, opened: AsyncDisposableStack): Promise<[Database, Database]> {
  if (kind === 'embedded') {
    const database = opened.use(await createDatabase(kind))
    return [database, database]
  }
  const { url, drop } = await createDatabaseUrl()
  opened.defer(drop)
  const open = async () => opened.use(await openDatabase({ kind, url, poolSize: 8, migrations: 'leave' }))
  return [await open(), await open()]
}

async function openCaches(kind: DatabaseKind, opened: AsyncDisposableStack): Promise<[Cache, Cache]> {
  const url = process.env.REDIS_URL
  if (kind === 'embedded' || url === undefined) {
    const cache = opened.use(await createCache('memory'))
    return [cache, cache]
  }
  const prefix = `mandate-test:${randomUUID()}:`
  const open = async () => opened.use(await openCache({ kind: 'redis', url, prefix }))
  return [await open(), await open()]
}

/** A policies folder with the shipped rules, where some roles are changed. */
export async function policiesWithRoles(
  changes: Readonly<Record<string, Partial<RoleDefinition>>>,
): Promise<AsyncDisposable & { readonly folder: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mandate-roles-'))
  const shipped = path.resolve('policies/index.ts')
  await writeFile(
    path.join(folder, 'index.ts'),
    `import { policies as shipped } from '${shipped}'
     const changes: Record<string, object> = ${JSON.stringify(changes)}
     export const policies = { ...shipped, roles: shipped.roles.map((role) => ({ ...role, ...changes[role.key] })) }`,
  )
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
