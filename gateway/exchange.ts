/**
 * One request on its way through the pipeline: what is known about it from the start, and what the steps find out. Every
 * answer is recorded from here, whichever step it ends at.
 */
import type { Caller } from '../lib/caller.ts'
import type { Coordinate } from '../lib/labels.ts'
import type { StatedApproval } from '../lib/statement.ts'
import type { World } from '../lib/world.ts'
import type { PolicyRevision } from '../policies/engine/revision.ts'
import type { Operation } from './operation.ts'
import type { Decision } from './policy/decide.ts'
import type { Shape } from './shapes/read-shape.ts'
import { type Wishes, noWishes } from './wishes.ts'

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
  /** Makes the signal abort, with the error that the caller is told. */
  readonly abort: (reason: Error) => void
}

/** What is the same for all requests that begin. */
export interface ArrivalOptions {
  readonly world: World
  /** The policy revision at this moment. */
  readonly currentRevision: () => PolicyRevision
}

/** Names a request that begins now. */
export function beginArrival({ world, currentRevision }: ArrivalOptions, controller = new AbortController()): Arrival {
  return {
    requestId: world.newId(),
    startedAt: world.now(),
    startedMs: performance.now(),
    revision: currentRevision(),
    signal: controller.signal,
    abort: (reason) => {
      controller.abort(reason)
    },
  }
}

/** The document as the caller sent it. */
export interface SentDocument {
  readonly text: string
  /** What it has in common with others that differ in their literals only; null when it has no shape. */
  readonly shape: Shape | null
  /** As they were sent; the names that a shape gives to literals are not among them. */
  readonly variables: Readonly<Record<string, unknown>>
}

export interface Exchange extends Arrival {
  readonly caller: Caller
  readonly sent: SentDocument
  readonly wishes: Wishes
  /** Set where this request is the execution of an approved act: nobody asked for it over HTTP. */
  readonly approval: StatedApproval | null
  /** Set where this request proposes what an approver has made of an act: the id of the request that was amended. */
  readonly amends: string | null
  /** What the answer tells beside its data, by name: `approval`, `budget`, `dryRun`. */
  readonly extensions: Map<string, unknown>
  /** The approval that this request has asked for, decided about or read: its id, for the ledger. */
  requestedApproval: string | null
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
export function beginExchange(
  arrival: Arrival,
  caller: Caller,
  {
    sent,
    wishes = noWishes,
    approval = null,
    amends = null,
  }: Pick<Exchange, 'sent'> & Partial<Pick<Exchange, 'wishes' | 'approval' | 'amends'>>,
): Exchange {
  return {
    ...arrival,
    caller,
    sent,
    wishes,
    approval,
    amends,
    extensions: new Map(),
    requestedApproval: null,
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
