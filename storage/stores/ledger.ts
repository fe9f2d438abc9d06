/**
 * The ledger's reading side: who touched a field, what a principal did, what one request did, and whether the chain is
 * whole. The command line, the governance subgraph and tests read through this one interface.
 */
import { sql } from 'kysely'
import type { Coordinate } from '../../lib/labels.ts'
import type { Database } from '../database.ts'
import { ofPrincipal, outcomesOf, touching, type Candidate, type LedgerRange } from './ledger-candidates.ts'
import { decodeBody, type LedgerRecord } from './ledger-record.ts'
import { verifyLedger, type VerifyOptions, type VerifyResult } from './ledger-verify.ts'

/**
 * What a request did with a coordinate. `fetched`: only because something else depends on it. `asked`: nothing of it was
 * delivered. `begun`: an intent without an outcome, so it may have happened.
 */
type AccessVerb = 'changed' | 'read' | 'fetched' | 'denied' | 'asked' | 'begun'

/** One request's touch of one coordinate. */
export interface Access {
  readonly seq: number
  /** RFC 3339, UTC. */
  readonly at: string
  readonly requestId: string
  readonly principal: string | null
  readonly onBehalfOf: string | null
  readonly purpose: string | null
  readonly verb: AccessVerb
  /** How many values the answer carried. */
  readonly delivered: number
  /** How many values the systems resolved. */
  readonly resolved: number
  readonly operation: string | null
  readonly outcome: string | null
}

/** One record, in words, with its place in the chain. */
export interface PlacedRecord extends LedgerRecord {
  readonly seq: number
  readonly hash: string
}

export interface LedgerPage<T> {
  readonly items: readonly T[]
  /** True when older records match as well. */
  readonly hasMore: boolean
}

export interface LedgerQuery extends LedgerRange {
  /** 1 to 1000; 100 unless told. */
  readonly limit?: number
}

export interface LedgerReader {
  /** Who read, changed, asked for or was denied `Type.field`; the newest first. */
  whoTouched(coordinate: Coordinate, query?: LedgerQuery): Promise<LedgerPage<Access>>
  /** What a principal did, or had done on its behalf; the newest first. */
  trail(principal: string, query?: LedgerQuery): Promise<LedgerPage<PlacedRecord>>
  /** Every record of one request, in order. */
  show(requestId: string): Promise<readonly PlacedRecord[]>
  /** Recomputes the chain and everything derived from it. */
  verify(options?: VerifyOptions): Promise<VerifyResult>
}

interface Row {
  readonly seq: number
  readonly body: string
  readonly hash: string
}

function limitOf({ limit = 100 }: LedgerQuery): number {
  return Math.min(Math.max(limit, 1), 1000)
}

/** A request has at most an intent and an outcome here, so twice the limit and two are enough to know of one more. */
function candidatesFor(limit: number): number {
  return 2 * limit + 2
}

/** Reads the ledger of a database. */
export function createLedgerReader(database: Pick<Database, 'kysely'>, now: () => Date): LedgerReader {
  const names = new Map<number, Coordinate>()

  async function decode(rows: readonly Row[]): Promise<readonly PlacedRecord[]> {
    const { rows: added } = await sql<{ id: number; coordinate: Coordinate }>`
      select id, coordinate from mandate.ledger_coordinates where id > ${names.size} order by id`.execute(
      database.kysely,
    )
    for (const { id, coordinate } of added) names.set(id, coordinate)
    return rows.map(({ seq, hash, body }) => ({ ...decodeBody(body, names), seq, hash }))
  }

  /** One page of the candidates: an intent is left out once its outcome stands after it. */
  async function pageOf(candidates: readonly Candidate[], limit: number): Promise<LedgerPage<PlacedRecord>> {
    const intents = candidates.filter(({ kind }) => kind === 'intent')
    const ends = await outcomesOf(database, intents)
    const rows = candidates.filter(({ kind, seq, request_id: id }) => kind === 'outcome' || (ends.get(id) ?? 0) < seq)
    const hasMore = rows.length > limit || candidates.length === candidatesFor(limit)
    return { items: await decode(rows.slice(0, limit)), hasMore }
  }

  return {
    async whoTouched(coordinate, query = {}) {
      const limit = limitOf(query)
      const page = await pageOf(await touching(database, coordinate, query, candidatesFor(limit)), limit)
      return { ...page, items: page.items.map((record) => accessOf(record, coordinate)) }
    },

    async trail(principal, query = {}) {
      const limit = limitOf(query)
      return await pageOf(await ofPrincipal(database, principal, query, candidatesFor(limit)), limit)
    },

    async show(requestId) {
      const { rows } = await sql<Row>`
        select seq, body, hash from mandate.ledger
        where request_id = ${requestId} order by seq limit 1000`.execute(database.kysely)
      return await decode(rows)
    },

    async verify(options = {}) {
      return await verifyLedger(database, now, options)
    },
  }
}

function accessOf(record: PlacedRecord, coordinate: Coordinate): Access {
  return {
    seq: record.seq,
    at: record.at,
    requestId: record.requestId,
    principal: record.caller?.id ?? null,
    onBehalfOf: record.caller?.onBehalfOf ?? null,
    purpose: record.caller?.purpose ?? null,
    verb: verbOf(record, coordinate),
    delivered: record.result?.delivered[coordinate] ?? 0,
    resolved: record.result?.resolved[coordinate] ?? 0,
    operation: record.operation.name,
    outcome: record.result?.outcome ?? null,
  }
}

function verbOf(record: PlacedRecord, coordinate: Coordinate): AccessVerb {
  if (record.denied.includes(coordinate)) return 'denied'
  if (record.result === null) return 'begun'
  const { delivered, resolved, withheld } = record.result
  // A mutation counts once it was resolved, whatever became of its answer.
  if (coordinate.startsWith('Mutation.'))
    return (resolved[coordinate] ?? delivered[coordinate] ?? 0) > 0 ? 'changed' : 'asked'
  if ((delivered[coordinate] ?? 0) > 0 && !withheld) return 'read'
  return (resolved[coordinate] ?? 0) > 0 ? 'fetched' : 'asked'
}
