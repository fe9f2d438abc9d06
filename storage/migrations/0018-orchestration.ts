/**
 * Workflows: definitions, runs with their logs, and tasks as people and agents find them. A published definition and an event that
 * has happened never change. The state of a run is the sum of its events, kept so that it need not be added up each time.
 */
import { sql, type Kysely } from 'kysely'

const statements = [
  sql`create table mandate.workflow_definitions (
    key text not null,
    version integer not null check (version > 0),
    checksum text not null,
    status text not null check (status in ('DRAFT', 'PUBLISHED', 'DEPRECATED', 'ARCHIVED')),
    definition json not null,
    made_by text not null,
    made_at timestamptz(3) not null,
    published_by text,
    published_at timestamptz(3),
    primary key (key, version)
  )`,

  sql`create table mandate.runs (
    id uuid primary key,
    workflow text not null,
    workflow_version integer not null,
    business_key text,
    status text not null,
    outcome text,
    priority integer not null,
    started_by text not null,
    parent_run uuid references mandate.runs,
    parent_step text,
    parent_generation integer,
    forked_from uuid references mandate.runs,
    forked_seq integer,
    has_incident boolean not null default false,
    state json not null,
    seq integer not null,
    notices integer not null default 0,
    created_at timestamptz(3) not null,
    changed_at timestamptz(3) not null,
    ended_at timestamptz(3),
    foreign key (workflow, workflow_version) references mandate.workflow_definitions (key, version)
  )`,
  sql`create unique index runs_business_key on mandate.runs (workflow, business_key)
      where business_key is not null and ended_at is null and forked_from is null`,
  sql`create index runs_open_idx on mandate.runs (workflow, created_at) where ended_at is null`,
  sql`create index runs_workflow_idx on mandate.runs (workflow, created_at, id)`,
  sql`create index runs_parent_idx on mandate.runs (parent_run, parent_step) where parent_run is not null`,

  sql`create table mandate.run_events (
    run_id uuid not null references mandate.runs on delete cascade,
    seq integer not null,
    at timestamptz(3) not null,
    kind text not null,
    event json not null,
    primary key (run_id, seq)
  )`,
  sql`create table mandate.run_notices (
    run_id uuid not null references mandate.runs on delete cascade,
    n integer not null,
    seq integer not null,
    at timestamptz(3) not null,
    name text not null,
    step text,
    data json not null,
    primary key (run_id, n)
  )`,

  sql`create table mandate.tasks (
    run_id uuid not null references mandate.runs on delete cascade,
    step text not null,
    workflow text not null,
    node text not null,
    kind text not null,
    title text not null,
    state text not null,
    candidates text[] not null,
    target text,
    excluded text[] not null,
    holder text,
    attempt integer not null,
    level integer not null,
    generation integer not null,
    priority integer not null,
    input json not null,
    question json,
    approval text,
    incident json,
    entered_at timestamptz(3) not null,
    ready_at timestamptz(3),
    due_at timestamptz(3),
    ended_at timestamptz(3),
    primary key (run_id, step)
  )`,
  sql`create index tasks_ready_idx on mandate.tasks using gin (candidates) where state = 'READY'`,
  sql`create index tasks_target_idx on mandate.tasks (target, ready_at) where state = 'READY' and target is not null`,
  sql`create index tasks_holder_idx on mandate.tasks (holder) where state in ('CLAIMED', 'IN_PROGRESS')`,
  sql`create index tasks_approval_idx on mandate.tasks (approval) where state = 'APPROVAL_REQUIRED'`,
  sql`create index tasks_incident_idx on mandate.tasks (entered_at) where incident is not null`,

  sql`create table mandate.task_attempts (
    run_id uuid not null,
    step text not null,
    n integer not null check (n > 0),
    by text not null,
    token_hash bytea,
    leased_at timestamptz(3) not null,
    lease_seconds integer,
    lease_until timestamptz(3),
    started_at timestamptz(3),
    heartbeat_at timestamptz(3),
    ended_at timestamptz(3),
    outcome text,
    error json,
    usage json,
    confidence double precision,
    primary key (run_id, step, n),
    foreign key (run_id, step) references mandate.tasks on delete cascade
  )`,
  sql`create index task_attempts_open_idx on mandate.task_attempts (by) where ended_at is null`,

  sql`create table mandate.run_context (
    run_id uuid not null references mandate.runs on delete cascade,
    revision integer not null,
    path text not null,
    value json not null,
    written_by text not null,
    step text,
    at timestamptz(3) not null,
    primary key (run_id, revision)
  )`,
  // A log is only ever added to.
  sql`create function mandate.keep_log() returns trigger language plpgsql as $body$
    begin
      raise exception 'what has happened is not changed' using errcode = 'restrict_violation';
    end $body$`,
  ...['run_events', 'run_notices', 'run_context'].map(
    (table) =>
      sql`create trigger keep_log before update on ${sql.table(`mandate.${table}`)}
        for each row execute function mandate.keep_log()`,
  ),
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
