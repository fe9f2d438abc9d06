/** What was read in a task counts against whoever takes the task up: it is given what others have read. */
import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import type { Tables } from '../tables.ts'
import { liveAt, lockBearers } from './flow-live.ts'

/** Lets what counts against `from` now, `task:<id>`, count against `to` as well. */
export async function passOnReads(
  transaction: Transaction<Tables>,
  { from, to, now }: { readonly from: string; readonly to: string; readonly now: Date },
): Promise<void> {
  const found = await sql`
    select from mandate.flow_taints where bearer = ${from} union all
    select from mandate.flow_values where bearer = ${from} limit 1`.execute(transaction)
  // In most tasks nobody has read anything that counts.
  if (found.rows.length === 0) return
  await lockBearers(transaction, [to], 'shared')
  const generation = sql`coalesce((
    select max(l.generation) from mandate.flow_lifts as l where l.bearer = ${to} and l.label = r.label
  ), 0)`
  await sql`
    insert into mandate.flow_taints
      (bearer, label, coordinate, request_id, reader, supervisor, at, expires_at, generation, seq)
    select ${to}, r.label, r.coordinate, r.request_id, r.reader, r.supervisor, r.at, r.expires_at, ${generation},
      nextval('mandate.flow_seq')
    from mandate.flow_taints as r where r.bearer = ${from} and ${liveAt(now)}
    order by r.label, r.coordinate
    on conflict do nothing`.execute(transaction)
  await sql`
    insert into mandate.flow_values
      (bearer, label, hash, anchor, length, coordinate, request_id, reader, supervisor, at, expires_at, generation, seq)
    select ${to}, r.label, r.hash, r.anchor, r.length, r.coordinate, r.request_id, r.reader, r.supervisor, r.at,
      r.expires_at, ${generation}, nextval('mandate.flow_seq')
    from mandate.flow_values as r where r.bearer = ${from} and ${liveAt(now)}
    order by r.label, r.hash
    on conflict (bearer, label, hash) do nothing`.execute(transaction)
}
