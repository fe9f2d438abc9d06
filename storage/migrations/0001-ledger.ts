/**
 * The ledger's tables: the records, the dictionary of coordinates, and the head that a cut tail cannot match. Triggers
 * refuse every change but an append; who can drop a trigger can still be found out by `audit verify`.
 */
import { sql, type Kysely } from 'kysely'

const statements = [
  sql`create table mandate.ledger (
    seq bigint primary key check (seq > 0),
    kind text not null check (kind in ('intent', 'outcome')),
    at timestamptz not null,
    request_id text not null,
    principal text,
    on_behalf_of text,
    coordinates int[] not null,
    body text not null,
    prev_hash text not null,
    hash text not null
  )`,
  sql`create index ledger_coordinates_idx on mandate.ledger using gin (coordinates)`,
  sql`create index ledger_request_idx on mandate.ledger (request_id)`,
  sql`create index ledger_principal_idx on mandate.ledger (principal, seq desc) where principal is not null`,
  sql`create index ledger_on_behalf_of_idx on mandate.ledger (on_behalf_of, seq desc) where on_behalf_of is not null`,
  sql`create index ledger_at_idx on mandate.ledger (at, seq)`,
  sql`create table mandate.ledger_coordinates (
    id int primary key check (id > 0),
    coordinate text not null unique,
    seq bigint not null
  )`,
  sql`create table mandate.ledger_head (
    only_row boolean primary key default true check (only_row),
    seq bigint not null,
    hash text not null,
    coordinates int not null,
    fence bigint not null default 0
  )`,
  // The hash before the first record: SHA-256 of `mandate/ledger/v1`, base64url (storage/stores/ledger-record.ts).
  sql`insert into mandate.ledger_head (seq, hash, coordinates)
    values (0, translate(rtrim(encode(sha256('mandate/ledger/v1'), 'base64'), '='), '+/', '-_'), 0)`,
  sql`create function mandate.refuse_change() returns trigger language plpgsql as $$
  begin
    raise exception 'mandate.% is append-only: % is refused', tg_table_name, lower(tg_op)
      using errcode = 'insufficient_privilege';
  end $$`,
  sql`create trigger append_only before update or delete or truncate on mandate.ledger
    for each statement execute function mandate.refuse_change()`,
  sql`create trigger append_only before update or delete or truncate on mandate.ledger_coordinates
    for each statement execute function mandate.refuse_change()`,
  sql`create trigger one_head before delete or truncate on mandate.ledger_head
    for each statement execute function mandate.refuse_change()`,
  sql`create function mandate.refuse_backwards() returns trigger language plpgsql as $$
  begin
    if new.seq < old.seq or new.coordinates < old.coordinates or new.fence < old.fence
      or (new.seq = old.seq and new.hash <> old.hash) then
      raise exception 'mandate.ledger_head only moves forward' using errcode = 'insufficient_privilege';
    end if;
    return new;
  end $$`,
  sql`create trigger forward_only before update on mandate.ledger_head
    for each row execute function mandate.refuse_backwards()`,
]

/** Creates the ledger, empty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
