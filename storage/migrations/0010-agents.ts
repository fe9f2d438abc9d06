/**
 * The workforce: agents with the person who answers for each, the roles they are assigned to, the keys they prove themselves with,
 * their budgets, and every version of every role. What was assigned, keyed or decided is never deleted; its end is written on it.
 */
import { sql, type Kysely } from 'kysely'

const statements = [
  sql`create table mandate.agents (
    id text primary key check (id ~ '^agent:[a-z0-9]([a-z0-9._-]{0,126}[a-z0-9])?$'),
    name text not null check (name <> ''),
    description text not null,
    owner_id text not null check (owner_id ~ '^person:'),
    sponsor_id text check (sponsor_id ~ '^person:'),
    environment text not null check (environment in ('DEVELOPMENT', 'TEST', 'PRODUCTION')),
    data_residency text,
    constraints jsonb not null,
    a2a_url text,
    status text not null
      check (status in ('DRAFT', 'PENDING_APPROVAL', 'ACTIVE', 'SUSPENDED', 'QUARANTINED', 'RETIRED')),
    status_reason text,
    tokens_valid_from timestamptz(3),
    owner_missing_since timestamptz(3),
    version integer not null check (version > 0),
    created_at timestamptz(3) not null,
    created_by text not null,
    updated_at timestamptz(3) not null,
    updated_by text not null
  )`,
  sql`create index agents_owner_idx on mandate.agents (owner_id)`,
  sql`create table mandate.agent_assignments (
    id text primary key,
    agent_id text not null references mandate.agents (id),
    role_key text not null check (role_key <> ''),
    valid_from timestamptz(3) not null,
    valid_until timestamptz(3),
    assigned_at timestamptz(3) not null,
    assigned_by text not null,
    ended_at timestamptz(3),
    ended_by text,
    check (valid_until > valid_from),
    check ((ended_at is null) = (ended_by is null))
  )`,
  sql`create index agent_assignments_agent_idx on mandate.agent_assignments (agent_id, assigned_at)`,
  sql`create index agent_assignments_role_idx on mandate.agent_assignments (role_key)`,
  // A key that two agents share would let each pass for the other.
  sql`create table mandate.agent_keys (
    kid text primary key,
    agent_id text not null references mandate.agents (id),
    jwk jsonb not null,
    not_before timestamptz(3) not null,
    expires_at timestamptz(3),
    added_at timestamptz(3) not null,
    added_by text not null,
    revoked_at timestamptz(3),
    revoked_by text,
    check (expires_at > not_before),
    check ((revoked_at is null) = (revoked_by is null))
  )`,
  sql`create index agent_keys_agent_idx on mandate.agent_keys (agent_id, added_at)`,
  sql`create table mandate.agent_budgets (
    agent_id text not null references mandate.agents (id),
    measure text not null,
    per text not null,
    currency text not null,
    amount double precision not null check (amount >= 0),
    on_breach text check (on_breach = 'quarantine'),
    set_at timestamptz(3) not null,
    set_by text not null,
    primary key (agent_id, measure, per, currency)
  )`,
  sql`create table mandate.role_versions (
    role_key text not null,
    version integer not null check (version > 0),
    checksum text not null,
    definition jsonb not null,
    status text not null check (status in ('IN_REVIEW', 'ACTIVE', 'DEPRECATED', 'RETIRED')),
    widens jsonb not null,
    created_at timestamptz(3) not null,
    decided_at timestamptz(3),
    decided_by text,
    primary key (role_key, version),
    check ((decided_at is null) = (decided_by is null)),
    check (status not in ('ACTIVE', 'DEPRECATED') or decided_at is not null)
  )`,
  sql`create unique index role_versions_active_key on mandate.role_versions (role_key) where status = 'ACTIVE'`,
]

/** Creates the tables of the workforce, empty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
