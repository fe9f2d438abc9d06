/**
 * The inventory of pilots: every agent somebody tries out, who answers for it, what it touches, and what was decided about it;
 * pairs that look like the same work twice; and principals that the gateway met and nobody had registered.
 */
import { sql, type Kysely } from 'kysely'
import { versioned } from './versioned.ts'

const statements = [
  sql`create table mandate.pilots (
    ${versioned},
    created_by text not null,
    updated_by text not null,
    -- Name and department without case, marks and spaces: what an import finds a pilot by.
    natural_key text not null unique,
    stage text not null check (stage in ('DISCOVERED', 'REGISTERED', 'UNDER_REVIEW', 'SCALE', 'REFINE', 'CONSOLIDATE',
      'RETIRE', 'PROMOTED', 'MERGED', 'RETIRED')),
    name text not null check (name <> ''),
    department text not null,
    business_owner text,
    technical_owner text,
    purpose text not null default '',
    role text,
    responsibilities text[] not null default '{}',
    capabilities text[] not null default '{}',
    systems text[] not null default '{}',
    data_entities text[] not null default '{}',
    data_classes text[] not null default '{}',
    workflow_steps text[] not null default '{}',
    evidence text[] not null default '{}',
    platform text,
    model text,
    monthly_cost numeric(14, 2) check (monthly_cost >= 0),
    monthly_volume bigint check (monthly_volume >= 0),
    risk_tier text check (risk_tier in ('MINIMAL', 'LIMITED', 'HIGH', 'UNACCEPTABLE')),
    discovered_by text not null check (discovered_by in ('MANUAL', 'IMPORT', 'GATEWAY_TRAFFIC', 'OAUTH_GRANT')),
    -- Who it is to the gateway, where the gateway met it.
    principal text unique,
    issuer text,
    last_seen_at timestamptz(3),
    merged_into text references mandate.pilots (id),
    agent_id text,
    check ((stage = 'MERGED') = (merged_into is not null)),
    check ((stage = 'PROMOTED') = (agent_id is not null)),
    check (stage = 'DISCOVERED' or stage = 'RETIRED' or business_owner is not null)
  )`,
  sql`create index pilots_stage_idx on mandate.pilots (stage, id)`,
  sql`create index pilots_discovered_idx on mandate.pilots (issuer) where stage = 'DISCOVERED'`,

  sql`create table mandate.pilot_steps (
    pilot_id text not null references mandate.pilots (id),
    -- The version that the step led to.
    version integer not null,
    from_stage text,
    to_stage text not null,
    reason text,
    taken_by text not null,
    taken_at timestamptz(3) not null,
    primary key (pilot_id, version)
  )`,

  sql`create table mandate.duplicate_findings (
    ${versioned},
    pilot_a text not null references mandate.pilots (id),
    pilot_b text not null references mandate.pilots (id),
    state text not null check (state in ('OPEN', 'CONFIRMED', 'RESOLVED', 'DISMISSED')),
    resolution text check (resolution in ('MERGE', 'SPLIT', 'JUSTIFIED')),
    strength text not null check (strength in ('LIKELY', 'OVERLAP')),
    score double precision not null check (score between 0 and 1),
    compared double precision not null check (compared between 0 and 1),
    components jsonb not null,
    -- Of what both pilots said when it was scored: another hash opens a closed finding again.
    inputs_hash text not null,
    decided_by text,
    decided_at timestamptz(3),
    reason text,
    unique (pilot_a, pilot_b),
    check (pilot_a < pilot_b),
    check ((state = 'RESOLVED') = (resolution is not null))
  )`,
  sql`create index duplicate_findings_b_idx on mandate.duplicate_findings (pilot_b)`,
  sql`create index duplicate_findings_state_idx on mandate.duplicate_findings (state, id)`,

  sql`create table mandate.discovery_overflow (
    issuer text primary key,
    unlisted bigint not null,
    first_at timestamptz(3) not null,
    last_at timestamptz(3) not null
  )`,

  sql`create table mandate.pilot_import_parts (
    owner text not null,
    upload text not null,
    number integer not null,
    of integer not null,
    content text not null,
    received_at timestamptz(3) not null,
    primary key (owner, upload, number)
  )`,
]

/** Creates the inventory, empty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
