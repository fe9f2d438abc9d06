/** Databases for tests of the engine: one as two processes see it, and agents that hold roles in it. */
import { type Database, openDatabase } from '../../storage/database.ts'
import { type DatabaseKind, createDatabase, createDatabaseUrl } from './databases.ts'

/** One database with two ways in: two pools where there is a server, the one session that there is otherwise. */
export interface SharedDatabase extends AsyncDisposable {
  readonly first: Database
  readonly second: Database
}

export async function openShared(kind: DatabaseKind, poolSize = 8): Promise<SharedDatabase> {
  await using opened = new AsyncDisposableStack()
  if (kind === 'embedded') {
    const only = opened.use(await createDatabase(kind))
    const resources = opened.move()
    return { first: only, second: only, [Symbol.asyncDispose]: () => resources.disposeAsync() }
  }
  const { url, drop } = await createDatabaseUrl()
  opened.defer(drop)
  const open = async () => opened.use(await openDatabase({ kind, url, poolSize, migrations: 'leave' }))
  const [first, second] = [await open(), await open()]
  const resources = opened.move()
  return { first, second, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

/** Registers active agents with their roles. */
export async function employ(
  { kysely }: Pick<Database, 'kysely'>,
  agents: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const at = new Date(Date.now() - 86_400_000)
  for (const [id, roles] of Object.entries(agents)) {
    await kysely
      .insertInto('mandate.agents')
      .values({
        id,
        name: id,
        description: 'An agent of a test',
        owner_id: 'person:owner',
        sponsor_id: null,
        environment: 'TEST',
        data_residency: null,
        constraints: JSON.stringify([]),
        a2a_url: null,
        status: 'ACTIVE',
        status_reason: null,
        tokens_valid_from: null,
        owner_missing_since: null,
        version: 1,
        created_at: at,
        created_by: 'person:owner',
        updated_at: at,
        updated_by: 'person:owner',
      })
      .execute()
    for (const role of roles) {
      await kysely
        .insertInto('mandate.agent_assignments')
        .values({
          id: crypto.randomUUID(),
          agent_id: id,
          role_key: role,
          valid_from: at,
          valid_until: null,
          assigned_at: at,
          assigned_by: 'person:owner',
          ended_at: null,
          ended_by: null,
        })
        .execute()
    }
  }
}

/** Takes agents out of service, or back into it. */
export async function setStatus(
  { kysely }: Pick<Database, 'kysely'>,
  agent: string,
  status: 'ACTIVE' | 'SUSPENDED',
): Promise<void> {
  await kysely.updateTable('mandate.agents').set({ status }).where('id', '=', agent).execute()
}
