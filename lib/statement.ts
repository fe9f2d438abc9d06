/**
 * What the gateway tells a subgraph about the caller with each fetch: who, why, in which request, for exactly which
 * operation. In one process it is handed over as it is; between processes it travels as a signed, short-lived token.
 */
import { createHash } from 'node:crypto'
import type { Caller } from './caller.ts'

export interface Statement {
  /** The subgraph it is meant for; a subgraph answers no statement made for another one. */
  readonly audience: string
  readonly caller: Caller
  readonly requestId: string
  /** The policy revision that decided the operation; the subgraph decides record rules under the same one. */
  readonly policyRevision: string
  /** SHA-256 of the operation text of this fetch, base64url. */
  readonly operationHash: string
}

/** SHA-256 of an operation's text, base64url: binds a statement to one operation. */
export function hashOperation(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
