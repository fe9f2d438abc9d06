/**
 * A membership that ends stays on record: who had which access, from when until when, is what an audit asks first. A person is
 * in a group at most once at a time, and may come back to it.
 */
import { sql, type Kysely } from 'kysely'

const statements = [
  sql`alter table hr.group_members add column removed_by text, add column removed_at timestamptz(3)`,
  sql`alter table hr.group_members
    add constraint group_members_removed_check check ((removed_by is null) = (removed_at is null))`,
  sql`alter table hr.group_members drop constraint group_members_group_id_user_id_key`,
  sql`create unique index group_members_user_id_key on hr.group_members (group_id, user_id) where removed_at is null`,
  sql`create index group_members_group_idx on hr.group_members (group_id, created_at desc)`,
]

/** Lets memberships end. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
