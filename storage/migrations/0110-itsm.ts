/**
 * The service management system's tables. The checks repeat what the state rules promise, so that no path into the
 * database can leave a record in a state that the rules do not know.
 */
import { sql, type Kysely } from 'kysely'
import { versioned } from './versioned.ts'

const statements = [
  sql`create schema if not exists itsm`,
  sql`create table itsm.configuration_items (
    ${versioned},
    name text not null,
    class text not null check (class in ('BUSINESS_SERVICE', 'APPLICATION', 'SERVER', 'DATABASE', 'NETWORK_GEAR',
      'HANDHELD')),
    operational_status text not null check (operational_status in ('OPERATIONAL', 'NON_OPERATIONAL',
      'REPAIR_IN_PROGRESS', 'DR_STANDBY', 'RETIRED')),
    environment text not null check (environment in ('PRODUCTION', 'TEST', 'DEVELOPMENT')),
    owner_id text not null,
    support_group text not null,
    location text,
    serial_number text,
    account_id text
  )`,
  sql`create unique index configuration_items_name_key on itsm.configuration_items (lower(name))`,
  sql`create index configuration_items_account_idx on itsm.configuration_items (account_id, name)`,
  sql`create table itsm.ci_relations (
    ${versioned},
    type text not null check (type in ('DEPENDS_ON', 'RUNS_ON', 'CONNECTS_TO')),
    provider_id text not null references itsm.configuration_items (id),
    consumer_id text not null references itsm.configuration_items (id),
    unique (provider_id, consumer_id, type),
    check (provider_id <> consumer_id)
  )`,
  sql`create index ci_relations_consumer_idx on itsm.ci_relations (consumer_id)`,
  sql`create table itsm.changes (
    ${versioned},
    type text not null check (type in ('NORMAL', 'STANDARD', 'EMERGENCY')),
    state text not null check (state in ('NEW', 'ASSESS', 'AUTHORIZE', 'SCHEDULED', 'IMPLEMENT', 'REVIEW', 'CLOSED',
      'CANCELED')),
    short_description text not null,
    description text,
    justification text,
    implementation_plan text,
    backout_plan text,
    risk text not null check (risk in ('HIGH', 'MODERATE', 'LOW')),
    approval text not null check (approval in ('NOT_REQUESTED', 'REQUESTED', 'APPROVED', 'REJECTED')),
    approved_by text,
    approved_at timestamptz(3),
    requested_by text not null,
    opened_by text not null,
    assignment_group text,
    assigned_to text,
    configuration_item_id text references itsm.configuration_items (id),
    planned_start timestamptz(3),
    planned_end timestamptz(3),
    actual_start timestamptz(3),
    actual_end timestamptz(3),
    close_code text check (close_code in ('SUCCESSFUL', 'SUCCESSFUL_WITH_ISSUES', 'UNSUCCESSFUL')),
    close_notes text,
    check (planned_start < planned_end),
    check (state not in ('SCHEDULED', 'IMPLEMENT', 'REVIEW', 'CLOSED')
      or (approval = 'APPROVED' and planned_start is not null and planned_end is not null)),
    check ((state = 'CLOSED') = (close_code is not null)),
    check ((state = 'CLOSED') = (close_notes is not null))
  )`,
  sql`create index changes_item_idx on itsm.changes (configuration_item_id, created_at desc)`,
  sql`create index changes_created_idx on itsm.changes (created_at desc, id)`,
  sql`create table itsm.incidents (
    ${versioned},
    short_description text not null,
    description text,
    state text not null check (state in ('NEW', 'IN_PROGRESS', 'ON_HOLD', 'RESOLVED', 'CLOSED', 'CANCELED')),
    on_hold_reason text check (on_hold_reason in ('AWAITING_CALLER', 'AWAITING_CHANGE', 'AWAITING_PROBLEM',
      'AWAITING_VENDOR')),
    category text not null check (category in ('HARDWARE', 'SOFTWARE', 'NETWORK', 'DATABASE', 'ACCESS', 'INQUIRY')),
    impact text not null check (impact in ('HIGH', 'MEDIUM', 'LOW')),
    urgency text not null check (urgency in ('HIGH', 'MEDIUM', 'LOW')),
    priority text not null check (priority in ('P1_CRITICAL', 'P2_HIGH', 'P3_MODERATE', 'P4_LOW', 'P5_PLANNING')),
    assignment_group text,
    assigned_to text,
    opened_by text not null,
    caller_id text,
    account_id text,
    configuration_item_id text references itsm.configuration_items (id),
    case_id text,
    change_id text references itsm.changes (id),
    close_code text check (close_code in ('SOLUTION_PROVIDED', 'WORKAROUND_PROVIDED', 'RESOLVED_BY_CHANGE',
      'RESOLVED_BY_PROBLEM', 'RESOLVED_BY_CALLER', 'DUPLICATE', 'KNOWN_ERROR', 'USER_ERROR', 'NO_RESOLUTION_PROVIDED')),
    close_notes text,
    reopen_count integer not null default 0 check (reopen_count >= 0),
    opened_at timestamptz(3) not null,
    resolved_at timestamptz(3),
    closed_at timestamptz(3),
    check ((state = 'ON_HOLD') = (on_hold_reason is not null)),
    check ((state in ('RESOLVED', 'CLOSED')) = (close_code is not null)),
    check ((state in ('RESOLVED', 'CLOSED')) = (close_notes is not null)),
    check ((state in ('RESOLVED', 'CLOSED')) = (resolved_at is not null)),
    check ((state in ('CLOSED', 'CANCELED')) = (closed_at is not null))
  )`,
  sql`create index incidents_account_idx on itsm.incidents (account_id, opened_at desc)`,
  sql`create index incidents_item_idx on itsm.incidents (configuration_item_id, opened_at desc)`,
  sql`create index incidents_case_idx on itsm.incidents (case_id)`,
  sql`create index incidents_opened_idx on itsm.incidents (opened_at desc, id)`,
  sql`create table itsm.work_notes (
    ${versioned},
    incident_id text not null references itsm.incidents (id),
    kind text not null check (kind in ('WORK_NOTE', 'COMMENT')),
    text text not null,
    author_id text not null
  )`,
  sql`create index work_notes_incident_idx on itsm.work_notes (incident_id, created_at desc)`,
  ...['configuration_item', 'ci_relation', 'change', 'incident', 'work_note'].map(
    (name) => sql`create sequence ${sql.id('itsm', `${name}_ids`)}`,
  ),
]

/** Creates the service management system, empty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
