/**
 * The form of one ledger record: canonical JSON (RFC 8785), linked to the record before by its hash. Coordinates are
 * numbers of a dictionary; the first record that uses one defines it inside its hashed body.
 */
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Coordinate } from '../../lib/labels.ts'

/** The hash before the first record. */
export const genesisHash = createHash('sha256').update('mandate/ledger/v1').digest('base64url')

export interface RecordedCaller {
  readonly id: string
  readonly kind: string
  readonly issuer: string
  readonly clientId: string
  readonly tokenId: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  readonly actors: readonly { readonly id: string; readonly kind: string; readonly roles: readonly string[] }[]
  readonly onBehalfOf: string | null
  readonly purpose: string | null
  readonly task: string | null
  /** The ids of the grants it had. */
  readonly grants: readonly string[]
}

/** A caller as it is stored: what came later is left out where there is none. */
type StoredCaller = Omit<RecordedCaller, 'task' | 'grants'> & Partial<Pick<RecordedCaller, 'task' | 'grants'>>

/** What one record says, in words. */
export interface LedgerRecord {
  readonly kind: 'intent' | 'outcome'
  readonly requestId: string
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string
  readonly caller: RecordedCaller | null
  readonly policyRevision: string
  /** The approval that the request asked for, or under which it ran. */
  readonly approval: string | null
  readonly operation: { readonly kind: string | null; readonly name: string | null; readonly hash: string | null }
  readonly requested: readonly Coordinate[]
  readonly transitive: readonly Coordinate[]
  readonly denied: readonly Coordinate[]
  /** Names that the caller asked for and that no contract has, as text. */
  readonly unlisted: readonly string[]
  readonly args: Readonly<Record<string, unknown>>
  /** Null for an intent. */
  readonly result: RecordedResult | null
}

export interface RecordedResult {
  readonly outcome: string
  readonly codes: readonly string[]
  readonly reason: string | null
  readonly delivered: Readonly<Record<Coordinate, number>>
  readonly resolved: Readonly<Record<Coordinate, number>>
  readonly subgraphs: readonly string[]
  readonly durationMs: number
  /** True when the answer never left, because this record could not be written in time. */
  readonly withheld: boolean
}

/** What is counted, by number of the coordinate. Pairs, because an object would sort its numbers its own way. */
type StoredCounts = readonly (readonly [number: number, count: number])[]

/** The body as it is stored: coordinates by number. */
interface StoredBody extends Omit<
  LedgerRecord,
  'requested' | 'transitive' | 'denied' | 'result' | 'caller' | 'approval'
> {
  readonly v: 1
  readonly caller: StoredCaller | null
  readonly approval?: string | null
  readonly requested: readonly number[]
  readonly transitive: readonly number[]
  readonly denied: readonly number[]
  readonly result: (Omit<RecordedResult, 'delivered' | 'resolved'> & StoredResultCounts) | null
  /** Coordinates that no earlier record used, with the numbers they get. */
  readonly defines: readonly (readonly [number: number, coordinate: Coordinate])[]
}

interface StoredResultCounts {
  readonly delivered: StoredCounts
  readonly resolved: StoredCounts
}

/** The columns that are derived from a body, so that it can be found. */
export interface DerivedColumns {
  readonly kind: string
  readonly at: string
  readonly requestId: string
  readonly principal: string | null
  readonly onBehalfOf: string | null
  readonly coordinates: readonly number[]
}

/** A dictionary that grows while records are encoded. */
export interface CoordinateNumbers {
  readonly known: ReadonlyMap<string, number>
  readonly added: Map<Coordinate, number>
}

/** The link: SHA-256 over the hash before, the number (64 bits, big endian) and the body (UTF-8), base64url. */
export function linkHash(prevHash: string, seq: number, body: string): string {
  const number = Buffer.alloc(8)
  number.writeBigUInt64BE(BigInt(seq))
  return createHash('sha256').update(Buffer.from(prevHash, 'base64url')).update(number).update(body).digest('base64url')
}

/** Writes a record as its body; coordinates new to the dictionary are added and defined in it. */
export function encodeRecord(
  record: LedgerRecord,
  numbers: CoordinateNumbers,
): { readonly body: string; readonly columns: DerivedColumns } {
  const defines: [number, Coordinate][] = []
  const numberOf = (coordinate: Coordinate) => {
    const known = numbers.known.get(coordinate) ?? numbers.added.get(coordinate)
    if (known !== undefined) return known
    const next = numbers.known.size + numbers.added.size + 1
    numbers.added.set(coordinate, next)
    defines.push([next, coordinate])
    return next
  }
  const counted = (counts: Readonly<Record<Coordinate, number>>): StoredCounts =>
    Object.entries(counts).map(([coordinate, count]) => [numberOf(coordinate as Coordinate), count])
  const stored: StoredBody = {
    ...record,
    v: 1,
    requested: record.requested.map(numberOf),
    transitive: record.transitive.map(numberOf),
    denied: record.denied.map(numberOf),
    result: record.result && {
      ...record.result,
      delivered: counted(record.result.delivered),
      resolved: counted(record.result.resolved),
    },
    defines,
  }
  return { body: canonicalBody(stored), columns: derivedColumns(stored) }
}

/**
 * The canonical form of a body. Its members are named in the order of RFC 8785 here, which is five times as fast as sorting
 * them; only arguments, whose members are the caller's, are sorted.
 */
function canonicalBody({ caller, operation, result, ...stored }: StoredBody): string {
  const named = {
    // Left out where there is none, as in records from before there were approvals.
    ...(typeof stored.approval === 'string' ? { approval: stored.approval } : {}),
    at: stored.at,
    caller: caller && {
      actors: caller.actors.map(({ id, kind, roles }) => ({ id, kind, roles })),
      clientId: caller.clientId,
      ...(caller.grants?.length ? { grants: caller.grants } : {}),
      id: caller.id,
      issuer: caller.issuer,
      kind: caller.kind,
      onBehalfOf: caller.onBehalfOf,
      purpose: caller.purpose,
      roles: caller.roles,
      scopes: caller.scopes,
      ...(typeof caller.task === 'string' ? { task: caller.task } : {}),
      tokenId: caller.tokenId,
    },
    defines: stored.defines,
    denied: stored.denied,
    kind: stored.kind,
    operation: { hash: operation.hash, kind: operation.kind, name: operation.name },
    policyRevision: stored.policyRevision,
    requestId: stored.requestId,
    requested: stored.requested,
    result: result && {
      codes: result.codes,
      delivered: result.delivered,
      durationMs: result.durationMs,
      outcome: result.outcome,
      reason: result.reason,
      resolved: result.resolved,
      subgraphs: result.subgraphs,
      withheld: result.withheld,
    },
    transitive: stored.transitive,
    unlisted: stored.unlisted,
    v: stored.v,
  }
  return `{"args":${canonicalize(stored.args) ?? '{}'},${JSON.stringify(named).slice(1)}`
}

/** Reads a stored body; throws when it is not one. */
export function parseBody(body: string): StoredBody {
  const stored = JSON.parse(body) as StoredBody | { readonly v: unknown }
  if (stored.v !== 1 || !('requested' in stored)) throw new TypeError('Unknown version of a ledger record.')
  return stored
}

/** What the columns of a body must be. */
export function derivedColumns(stored: StoredBody): DerivedColumns {
  const numbers = new Set([...stored.requested, ...stored.transitive, ...stored.denied])
  for (const counts of [stored.result?.delivered, stored.result?.resolved])
    for (const [number] of counts ?? []) numbers.add(number)
  return {
    kind: stored.kind,
    at: stored.at,
    requestId: stored.requestId,
    principal: stored.caller?.id ?? null,
    onBehalfOf: stored.caller?.onBehalfOf ?? null,
    coordinates: [...numbers].sort((a, b) => a - b),
  }
}

/** A stored body in words again. */
export function decodeBody(body: string, names: ReadonlyMap<number, Coordinate>): LedgerRecord {
  const { v: _version, defines: _defines, caller, approval, ...stored } = parseBody(body)
  const nameOf = (number: number): Coordinate => names.get(number) ?? `Unknown.${number}`
  const named = (counts: StoredCounts) => Object.fromEntries(counts.map(([number, count]) => [nameOf(number), count]))
  return {
    ...stored,
    // Left out of the body where there is none.
    approval: approval ?? null,
    caller: caller && { ...caller, task: caller.task ?? null, grants: caller.grants ?? [] },
    requested: stored.requested.map(nameOf),
    transitive: stored.transitive.map(nameOf),
    denied: stored.denied.map(nameOf),
    result: stored.result && {
      ...stored.result,
      delivered: named(stored.result.delivered),
      resolved: named(stored.result.resolved),
    },
  }
}
