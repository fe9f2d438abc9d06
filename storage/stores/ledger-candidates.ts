/**
 * Finds the newest records of a coordinate or a principal. Each question is asked so that its cost follows the answer and not
 * the ledger: a common coordinate is found by going back from the end, a rare one by its index.
 */
import { sql, type RawBuilder } from 'kysely'
import type { Coordinate } from '../../lib/labels.ts'
import type { Database } from '../database.ts'

export interface LedgerRange {
  readonly since?: Date
  readonly until?: Date
  /** Only records before this number: the last one of the page before. */
  readonly before?: number
}

/** A record that may be part of the answer. */
export interface Candidate {
  readonly seq: number
  readonly kind: 'intent' | 'outcome'
  readonly request_id: string
  readonly body: string
  readonly hash: string
}

/** How many records by time are looked at for a bound. */
const mostRecent = 50_000

interface Bounds {
  /** Null when the dictionary does not have the coordinate. */
  readonly id: number | null
  readonly first: number
  readonly last: number
}

/** The newest `most` records that touch the coordinate. */
export async function touching(
  database: Pick<Database, 'kysely'>,
  coordinate: Coordinate,
  range: LedgerRange,
  most: number,
): Promise<readonly Candidate[]> {
  const { id, first, last } = await boundsOf(database, coordinate, range)
  if (id === null || last < first) return []
  const touches = sql`coordinates @> array[${id}::int]`
  const recent = Math.max(first, last - Math.max(2000, 4 * most) + 1)
  // `offset 0` keeps the planner from using the index on coordinates, which gives its rows in no order.
  const newest = await sql<Candidate>`
    select seq, kind, request_id, body, hash from (
      select * from mandate.ledger where seq between ${recent} and ${last} offset 0
    ) as recent where ${touches} ${during(range)} order by seq desc limit ${most}`.execute(database.kysely)
  if (newest.rows.length === most || recent === first) return newest.rows
  const all = await sql<Candidate>`
    with found as materialized (
      select seq from mandate.ledger where ${touches} and seq between ${first} and ${last} ${during(range)}
    ), newest as materialized (
      select seq from found order by seq desc limit ${most}
    )
    select l.seq, l.kind, l.request_id, l.body, l.hash
    from newest join mandate.ledger l using (seq) order by l.seq desc`.execute(database.kysely)
  return all.rows
}

/** The newest `most` records of a principal, or of somebody on its behalf. */
export async function ofPrincipal(
  database: Pick<Database, 'kysely'>,
  principal: string,
  range: LedgerRange,
  most: number,
): Promise<readonly Candidate[]> {
  const { first, last } = await boundsOf(database, null, range)
  const by = (column: RawBuilder<unknown>) => sql`
    (select seq, kind, request_id, body, hash from mandate.ledger
      where ${column} = ${principal} and seq between ${first} and ${last} ${during(range)}
      order by seq desc limit ${most})`
  const { rows } = await sql<Candidate>`
    ${by(sql`principal`)} union ${by(sql`on_behalf_of`)} order by seq desc limit ${most}`.execute(database.kysely)
  return rows
}

/** The last outcome of each candidate's request, by request; it need not be a candidate itself. */
export async function outcomesOf(
  database: Pick<Database, 'kysely'>,
  candidates: readonly Candidate[],
): Promise<ReadonlyMap<string, number>> {
  if (candidates.length === 0) return new Map()
  const requests = candidates.map(({ request_id: id }) => id)
  const { rows } = await sql<{ request_id: string; seq: number }>`
    select request_id, max(seq) as seq from mandate.ledger
    where request_id = any(${requests}::text[]) and kind = 'outcome' group by request_id`.execute(database.kysely)
  return new Map(rows.map(({ request_id: id, seq }) => [id, seq]))
}

/**
 * The numbers between which the answer lies. Records are numbered as they are written, not by their times, so a time gives a
 * bound only where it is recent enough to look at every record since.
 */
async function boundsOf(
  database: Pick<Database, 'kysely'>,
  coordinate: Coordinate | null,
  range: LedgerRange,
): Promise<Bounds> {
  const { since, before } = range
  const recent = since
    ? sql`select min(seq) as first, count(*) as found from (
        select seq from mandate.ledger where at >= ${since} order by at desc limit ${mostRecent}) as r`
    : sql`select null::bigint as first, ${mostRecent}::bigint as found`
  const { rows } = await sql<{ id: number | null; first: number | null; found: number; last: number }>`
    select (select id from mandate.ledger_coordinates where coordinate = ${coordinate}) as id, recent.*, head.seq as last
    from mandate.ledger_head as head, (${recent}) as recent`.execute(database.kysely)
  const [row] = rows
  if (row === undefined || row.found === 0) return { id: null, first: 1, last: 0 }
  return {
    id: row.id,
    first: row.found < mostRecent ? (row.first ?? 1) : 1,
    last: Math.min(row.last, before === undefined ? row.last : before - 1),
  }
}

function during({ since, until }: LedgerRange): RawBuilder<unknown> {
  return sql`${since ? sql`and at >= ${since}` : sql``} ${until ? sql`and at < ${until}` : sql``}`
}
