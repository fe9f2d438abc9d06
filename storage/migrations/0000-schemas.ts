/** One PostgreSQL schema for the control plane and one for each business system, so that no table name can collide. */
import type { Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const schema of ['mandate', 'systems', 'crm', 'itsm', 'finance']) {
    await db.schema.createSchema(schema).ifNotExists().execute()
  }
}
