/**
 * Acts on systems that know no idempotency keys and no transactions of ours: claimed before the first call, so that nothing is
 * sent twice, whatever becomes of the process that sent it.
 */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table systems.connector_acts (
    connector text not null,
    principal text not null,
    act text not null,
    key text not null,
    args_hash text not null,
    claim text not null,
    state text not null check (state in ('CLAIMED', 'SENT', 'DONE', 'UNKNOWN', 'PARTIAL')),
    steps jsonb not null,
    result jsonb,
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    primary key (connector, principal, act, key),
    check ((state = 'DONE') = (result is not null))
  )`.execute(db)
}
