/**
 * Who is calling, as every later step sees it: made once from a verified token, then frozen.
 * Rules, records in the ledger and statements to subgraphs all read this one shape.
 */

declare const brand: unique symbol
/** A string that cannot be mistaken for another kind of string. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name }

/** A principal's stable name, `agent:support-agent`, `person:maria.keller` or `service:erp-sync`. */
export type PrincipalId = Brand<string, 'PrincipalId'>

export type CallerKind = 'agent' | 'person' | 'service'

/** One hop of an `act` claim (RFC 8693, section 4.1): a principal that acts for the one before it. */
export interface Actor {
  readonly id: PrincipalId
  readonly kind: CallerKind
  readonly roles: readonly string[]
}

/** The authenticated caller of one request. */
export interface Caller {
  /** Who sends the request: the outermost actor when the token has an `act` claim, otherwise its subject. */
  readonly id: PrincipalId
  readonly kind: CallerKind
  /** `iss` of the token. */
  readonly issuer: string
  /** `client_id` of the token (RFC 9068). */
  readonly clientId: string
  /** `jti` of the token. */
  readonly tokenId: string
  /** Roles the caller holds, sorted. */
  readonly roles: readonly string[]
  /** Effective scopes, sorted: what the token carries, cut to what the roles of everybody in the chain allow. */
  readonly scopes: readonly string[]
  /** The whole chain of actors, the current one first; empty when the caller acts for itself. */
  readonly actors: readonly Actor[]
  /** The principal on whose behalf the caller acts, or null. */
  readonly onBehalfOf: PrincipalId | null
  /** Why the caller asks, from the list its roles allow; null when it did not say. */
  readonly purpose: string | null
  /** Seconds since the epoch. */
  readonly issuedAt: number
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/** Freezes a caller and everything in it, so that no later step can widen it. */
export function freezeCaller(caller: Caller): Caller {
  for (const actor of caller.actors) {
    Object.freeze(actor.roles)
    Object.freeze(actor)
  }
  Object.freeze(caller.roles)
  Object.freeze(caller.scopes)
  Object.freeze(caller.actors)
  return Object.freeze(caller)
}
