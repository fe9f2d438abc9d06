/** Keeping definitions: a version is made once, published once, and never changed. */
import { sql } from 'kysely'
import type { Tx } from '../../storage/queue/durable-queue.ts'
import type { WorkflowDefinition } from '../definition/model.ts'

export interface PublishedVersion {
  readonly key: string
  readonly version: number
  /** False where the newest version already says the same. */
  readonly isNew: boolean
}

/** Publishes a definition that has been checked; the same one again is the version that there is. */
export async function publishDefinition(
  tx: Tx,
  {
    definition,
    checksum,
    by,
  }: { readonly definition: WorkflowDefinition; readonly checksum: string; readonly by: string },
): Promise<PublishedVersion> {
  const { key } = definition
  await sql`select pg_advisory_xact_lock(hashtextextended(${`mandate:workflow:${key}`}, 0))`.execute(tx)
  const newest = await tx
    .selectFrom('mandate.workflow_definitions')
    .select(['version', 'checksum', 'status'])
    .where('key', '=', key)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (newest?.checksum === checksum && newest.status === 'PUBLISHED')
    return { key, version: newest.version, isNew: false }
  const version = (newest?.version ?? 0) + 1
  const now = sql<Date>`clock_timestamp()`
  await tx
    .insertInto('mandate.workflow_definitions')
    .values({
      key,
      version,
      checksum,
      status: 'PUBLISHED',
      definition: JSON.stringify(definition),
      made_by: by,
      made_at: now,
      published_by: by,
      published_at: now,
    })
    .execute()
  await tx
    .updateTable('mandate.workflow_definitions')
    .set({ status: 'DEPRECATED' })
    .where('key', '=', key)
    .where('version', '<', version)
    .where('status', '=', 'PUBLISHED')
    .execute()
  return { key, version, isNew: true }
}
