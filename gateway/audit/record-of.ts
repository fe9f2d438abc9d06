/**
 * Turns an entry into the record that is stored: every text bounded and safe, coordinates checked against the contracts, so
 * that no caller can bloat the ledger, its dictionary, or forge a line of it.
 */
import type { Caller } from '../../lib/caller.ts'
import type { Coordinate } from '../../lib/labels.ts'
import type { LedgerRecord, RecordedCaller, RecordedResult } from '../../storage/stores/ledger-record.ts'
import type { LedgerEntry, OutcomeEntry } from './entry.ts'
import { safeText, safeValue } from './safe-text.ts'

/** Tells the coordinates of the contracts from names that a caller made up. */
export type KnowsCoordinate = (coordinate: Coordinate) => boolean

const limits = {
  name: 200,
  hash: 100,
  reason: 1000,
  listed: 100,
  unlisted: 20,
  args: { text: 500, depth: 12, items: 100 },
  argsBytes: 16_384,
} as const

const names = (texts: readonly string[]) => texts.slice(0, limits.listed).map((text) => safeText(text, limits.name))
const optional = (text: string | null, limit: number) => (text === null ? null : safeText(text, limit))

/** The record of an entry. `now` stands in for a time that is none. */
export function recordOf(entry: LedgerEntry, knows: KnowsCoordinate, now: Date): LedgerRecord {
  const unlisted = new Set<string>()
  const listed = (coordinates: Iterable<Coordinate>) => {
    const known = new Set<Coordinate>()
    for (const coordinate of coordinates) {
      if (knows(coordinate)) known.add(coordinate)
      else if (unlisted.size < limits.unlisted) unlisted.add(safeText(coordinate, limits.name))
    }
    return [...known]
  }
  const counts = (counted: Readonly<Record<Coordinate, number>>) => {
    const known = listed(Object.keys(counted) as Coordinate[])
    return Object.fromEntries(known.map((coordinate) => [coordinate, wholeNumber(counted[coordinate])]))
  }
  return {
    kind: entry.kind,
    requestId: safeText(entry.requestId, limits.name),
    at: (Number.isNaN(entry.at.getTime()) ? now : entry.at).toISOString(),
    caller: entry.caller && recordedCaller(entry.caller),
    policyRevision: safeText(entry.policyRevision, limits.hash),
    approval: optional(entry.approval, limits.name),
    operation: {
      kind: entry.operation.kind,
      name: optional(entry.operation.name, limits.name),
      hash: optional(entry.operation.hash, limits.hash),
    },
    requested: listed(entry.requested),
    transitive: listed(entry.transitive),
    denied: listed(entry.denied),
    args: boundedArgs(entry.args),
    result: entry.kind === 'outcome' ? recordedResult(entry, counts) : null,
    // Last: the lists above fill it.
    unlisted: [...unlisted],
  }
}

function recordedResult(
  entry: OutcomeEntry,
  counts: (counted: Readonly<Record<Coordinate, number>>) => Record<Coordinate, number>,
): RecordedResult {
  return {
    outcome: entry.outcome,
    codes: names(entry.codes),
    reason: optional(entry.reason, limits.reason),
    delivered: counts(entry.delivered),
    resolved: counts(entry.resolved),
    subgraphs: names(entry.subgraphs),
    durationMs: wholeNumber(entry.durationMs),
    withheld: false,
  }
}

function recordedCaller(caller: Caller): RecordedCaller {
  return {
    id: safeText(caller.id, limits.name),
    kind: caller.kind,
    issuer: safeText(caller.issuer, limits.name),
    clientId: safeText(caller.clientId, limits.name),
    tokenId: safeText(caller.tokenId, limits.name),
    roles: names(caller.roles),
    scopes: names(caller.scopes),
    actors: caller.actors.slice(0, 10).map((actor) => ({
      id: safeText(actor.id, limits.name),
      kind: actor.kind,
      roles: names(actor.roles),
    })),
    onBehalfOf: optional(caller.onBehalfOf, limits.name),
    purpose: optional(caller.purpose, limits.name),
    task: optional(caller.task, limits.name),
    grants: names(caller.grants.map(({ id }) => id)),
  }
}

/** Arguments that stay too large after every text was cut are left out as a whole, and the record says how large they were. */
function boundedArgs(args: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const safe = safeValue(args, limits.args) as Readonly<Record<string, unknown>>
  const bytes = Buffer.byteLength(JSON.stringify(safe))
  return bytes <= limits.argsBytes ? safe : { '[left out]': `${bytes} bytes of arguments` }
}

function wholeNumber(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? Math.max(0, Math.round(value)) : 0
}
