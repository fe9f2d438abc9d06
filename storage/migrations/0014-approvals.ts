/**
 * Acts that wait for people. A request holds the exact act and what people were shown of it; votes and delegations are only ever
 * added. JSON is kept as text: an argument may hold what `jsonb` cannot.
 */
import { sql, type Kysely } from 'kysely'

const statements = [
  sql`create table mandate.approvals (
    id text primary key,
    version integer not null default 1 check (version > 0),
    status text not null check (status in
      ('PENDING', 'APPROVED', 'REJECTED', 'SUPERSEDED', 'EXPIRED', 'CANCELLED', 'CONSUMED', 'LAPSED')),
    initiator text not null,
    caller text not null,
    excluded text not null,
    action_hash text not null,
    repeat_hash text not null,
    likeness_hash text not null,
    group_key text not null,
    operation_name text,
    document text not null,
    variables text not null,
    policy_revision text not null,
    asked text not null,
    terms text not null,
    stages text not null,
    stage integer not null check (stage >= 0),
    candidates text not null,
    deadline timestamptz(3) not null,
    targets text not null,
    preview text not null,
    preview_hash text not null,
    request_id text not null,
    amends text references mandate.approvals (id),
    amended_by text,
    amendment text,
    amendment_state text check (amendment_state in ('WAITING', 'PROPOSED', 'REFUSED')),
    successor text,
    reason text,
    settled_by text,
    use_until timestamptz(3),
    attempt_by text,
    attempt_until timestamptz(3),
    executor text,
    claimed_at timestamptz(3),
    execution_request_id text,
    outcome text check (outcome in ('SUCCEEDED', 'FAILED', 'UNKNOWN')),
    result_status integer,
    result text,
    executed_at timestamptz(3),
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    check ((status = 'CONSUMED') = (executor is not null)),
    check ((executor is null) = (claimed_at is null)),
    check ((amendment is null) = (amendment_state is null)),
    check (outcome is null or executor is not null)
  )`,
  // One open request for one act, whichever gateways are asked at the same time.
  sql`create unique index approvals_open_idx on mandate.approvals (action_hash) where status in ('PENDING', 'APPROVED')`,
  sql`create index approvals_initiator_idx on mandate.approvals (initiator, id desc)`,
  sql`create index approvals_candidates_idx on mandate.approvals (candidates, id desc) where status = 'PENDING'`,
  sql`create index approvals_due_idx on mandate.approvals (deadline) where status = 'PENDING'`,
  sql`create index approvals_repeat_idx on mandate.approvals (repeat_hash, status)`,
  sql`create index approvals_likeness_idx on mandate.approvals (likeness_hash) where status = 'REJECTED'`,
  sql`create index approvals_work_idx on mandate.approvals (status)
    where status = 'APPROVED' or amendment_state = 'WAITING' or (status = 'CONSUMED' and outcome is null)`,
  sql`create table mandate.approval_votes (
    id text primary key,
    approval_id text not null references mandate.approvals (id),
    stage integer not null,
    voter text not null,
    on_behalf_of text,
    verdict text not null check (verdict in ('APPROVE', 'REJECT')),
    preview_hash text not null,
    comment text,
    at timestamptz(3) not null,
    unique (approval_id, voter)
  )`,
  sql`create index approval_votes_voter_idx on mandate.approval_votes (voter, approval_id)`,
  sql`create table mandate.approval_delegations (
    id text primary key,
    approval_id text not null references mandate.approvals (id),
    stage integer not null,
    from_id text not null,
    to_id text not null check (to_id <> from_id),
    depth integer not null check (depth between 1 and 2),
    reason text not null,
    at timestamptz(3) not null,
    unique (approval_id, stage, from_id),
    unique (approval_id, stage, to_id)
  )`,
  sql`create index approval_delegations_to_idx on mandate.approval_delegations (to_id, approval_id)`,
]

/** Creates the requests, their votes and their delegations, empty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
