/**
 * The customer system's tables, the keys of acts that any system ran once, and the key that seals cursors. Times have millisecond precision, so that a
 * cursor made from a JavaScript date finds its row again.
 */
import { sql, type Kysely } from 'kysely'
import { versioned } from './versioned.ts'

const statements = [
  sql`create schema if not exists systems`,
  sql`create table systems.idempotency (
    principal text not null,
    act text not null,
    key text not null,
    args_hash text not null,
    result jsonb,
    created_at timestamptz(3) not null,
    primary key (principal, act, key)
  )`,
  sql`create table systems.secrets (name text primary key, value bytea not null)`,
  // 32 bytes from the server's strong random numbers: the key that seals cursors.
  sql`insert into systems.secrets (name, value)
    values ('cursor', sha256(decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')))`,
  sql`create schema if not exists crm`,
  sql`create table crm.accounts (
    ${versioned},
    name text not null,
    type text not null check (type in ('PROSPECT', 'CUSTOMER', 'PARTNER', 'FORMER_CUSTOMER')),
    industry text not null check (industry in ('AUTOMOTIVE', 'CHEMICALS', 'CONSTRUCTION', 'CONSUMER_GOODS', 'ENERGY',
      'FINANCIAL_SERVICES', 'FOOD', 'HEALTHCARE', 'LOGISTICS', 'MACHINERY', 'RETAIL', 'TECHNOLOGY')),
    tier text not null check (tier in ('STRATEGIC', 'KEY', 'STANDARD', 'SMALL')),
    website text,
    phone text,
    billing_street text,
    billing_city text,
    billing_postal_code text,
    billing_region text,
    billing_country text check (billing_country ~ '^[A-Z]{2}$'),
    annual_revenue numeric(18, 2) check (annual_revenue >= 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    number_of_employees integer check (number_of_employees >= 0),
    description text,
    owner_id text not null
  )`,
  sql`create unique index accounts_name_key on crm.accounts (lower(name))`,
  sql`create index accounts_owner_idx on crm.accounts (owner_id)`,
  sql`create table crm.contacts (
    ${versioned},
    account_id text not null references crm.accounts (id),
    first_name text not null,
    last_name text not null,
    title text,
    department text,
    email text,
    phone text,
    mobile_phone text,
    do_not_call boolean not null default false,
    owner_id text not null
  )`,
  sql`create unique index contacts_email_key on crm.contacts (lower(email))`,
  sql`create index contacts_account_idx on crm.contacts (account_id, last_name)`,
  sql`create table crm.opportunities (
    ${versioned},
    account_id text not null references crm.accounts (id),
    name text not null,
    type text not null check (type in ('NEW_BUSINESS', 'EXISTING_BUSINESS', 'RENEWAL')),
    stage text not null check (stage in ('PROSPECTING', 'QUALIFICATION', 'NEEDS_ANALYSIS', 'PROPOSAL', 'NEGOTIATION',
      'CLOSED_WON', 'CLOSED_LOST')),
    probability integer not null check (probability between 0 and 100),
    amount numeric(18, 2) not null check (amount >= 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    close_date date not null,
    next_step text,
    loss_reason text,
    owner_id text not null,
    check ((stage = 'CLOSED_LOST') = (loss_reason is not null))
  )`,
  sql`create index opportunities_account_idx on crm.opportunities (account_id, close_date)`,
  sql`create index opportunities_close_date_idx on crm.opportunities (close_date, id)`,
  sql`create table crm.cases (
    ${versioned},
    account_id text not null references crm.accounts (id),
    contact_id text references crm.contacts (id),
    incident_id text,
    subject text not null,
    description text,
    status text not null check (status in ('NEW', 'WORKING', 'ESCALATED', 'CLOSED')),
    priority text not null check (priority in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    origin text not null check (origin in ('EMAIL', 'PHONE', 'WEB', 'CHAT')),
    reason text not null check (reason in ('MALFUNCTION', 'DELIVERY', 'BILLING', 'HOW_TO', 'FEEDBACK')),
    resolution text,
    closed_at timestamptz(3),
    owner_id text not null,
    check ((status = 'CLOSED') = (closed_at is not null)),
    check ((status = 'CLOSED') = (resolution is not null))
  )`,
  sql`create index cases_account_idx on crm.cases (account_id, created_at desc)`,
  sql`create index cases_contact_idx on crm.cases (contact_id, created_at desc)`,
  sql`create index cases_created_idx on crm.cases (created_at desc, id)`,
  sql`create table crm.case_comments (
    ${versioned},
    case_id text not null references crm.cases (id),
    body text not null,
    author_id text not null,
    public boolean not null default false
  )`,
  sql`create index case_comments_case_idx on crm.case_comments (case_id, created_at)`,
  sql`create table crm.activities (
    ${versioned},
    type text not null check (type in ('TASK', 'EMAIL', 'CALL')),
    subject text not null,
    body text,
    status text not null check (status in ('OPEN', 'IN_PROGRESS', 'COMPLETED', 'DEFERRED')),
    priority text not null check (priority in ('LOW', 'NORMAL', 'HIGH')),
    due_date date,
    completed_at timestamptz(3),
    owner_id text not null,
    notify_user_id text,
    notified_at timestamptz(3),
    who_id text references crm.contacts (id),
    what_id text,
    account_id text references crm.accounts (id),
    check ((status = 'COMPLETED') = (completed_at is not null)),
    check (notified_at is null or notify_user_id is not null)
  )`,
  sql`create index activities_account_idx on crm.activities (account_id, created_at desc)`,
  sql`create index activities_who_idx on crm.activities (who_id, created_at desc)`,
  sql`create index activities_what_idx on crm.activities (what_id, created_at desc)`,
  sql`create index activities_created_idx on crm.activities (created_at desc, id)`,
  ...['account', 'contact', 'opportunity', 'case', 'case_comment', 'activity'].map(
    (name) => sql`create sequence ${sql.id('crm', `${name}_ids`)}`,
  ),
]

/** Creates the customer system, empty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
