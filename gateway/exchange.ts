/**
 * One request on its way through the pipeline: what is known about it from the start, and what the steps find out. Every
 * answer is recorded from here, whichever step it ends at.
 */
import type { Caller } from '../lib/caller.ts'
import type { Coordinate } from '../lib/labels.ts'
import type { PolicyRevision } from '../policies/engine/revision.ts'
import type { Operation } from './operation.ts'
import type { Decision } from './policy/decide.ts'
import type { Shape } from './shapes/read-shape.ts'

/** What is known before anybody is. */
export interface Arrival {
  /** UUIDv7; also in the header `mandate-request-id` of the answer. */
  readonly requestId: string
  readonly startedAt: Date
  /** `performance.now()` at the start. */
  readonly startedMs: number
  /** The policy revision that holds for this request from its first to its last step. */
  readonly revision: PolicyRevision
  /** Aborts when the client goes away or the request has taken too long. */
  readonly signal: AbortSignal
}

/** The document as the caller sent it. */
export interface SentDocument {
  readonly text: string
  /** What it has in common with others that differ in their literals only; null when it has no shape. */
  readonly shape: Shape | null
}

export interface Exchange extends Arrival {
  readonly caller: Caller
  readonly sent: SentDocument
  operation: Operation | null
  decision: Decision | null
  /** Cost units, once estimated. */
  cost: number
  /** True once the intent is durable: from here on an answer that cannot be recorded has an unknown outcome. */
  intended: boolean
  /** What the subgraphs' resolver plugins counted, over all fetches. */
  readonly resolved: Map<Coordinate, number>
  /** How many values of each coordinate the answer carries. */
  delivered: Readonly<Record<Coordinate, number>>
  readonly subgraphs: Set<string>
  /** What the subgraphs denied once they had the record at hand. */
  readonly deniedByRecord: Set<Coordinate>
  /** What an operation that did not fit the caller's schema was after; for the ledger only. */
  attempt: Attempt | null
}

/** The coordinates of a refused document that do exist, told apart as the caller was not told. */
export interface Attempt {
  readonly disclosed: readonly Coordinate[]
  readonly undisclosed: readonly Coordinate[]
}

/** Starts the exchange of a caller that has been authenticated. */
export function beginExchange(arrival: Arrival, caller: Caller, sent: SentDocument): Exchange {
  return {
    ...arrival,
    caller,
    sent,
    operation: null,
    decision: null,
    cost: 0,
    intended: false,
    resolved: new Map(),
    delivered: {},
    subgraphs: new Set(),
    deniedByRecord: new Set(),
    attempt: null,
  }
}
