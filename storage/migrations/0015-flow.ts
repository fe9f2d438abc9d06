/**
 * What agents have read: text from outside, which taints them, and keyed hashes of protected values, which are looked for in what
 * they write. `bearer` is whom a read counts against: a principal, or `task:<id>`. A lift raises the generation of a bearer's label;
 * what was read in an earlier one counts no more, and the lift stays to be seen.
 */
import { sql, type Kysely } from 'kysely'

const statements = [
  sql`create sequence mandate.flow_seq`,
  sql`create table mandate.flow_taints (
    bearer text not null check (bearer <> ''),
    label text not null check (label in ('UNTRUSTED', 'RESTRICTED', 'PERSONAL')),
    coordinate text not null,
    request_id text not null,
    reader text not null,
    supervisor text,
    at timestamptz not null,
    expires_at timestamptz not null,
    generation int not null,
    seq bigint not null,
    primary key (bearer, label, coordinate, request_id)
  )`,
  sql`create index flow_taints_newest_idx on mandate.flow_taints (bearer, label, at desc)`,
  sql`create index flow_taints_expiry_idx on mandate.flow_taints (expires_at)`,
  sql`create table mandate.flow_values (
    bearer text not null check (bearer <> ''),
    label text not null check (label in ('RESTRICTED', 'PERSONAL')),
    hash text not null,
    anchor text,
    length int not null check (length >= 0),
    coordinate text not null,
    request_id text not null,
    reader text not null,
    supervisor text,
    at timestamptz not null,
    expires_at timestamptz not null,
    generation int not null,
    seq bigint not null,
    primary key (bearer, label, hash),
    check ((anchor is null) = (length = 0))
  )`,
  sql`create index flow_values_anchor_idx on mandate.flow_values (bearer, anchor) where anchor is not null`,
  sql`create index flow_values_expiry_idx on mandate.flow_values (expires_at)`,
  sql`create table mandate.flow_lifts (
    bearer text not null,
    label text not null check (label in ('UNTRUSTED', 'RESTRICTED', 'PERSONAL')),
    generation int not null check (generation > 0),
    id text not null,
    reason text not null check (reason <> ''),
    lifted_by text not null,
    lifted_at timestamptz not null,
    primary key (bearer, label, generation)
  )`,
]

/** Creates the tables, empty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
