/** What a check of the ledger reads: the head, the records in batches, the dictionary, and the acts that were cut off. */
import { sql } from 'kysely'
import type { Database } from '../database.ts'

/** A place of the chain that somebody outside noted. */
export interface ChainPoint {
  readonly seq: number
  readonly hash: string
}

/** An intent without an outcome: an act that was cut off, and that may have happened. */
export interface OpenIntent {
  readonly seq: number
  readonly at: string
  readonly requestId: string
  readonly principal: string | null
}

/** One row as it stands; `at_us` is its time in microseconds, so that no part of it goes unseen. */
export interface StoredRow {
  readonly seq: number
  readonly kind: string
  readonly at_us: number
  readonly request_id: string
  readonly principal: string | null
  readonly on_behalf_of: string | null
  readonly coordinates: readonly number[]
  readonly body: string
  readonly prev_hash: string
  readonly hash: string
}

/** One line of the dictionary as it stands. */
export interface DictionaryRow {
  readonly id: number
  readonly coordinate: string
  readonly seq: number
}

/** Small enough that a gateway that checks its own ledger still answers in between. */
const batchSize = 250

/** The head and the last record, seen at one moment. */
export async function readEnd(database: Pick<Database, 'kysely'>) {
  const { rows } = await sql<{ seq: number; hash: string; coordinates: number; last_seq: number }>`
    select h.seq, h.hash, h.coordinates, coalesce((select max(l.seq) from mandate.ledger l), 0) as last_seq
    from mandate.ledger_head h`.execute(database.kysely)
  const [row] = rows
  if (row === undefined)
    throw new Error('`mandate.ledger_head` has no row: the ledger was never made, or its head was deleted.')
  return { head: { seq: row.seq, hash: row.hash }, coordinates: row.coordinates, lastSeq: row.last_seq }
}

/** The place of one record; null when there is none. */
export async function readPoint(database: Pick<Database, 'kysely'>, seq: number): Promise<ChainPoint | null> {
  const { rows } = await sql<ChainPoint>`
    select seq, hash from mandate.ledger where seq = ${seq}`.execute(database.kysely)
  return rows[0] ?? null
}

/** The next records in order, none behind `to`. */
export async function readRows(
  database: Pick<Database, 'kysely'>,
  after: number,
  to: number,
): Promise<readonly StoredRow[]> {
  const { rows } = await sql<StoredRow>`
    select seq, kind, (extract(epoch from at) * 1000000)::bigint as at_us, request_id, principal, on_behalf_of,
      coordinates, body, prev_hash, hash
    from mandate.ledger where seq > ${after} and seq <= ${to} order by seq limit ${batchSize}`.execute(database.kysely)
  return rows
}

/** What the dictionary defines up to the head. */
export async function readDictionary(
  database: Pick<Database, 'kysely'>,
  headSeq: number,
): Promise<ReadonlyMap<number, DictionaryRow>> {
  const { rows } = await sql<DictionaryRow>`
    select id, coordinate, seq from mandate.ledger_coordinates where seq <= ${headSeq}`.execute(database.kysely)
  return new Map(rows.map((row) => [row.id, row]))
}

/** Intents from before a moment that no outcome follows. */
export async function readOpenIntents(
  database: Pick<Database, 'kysely'>,
  headSeq: number,
  before: Date,
): Promise<readonly OpenIntent[]> {
  const { rows } = await sql<{ seq: number; at: Date; request_id: string; principal: string | null }>`
    select i.seq, i.at, i.request_id, i.principal from mandate.ledger i
    where i.kind = 'intent' and i.seq <= ${headSeq} and i.at < ${before} and not exists (
      select from mandate.ledger o where o.request_id = i.request_id and o.kind = 'outcome' and o.seq > i.seq)
    order by i.seq limit 1000`.execute(database.kysely)
  return rows.map((row) => ({
    seq: row.seq,
    at: row.at.toISOString(),
    requestId: row.request_id,
    principal: row.principal,
  }))
}

/** The link that the record after `seq` has to it; null when there is none. */
export async function nextPrevHash(database: Pick<Database, 'kysely'>, seq: number): Promise<string | null> {
  const { rows } = await sql<{ prev_hash: string }>`
    select prev_hash from mandate.ledger where seq = ${seq + 1}`.execute(database.kysely)
  return rows[0]?.prev_hash ?? null
}
