/**
 * Appends records to the ledger, many in one statement, from any number of gateways on one database. Whoever holds the
 * head's row writes next; a gateway that wrote last needs no look at it and appends in a single round trip.
 */
import { sql, type Kysely } from 'kysely'
import type { Coordinate } from '../../lib/labels.ts'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'
import { within } from '../within.ts'
import { encodeRecord, linkHash, type CoordinateNumbers, type LedgerRecord } from './ledger-record.ts'

/** Where a record stands: its number and the hash that links it to all before. */
interface RecordPosition {
  readonly seq: number
  readonly hash: string
}

export interface LedgerWriter {
  /**
   * Appends the records in their order and answers where each stands; durable when it resolves. When it rejects, the fate
   * of the records is unknown until {@link settle} says.
   */
  write(records: readonly LedgerRecord[]): Promise<readonly RecordPosition[]>
  /** Says whether the last write that failed has arrived after all; if not, it never will. */
  settle(): Promise<'written' | 'not-written'>
}

interface Head {
  readonly seq: number
  readonly hash: string
  readonly coordinates: number
  readonly fence: number
}

/** What a writer knows of the ledger's end: forgotten whenever a write fails, learned again under the lock. */
interface End {
  readonly head: Head
  readonly numbers: Map<string, number>
}

interface Attempt {
  /** Where the last record of this attempt would stand, once it was sent. */
  sent: RecordPosition | null
  /** False when the writer has stopped waiting for it. */
  live: boolean
}

interface Written extends End {
  readonly positions: readonly RecordPosition[]
}

/**
 * Creates a writer; it learns the head and the dictionary with its first write. A write that takes longer than
 * `deadlineMs` counts as failed.
 */
export function createLedgerWriter(database: Database, deadlineMs = 10_000): LedgerWriter {
  let end: End | null = null
  let suspect: RecordPosition | null = null

  const bounded = <T>(work: Promise<T>) => within(deadlineMs, 'The ledger was not written', work)

  async function appendUnderLock(records: readonly LedgerRecord[], attempt: Attempt): Promise<Written> {
    return await database.kysely.transaction().execute(async (transaction) => {
      const locked = await lockEnd(transaction, end?.numbers ?? new Map())
      // INVARIANT: a write that was given up before it was sent is never sent; `settle` could not know of it.
      if (!attempt.live) throw new Error('The write was given up.')
      const written = await append(transaction, locked, records, attempt)
      if (written === null) throw new Error('The head of the ledger moved under its lock.')
      return written
    })
  }

  return {
    async write(records) {
      const attempt: Attempt = { sent: null, live: true }
      const known = end
      try {
        const quick = known === null ? null : await bounded(append(database.kysely, known, records, attempt))
        const written = quick ?? (await bounded(appendUnderLock(records, attempt)))
        end = { head: written.head, numbers: written.numbers }
        return written.positions
      } catch (error) {
        attempt.live = false
        suspect = attempt.sent ?? suspect
        end = null
        throw error
      }
    },

    async settle() {
      const settling = database.kysely.transaction().execute(async (transaction) => {
        const { head } = await lockEnd(transaction, new Map())
        // A write in any case: it shows that the ledger takes writes again.
        await sql`update mandate.ledger_head set fence = ${head.fence + 1}`.execute(transaction)
        if (suspect === null) return 'not-written'
        const { rows } = await sql<{ hash: string }>`
          select hash from mandate.ledger where seq = ${suspect.seq}`.execute(transaction)
        return rows[0]?.hash === suspect.hash ? 'written' : 'not-written'
      })
      const fate = await bounded(settling)
      suspect = null
      return fate
    },
  }
}

/** Reads the head under its lock, and what others added to the dictionary. */
async function lockEnd(transaction: Kysely<Tables>, known: ReadonlyMap<string, number>): Promise<End> {
  const { rows } = await sql<Head>`
    select seq, hash, coordinates, fence from mandate.ledger_head for update`.execute(transaction)
  const [head] = rows
  if (head === undefined) throw new Error('`mandate.ledger_head` has no row.')
  const numbers = new Map(known)
  if (head.coordinates > numbers.size) {
    const added = await sql<{ id: number; coordinate: string }>`
      select id, coordinate from mandate.ledger_coordinates where id > ${numbers.size} order by id`.execute(transaction)
    for (const { id, coordinate } of added.rows) numbers.set(coordinate, id)
  }
  if (head.coordinates !== numbers.size) throw new Error('The dictionary of the ledger does not fit its head.')
  return { head, numbers }
}

/** Appends after `end` in one statement; null when that is not the end any more. */
async function append(
  connection: Kysely<Tables>,
  end: End,
  records: readonly LedgerRecord[],
  attempt: Attempt,
): Promise<Written | null> {
  const numbers: CoordinateNumbers = { known: end.numbers, added: new Map<Coordinate, number>() }
  const rows = link(end.head, records, numbers)
  const last = rows.at(-1)
  if (last === undefined) return { ...end, positions: [] }
  const head: Head = {
    seq: last.seq,
    hash: last.hash,
    coordinates: end.numbers.size + numbers.added.size,
    fence: end.head.fence,
  }
  attempt.sent = { seq: last.seq, hash: last.hash }
  const moved = await appendStatement(end.head, head, rows).execute(connection)
  if (moved.rows.length === 0) {
    attempt.sent = null
    return null
  }
  // INVARIANT: one writer has one write under way, so the map of its end may grow once the statement is through.
  for (const [coordinate, number] of numbers.added) end.numbers.set(coordinate, number)
  return { head, numbers: end.numbers, positions: rows.map(({ seq, hash }) => ({ seq, hash })) }
}

type LinkedRow = RecordPosition & {
  readonly columns: ReturnType<typeof encodeRecord>['columns']
  readonly body: string
  readonly prevHash: string
  readonly defines: readonly (readonly [coordinate: Coordinate, number: number])[]
}

/** Encodes the records and links each to the one before. */
function link(after: Head, records: readonly LedgerRecord[], numbers: CoordinateNumbers): readonly LinkedRow[] {
  let { seq, hash } = after
  return records.map((record) => {
    const before = numbers.added.size
    const { body, columns } = encodeRecord(record, numbers)
    const prevHash = hash
    seq += 1
    hash = linkHash(prevHash, seq, body)
    const defines = numbers.added.size > before ? [...numbers.added].slice(before) : []
    return { seq, hash, columns, body, prevHash, defines }
  })
}

/**
 * One statement that moves the head, and only if it moved appends the rows. `synchronous_commit` is raised where a server
 * has it off: a record counts as written when it is on disk.
 */
function appendStatement(after: Head, next: Head, rows: readonly LinkedRow[]) {
  const column = (value: (row: LinkedRow) => string | null) => sql`${rows.map(value)}::text[]`
  const defined = rows.flatMap((row) => row.defines.map(([name, number]) => ({ name, number, seq: row.seq })))
  return sql<{ seq: number }>`
    with durable as materialized (
      select case current_setting('synchronous_commit')
        when 'off' then set_config('synchronous_commit', 'on', true) end as setting
    ), moved as (
      update mandate.ledger_head
      set seq = ${next.seq}, hash = ${next.hash}, coordinates = ${next.coordinates}
      where seq = ${after.seq} and hash = ${after.hash} and fence = ${after.fence}
      returning seq
    ), defined as (
      insert into mandate.ledger_coordinates (id, coordinate, seq)
      select d.id::int, d.coordinate, d.seq::bigint
      from moved, unnest(
        ${defined.map(({ number }) => String(number))}::text[],
        ${defined.map(({ name }) => name)}::text[],
        ${defined.map(({ seq }) => String(seq))}::text[]
      ) as d (id, coordinate, seq)
    ), appended as (
      insert into mandate.ledger
        (seq, kind, at, request_id, principal, on_behalf_of, coordinates, body, prev_hash, hash)
      select r.seq::bigint, r.kind, r.at::timestamptz, r.request_id, r.principal, r.on_behalf_of,
        r.coordinates::int[], r.body, r.prev_hash, r.hash
      from moved, unnest(
        ${column((row) => String(row.seq))}, ${column((row) => row.columns.kind)}, ${column((row) => row.columns.at)},
        ${column((row) => row.columns.requestId)}, ${column((row) => row.columns.principal)},
        ${column((row) => row.columns.onBehalfOf)}, ${column((row) => `{${row.columns.coordinates.join(',')}}`)},
        ${column((row) => row.body)}, ${column((row) => row.prevHash)}, ${column((row) => row.hash)}
      ) as r (seq, kind, at, request_id, principal, on_behalf_of, coordinates, body, prev_hash, hash)
    )
    select moved.seq from moved, durable`
}
