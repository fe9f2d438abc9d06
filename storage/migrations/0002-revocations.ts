/**
 * The kill list: which tokens and principals are refused from now on. A revocation is never deleted; taking one back is
 * written on it, so that it can still be seen who was shut out, when and why.
 */
import { sql, type Kysely } from 'kysely'

const statements = [
  sql`create table mandate.revocations (
    id text primary key,
    kind text not null check (kind in ('token', 'principal', 'tokens-before')),
    subject text not null check (subject <> ''),
    issued_before timestamptz,
    expires_at timestamptz,
    reason text not null,
    revoked_by text not null,
    revoked_at timestamptz not null,
    lifted_by text,
    lifted_at timestamptz,
    check ((kind = 'tokens-before') = (issued_before is not null)),
    check ((lifted_by is null) = (lifted_at is null))
  )`,
  sql`create index revocations_active_idx on mandate.revocations (revoked_at) where lifted_at is null`,
]

/** Creates the kill list, empty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
