/**
 * The people system's tables, in the shapes of SCIM 2.0 (RFC 7643): users with the enterprise extension, groups and their
 * members; beside them positions, absences and pay. State rules are checks of the database as well.
 */
import { sql, type Kysely } from 'kysely'
import { versioned } from './versioned.ts'

const grades = sql`('E1', 'E2', 'E3', 'E4', 'E5', 'E6', 'E7', 'E8', 'E9', 'M1', 'M2', 'M3', 'M4')`

const statements = [
  sql`create schema if not exists hr`,
  sql`create table hr.positions (
    ${versioned},
    title text not null,
    department text not null,
    plant_id text,
    grade text not null check (grade in ${grades}),
    status text not null check (status in ('OPEN', 'FILLED', 'CLOSED')),
    reports_to_id text references hr.positions (id),
    check (reports_to_id <> id)
  )`,
  sql`create index positions_title_idx on hr.positions (title, id)`,
  sql`create index positions_reports_to_idx on hr.positions (reports_to_id, title)`,
  sql`create table hr.users (
    ${versioned},
    user_name text not null,
    principal text not null unique check (principal ~ '^person:[a-z0-9._-]+$'),
    display_name text not null,
    given_name text not null,
    family_name text not null,
    title text not null,
    user_type text not null check (user_type in ('EMPLOYEE', 'CONTRACTOR')),
    email text not null,
    phone text,
    active boolean not null,
    employee_number text not null unique,
    department text not null,
    cost_center text not null,
    manager_id text references hr.users (id),
    position_id text references hr.positions (id),
    plant_id text,
    country_code text not null check (country_code ~ '^[A-Z]{2}$'),
    locale text not null,
    hire_date date not null,
    leave_date date,
    check (manager_id <> id),
    check (leave_date >= hire_date)
  )`,
  sql`create unique index users_user_name_key on hr.users (lower(user_name))`,
  sql`create index users_position_idx on hr.users (position_id)`,
  sql`create index users_display_name_idx on hr.users (display_name, id)`,
  sql`create index users_manager_idx on hr.users (manager_id, display_name)`,
  sql`create index users_plant_idx on hr.users (plant_id, display_name)`,
  sql`create table hr.groups (
    ${versioned},
    display_name text not null,
    description text not null,
    system text check (system in ('crm', 'erp', 'finance', 'procurement', 'supply-chain', 'mes', 'itsm', 'hr')),
    owner_id text not null
  )`,
  sql`create unique index groups_display_name_key on hr.groups (lower(display_name))`,
  sql`create table hr.group_members (
    ${versioned},
    group_id text not null references hr.groups (id),
    user_id text not null references hr.users (id),
    granted_by text not null,
    unique (group_id, user_id)
  )`,
  sql`create index group_members_user_idx on hr.group_members (user_id, created_at desc)`,
  sql`create table hr.absences (
    ${versioned},
    user_id text not null references hr.users (id),
    type text not null check (type in ('VACATION', 'SICK_LEAVE', 'PARENTAL_LEAVE', 'TRAINING', 'UNPAID_LEAVE')),
    from_date date not null,
    to_date date not null,
    status text not null check (status in ('REQUESTED', 'APPROVED', 'REJECTED', 'CANCELLED')),
    requested_by text not null,
    decided_by text,
    decided_at timestamptz(3),
    note text,
    check (to_date >= from_date),
    check ((decided_by is null) = (decided_at is null)),
    check (status not in ('APPROVED', 'REJECTED') or decided_by is not null),
    check (status <> 'REQUESTED' or decided_by is null)
  )`,
  sql`create index absences_user_idx on hr.absences (user_id, from_date desc)`,
  sql`create index absences_from_date_idx on hr.absences (from_date desc, id)`,
  sql`create table hr.compensations (
    ${versioned},
    user_id text not null references hr.users (id),
    annual_salary numeric(18, 2) not null check (annual_salary > 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    bonus_percent numeric(5, 2) not null check (bonus_percent between 0 and 100),
    grade text not null check (grade in ${grades}),
    effective_from date not null,
    changed_by text not null
  )`,
  sql`create index compensations_user_idx on hr.compensations (user_id, effective_from desc)`,
  ...['position', 'user', 'group', 'group_member', 'absence', 'compensation'].map(
    (name) => sql`create sequence ${sql.id('hr', `${name}_ids`)}`,
  ),
]

/** Creates the people system, empty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
