/** One entry of the ledger, as the steps of a request hand it over. What is stored is in `storage/stores/ledger.ts`. */
import type { Caller } from '../../lib/caller.ts'
import type { Coordinate } from '../../lib/labels.ts'

/** How a request ended. */
export type Outcome = 'answered' | 'answered-with-errors' | 'refused' | 'failed' | 'cancelled'

export interface EntryBase {
  readonly requestId: string
  /** Null when the request was refused before anybody was known. */
  readonly caller: Caller | null
  readonly at: Date
  readonly policyRevision: string
  /** The approval that this request asked for, or under which it ran; null for most. */
  readonly approval: string | null
  readonly operation: {
    readonly kind: 'query' | 'mutation' | null
    readonly name: string | null
    readonly hash: string | null
  }
  /** Coordinates that the operation asks for, in its own words. */
  readonly requested: readonly Coordinate[]
  /** Coordinates fetched only because something requested depends on them. */
  readonly transitive: readonly Coordinate[]
  /** Coordinates the rules denied. */
  readonly denied: readonly Coordinate[]
  /** Arguments by response path, as the labels allow: clear, keyed-hashed (`hmac:…`) or left out. */
  readonly args: Readonly<Record<string, unknown>>
}

/** Written, and durable, before a mutation or a sensitive read acts. */
export interface IntentEntry extends EntryBase {
  readonly kind: 'intent'
}

/** Written, and durable, before the answer leaves: exactly one for each request. */
export interface OutcomeEntry extends EntryBase {
  readonly kind: 'outcome'
  readonly outcome: Outcome
  /** Catalogue codes of the answer's errors, once each. */
  readonly codes: readonly string[]
  /** The true reason where the caller was told less: an undisclosed coordinate, the cause of a failed token. */
  readonly reason: string | null
  /** How many values of each coordinate the answer carries. */
  readonly delivered: Readonly<Record<Coordinate, number>>
  /** How many the subgraphs' resolver plugins counted. */
  readonly resolved: Readonly<Record<Coordinate, number>>
  readonly subgraphs: readonly string[]
  readonly durationMs: number
}

export type LedgerEntry = IntentEntry | OutcomeEntry

/** Where an entry stands: its number and the hash that links it to all before. */
export interface LedgerPosition {
  readonly seq: number
  /** SHA-256, base64url. */
  readonly hash: string
}

export interface Ledger {
  /** Resolves when the entry is durable; rejects with `LEDGER_UNAVAILABLE` when it cannot be made so in time. */
  append(entry: LedgerEntry): Promise<LedgerPosition>
  /** Whether the last write succeeded; readiness reads it. */
  healthy(): boolean
  /** Writes what is waiting, then takes no more. */
  close(): Promise<void>
}
