/**
 * Checks the ledger from outside: recomputes every hash, every derived column and the dictionary, record by record, and
 * compares the end with the head. It stops at the first break and says where it is and what is wrong there.
 */
import { sql } from 'kysely'
import type { Database } from '../database.ts'
import {
  nextPrevHash,
  readDictionary,
  readEnd,
  readOpenIntents,
  readPoint,
  readRows,
  type ChainPoint,
  type DictionaryRow,
  type OpenIntent,
  type StoredRow,
} from './ledger-evidence.ts'
import { derivedColumns, genesisHash, linkHash, parseBody, type DerivedColumns } from './ledger-record.ts'

export type LedgerBreakKind =
  | 'altered-body'
  | 'altered-hash'
  | 'altered-column'
  | 'altered-dictionary'
  | 'missing'
  | 'reordered'
  | 'broken-link'
  | 'truncated'
  | 'head-mismatch'
  | 'other-history'

/** The first place where the ledger is not what was written. */
interface LedgerBreak {
  readonly kind: LedgerBreakKind
  readonly seq: number
  readonly message: string
}

export interface VerifyOptions {
  /** The first record to check; 1 unless told. The link to the one before it is checked too. */
  readonly from?: number
  /** The last record to check; the head unless told. */
  readonly to?: number
  /** Places noted earlier, outside: a ledger that was rewritten as a whole, head included, does not have them. */
  readonly expect?: readonly ChainPoint[]
  readonly onProgress?: (checked: number, total: number) => void
}

export interface VerifyResult {
  readonly ok: boolean
  /** How many records were checked, up to the break. */
  readonly checked: number
  readonly intents: number
  readonly outcomes: number
  /** The place before the part that was checked, as it stands now; what an earlier check of that part must have ended with. */
  readonly before: ChainPoint
  /** The last record that was checked and found whole. */
  readonly last: ChainPoint
  /** The head when the check began. */
  readonly head: ChainPoint
  readonly break: LedgerBreak | null
  /** Intents older than a minute without an outcome, the first 1000; only of a check up to the head. Findings, not breaks. */
  readonly openIntents: readonly OpenIntent[]
}

const openAfterMs = 60_000

class BreakFound extends Error {
  readonly found: LedgerBreak
  constructor(kind: LedgerBreakKind, seq: number, message: string) {
    super(message)
    this.found = { kind, seq, message }
  }
}

/** Verifies the ledger of a database. */
export async function verifyLedger(
  database: Pick<Database, 'kysely'>,
  now: () => Date,
  options: VerifyOptions,
): Promise<VerifyResult> {
  const from = Math.max(options.from ?? 1, 1)
  const counts = { intent: 0, outcome: 0 }
  const end = await readEnd(database)
  const to = Math.min(options.to ?? end.head.seq, end.head.seq)
  const expected = new Map(options.expect?.map(({ seq, hash }) => [seq, hash]))
  let before: ChainPoint = { seq: from - 1, hash: genesisHash }
  let last = before
  const result = (found: LedgerBreak | null, openIntents: readonly OpenIntent[]): VerifyResult => ({
    ok: found === null,
    checked: counts.intent + counts.outcome,
    intents: counts.intent,
    outcomes: counts.outcome,
    before,
    last,
    head: end.head,
    break: found,
    openIntents,
  })
  try {
    if (from > 1) {
      const found = await readPoint(database, from - 1)
      if (found === null) throw missing(from - 1, from - 1, end.head.seq)
      last = before = found
    }
    // The dictionary of all that was defined before; a partial check takes it as it stands.
    const dictionary = createDictionaryCheck(await readDictionary(database, end.head.seq), from)
    if (end.lastSeq > end.head.seq) {
      throw new BreakFound(
        'head-mismatch',
        end.head.seq + 1,
        `Records stand after the head: the head says ${end.head.seq}, the last record is ${end.lastSeq}.`,
      )
    }
    while (last.seq < to) {
      const rows = await readRows(database, last.seq, to)
      if (rows.length === 0) throw missing(last.seq + 1, to, end.head.seq)
      for (const row of rows) {
        if (row.seq !== last.seq + 1) throw missing(last.seq + 1, row.seq - 1, end.head.seq)
        await checkLink(database, row, last, end.head.seq)
        const stored = readBody(row)
        checkColumns(row, derivedColumns(stored))
        dictionary.check(row.seq, stored.defines)
        const noted = expected.get(row.seq)
        if (noted !== undefined && noted !== row.hash) throw otherHistory(row.seq)
        if (row.kind === 'intent') counts.intent += 1
        else counts.outcome += 1
        last = { seq: row.seq, hash: row.hash }
      }
      options.onProgress?.(last.seq - from + 1, to - from + 1)
    }
    const whole = to === end.head.seq
    if (whole) {
      if (last.hash !== end.head.hash && last.seq === end.head.seq) throw headMismatch(last.seq)
      dictionary.finish(end.head.seq, end.coordinates)
      for (const { seq } of options.expect ?? []) if (seq > end.head.seq) throw otherHistory(seq)
    }
    const openSince = new Date(now().getTime() - openAfterMs)
    return result(null, whole ? await readOpenIntents(database, end.head.seq, openSince) : [])
  } catch (error) {
    if (error instanceof BreakFound) return result(error.found, [])
    throw error
  }
}

async function checkLink(
  database: Pick<Database, 'kysely'>,
  row: StoredRow,
  last: ChainPoint,
  headSeq: number,
): Promise<void> {
  const { seq } = row
  const whole = linkHash(row.prev_hash, seq, row.body) === row.hash
  if (row.prev_hash === last.hash && whole) return
  if (!whole) {
    const original = await originalSeq(database, row, headSeq)
    if (original !== null) {
      throw new BreakFound('reordered', seq, `The record that was written as ${original} stands at ${seq}.`)
    }
    const rightHash = linkHash(last.hash, seq, row.body)
    if (rightHash === row.hash) {
      throw new BreakFound('altered-hash', seq, `The \`prev_hash\` of record ${seq} was altered.`)
    }
    if ((await nextPrevHash(database, seq)) === rightHash) {
      throw new BreakFound('altered-hash', seq, `The \`hash\` of record ${seq} was altered; its body is whole.`)
    }
    throw new BreakFound(
      'altered-body',
      seq,
      `The body of record ${seq} was altered: it does not have the hash it was written with.`,
    )
  }
  throw new BreakFound(
    'broken-link',
    seq,
    `Record ${seq} follows another record than the one at ${seq - 1}: one of the two was replaced.`,
  )
}

function readBody({ seq, body }: StoredRow): ReturnType<typeof parseBody> {
  try {
    return parseBody(body)
  } catch {
    throw new BreakFound('altered-body', seq, `The body of record ${seq} is not one that the ledger writes.`)
  }
}

function checkColumns(row: StoredRow, derived: DerivedColumns): void {
  const { seq } = row
  const altered = (column: string) =>
    new BreakFound('altered-column', seq, `The column \`${column}\` of record ${seq} is not what its body says.`)
  if (row.kind !== derived.kind) throw altered('kind')
  if (row.at_us !== Date.parse(derived.at) * 1000) throw altered('at')
  if (row.request_id !== derived.requestId) throw altered('request_id')
  if (row.principal !== derived.principal) throw altered('principal')
  if (row.on_behalf_of !== derived.onBehalfOf) throw altered('on_behalf_of')
  const same =
    row.coordinates.length === derived.coordinates.length &&
    row.coordinates.every((number, index) => number === derived.coordinates[index])
  if (!same) throw altered('coordinates')
}

/** Under which number a record that was moved has its hash; null when it was not moved. */
async function originalSeq(
  database: Pick<Database, 'kysely'>,
  row: StoredRow,
  headSeq: number,
): Promise<number | null> {
  const { rows } = await sql<{ seq: number }>`
    select seq from mandate.ledger where hash = ${row.prev_hash} limit 1`.execute(database.kysely)
  const near = [
    ...(rows[0] ? [rows[0].seq + 1] : []),
    ...Array.from({ length: 200 }, (_, index) => row.seq - 100 + index),
  ]
  for (const seq of near)
    if (seq > 0 && seq !== row.seq && linkHash(row.prev_hash, seq, row.body) === row.hash) return seq
  for (let seq = 1; seq <= Math.min(headSeq, 1_000_000); seq += 1)
    if (seq !== row.seq && linkHash(row.prev_hash, seq, row.body) === row.hash) return seq
  return null
}

/** Compares what the bodies define with the dictionary's table. */
function createDictionaryCheck(stored: ReadonlyMap<number, DictionaryRow>, from: number) {
  let defined = [...stored.values()].filter(({ seq }) => seq < from).length
  const altered = (seq: number, id: number) =>
    new BreakFound(
      'altered-dictionary',
      seq,
      `Number ${id} of the dictionary is not the coordinate that record ${seq} defines.`,
    )
  return {
    check(seq: number, defines: ReturnType<typeof parseBody>['defines']): void {
      for (const [id, coordinate] of defines) {
        const row = stored.get(id)
        if (row?.coordinate !== coordinate || row.seq !== seq) throw altered(seq, id)
        defined += 1
      }
    },
    finish(seq: number, count: number): void {
      if (defined === count && stored.size === count) return
      throw new BreakFound(
        'altered-dictionary',
        seq,
        `The dictionary has ${stored.size} coordinates, the records define ${defined}, and the head says ${count}.`,
      )
    },
  }
}

function missing(first: number, last: number, headSeq: number): BreakFound {
  const which = first === last ? `Record ${first} is` : `The records ${first} to ${last} are`
  return last === headSeq
    ? new BreakFound('truncated', first, `${which} missing at the end: the head says ${headSeq}.`)
    : new BreakFound('missing', first, `${which} missing.`)
}

function headMismatch(seq: number): BreakFound {
  return new BreakFound(
    'head-mismatch',
    seq,
    `The head has another hash than record ${seq}: the end of the ledger was rewritten.`,
  )
}

function otherHistory(seq: number): BreakFound {
  return new BreakFound(
    'other-history',
    seq,
    `Record ${seq} does not have the hash that was noted for it: the ledger was rewritten.`,
  )
}
