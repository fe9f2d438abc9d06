/**
 * Access beyond roles: what was asked for, what was granted, and the campaigns in which grants and assignments are certified. Nothing
 * is deleted; what became of it, by whom and why is written on it.
 */
import { sql, type Kysely } from 'kysely'

const statements = [
  sql`create table mandate.access_requests (
    id text primary key,
    principal text not null check (principal <> ''),
    kind text not null check (kind in ('agent', 'person', 'service')),
    roles text[] not null,
    coordinates text[] not null check (cardinality(coordinates) > 0),
    scopes text[] not null check (cardinality(scopes) > 0),
    purpose text not null check (purpose <> ''),
    reason text not null check (reason <> ''),
    duration_ms bigint not null check (duration_ms > 0),
    decider text not null check (decider <> ''),
    policy_revision text not null,
    status text not null check (status in ('REQUESTED', 'APPROVED', 'REFUSED', 'WITHDRAWN')),
    decided_by text,
    decided_at timestamptz(3),
    decision_reason text,
    version integer not null check (version > 0),
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    check ((decided_by is null) = (decided_at is null)),
    check ((status = 'REQUESTED') = (decided_by is null))
  )`,
  sql`create index access_requests_principal_idx on mandate.access_requests (principal, id)`,
  sql`create index access_requests_decider_idx on mandate.access_requests (decider, id)`,
  sql`create table mandate.grants (
    id text primary key,
    request_id text not null unique references mandate.access_requests (id),
    principal text not null,
    kind text not null check (kind in ('agent', 'person', 'service')),
    coordinates text[] not null check (cardinality(coordinates) > 0),
    scopes text[] not null check (cardinality(scopes) > 0),
    purpose text not null,
    decider text not null,
    granted_by text not null,
    granted_at timestamptz(3) not null,
    expires_at timestamptz(3) not null,
    status text not null check (status in ('ACTIVE', 'EXPIRED', 'REVOKED')),
    ended_by text,
    ended_at timestamptz(3),
    end_reason text,
    last_used_at timestamptz(3),
    uses bigint not null default 0 check (uses >= 0),
    version integer not null check (version > 0),
    check (granted_by <> principal),
    check ((status = 'ACTIVE') = (ended_at is null)),
    check ((ended_by is null) = (ended_at is null))
  )`,
  sql`create index grants_active_idx on mandate.grants (expires_at) where status = 'ACTIVE'`,
  sql`create index grants_principal_idx on mandate.grants (principal, id)`,
  sql`create index grants_decider_idx on mandate.grants (decider, id)`,
  sql`create table mandate.campaigns (
    id text primary key,
    title text not null check (title <> ''),
    scopes text[],
    due_at timestamptz(3) not null,
    status text not null check (status in ('OPEN', 'CLOSED')),
    started_by text not null,
    started_at timestamptz(3) not null,
    closed_at timestamptz(3),
    check ((status = 'CLOSED') = (closed_at is not null))
  )`,
  sql`create index campaigns_open_idx on mandate.campaigns (due_at) where status = 'OPEN'`,
  sql`create table mandate.campaign_items (
    id text primary key,
    campaign_id text not null references mandate.campaigns (id),
    kind text not null check (kind in ('GRANT', 'ASSIGNMENT')),
    subject_id text not null,
    principal text not null,
    role_key text,
    scopes text[] not null,
    coordinates text[] not null,
    purpose text,
    ends_at timestamptz(3),
    decider text,
    last_used_at timestamptz(3),
    uses bigint,
    status text not null check (status in ('PENDING', 'KEPT', 'REDUCED', 'REVOKED')),
    decided_by text,
    decided_at timestamptz(3),
    decision_reason text,
    version integer not null check (version > 0),
    unique (campaign_id, kind, subject_id),
    check ((kind = 'ASSIGNMENT') = (role_key is not null)),
    check ((status = 'PENDING') = (decided_by is null)),
    check ((decided_by is null) = (decided_at is null))
  )`,
  sql`create index campaign_items_subject_idx on mandate.campaign_items (kind, subject_id) where status = 'PENDING'`,
]

/** Creates the tables of requests, grants and campaigns, empty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
