/**
 * What the gateway tells a subgraph about the caller with each fetch: who, why, in which request, for exactly which
 * operation. In one process it is handed over as it is; between processes it travels as a signed, short-lived token.
 */
import { createHash } from 'node:crypto'
import type { Caller } from './caller.ts'
import type { Coordinate } from './labels.ts'

export interface Statement {
  /** The subgraph it is meant for; a subgraph answers no statement made for another one. */
  readonly audience: string
  readonly caller: Caller
  readonly requestId: string
  /** The policy revision that decided the operation; the subgraph decides record rules under the same one. */
  readonly policyRevision: string
  /** SHA-256 of the operation text of this fetch, base64url. */
  readonly operationHash: string
  /** The approval under which this very act runs, and the coordinates whose *ask* it answers; null for all other requests. */
  readonly approval: StatedApproval | null
}

/** What people have decided for one act. */
export interface StatedApproval {
  readonly id: string
  readonly coordinates: readonly Coordinate[]
}

/** The longest that a signed statement lives, in seconds: a fetch may wait for a socket, a leaked one is soon useless. */
export const statementLifetimeSeconds = 30

/** How far the clocks of a gateway and a subgraph may be apart, in seconds. */
export const statementClockToleranceSeconds = 5

/** SHA-256 of an operation's text, base64url: binds a statement to one operation. */
export function hashOperation(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** SHA-256 of the variables as they stand in the body of a fetch, base64url: binds a signed statement to these. */
export function hashVariables(json: string): string {
  return createHash('sha256').update(json).digest('base64url')
}

/**
 * Whether an operation may change something, by its text alone. What is not plainly a query counts as a change: such a fetch is
 * never sent twice, and never taken where a repetition could not be noticed.
 */
export function mayChange(text: string): boolean {
  return !/^\s*(?:query\b|\{)/.test(text) || /\bmutation\b/.test(text)
}
