/**
 * Who is calling, as every later step sees it: made once from a verified token, then frozen.
 * Rules, records in the ledger and statements to subgraphs all read this one shape.
 */
import type { Coordinate } from './labels.ts'

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

/** Coordinates that somebody opened to a principal for a time, beyond what its roles give. */
export interface CallerGrant {
  readonly id: string
  readonly coordinates: readonly Coordinate[]
  /** The scopes that the rules of these coordinates may count as held, there and nowhere else. */
  readonly scopes: readonly string[]
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
  /** The same principal with its roles; null where nobody is, left out where they did not travel along. */
  readonly subject?: Actor | null
  /** Why the caller asks, from the list its roles allow; null when it did not say. */
  readonly purpose: string | null
  /** The task it works on, as the header `mandate-task` says; null when it did not say. */
  readonly task: string | null
  /** Grants in force for this caller, its whole chain and its purpose; empty for most. */
  readonly grants: readonly CallerGrant[]
  /** When the principal last proved who it is, seconds since the epoch: `auth_time` of the token, else `iat`. */
  readonly authenticatedAt: number
  /** Seconds since the epoch. */
  readonly issuedAt: number
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/** Every principal that a caller stands for, once each: itself, those of its chain, and on whose behalf they act. */
export function chainOf({ id, kind, roles, actors, subject }: Caller): readonly Actor[] {
  const others = actors.filter((actor) => actor.id !== id)
  return [{ id, kind, roles }, ...others, ...(subject ? [subject] : [])]
}

/** The agents that a caller stands for: itself, those of its chain, the client that got the token, and on whose behalf they act. */
export function agentsBehind(caller: Pick<Caller, 'id' | 'clientId' | 'actors' | 'onBehalfOf'>): readonly string[] {
  const { id, clientId, actors, onBehalfOf } = caller
  const all: readonly (string | null)[] = [id, clientId, ...actors.map((actor) => actor.id), onBehalfOf]
  return [...new Set(all.filter((each) => each !== null))].filter((each) => each.startsWith('agent:'))
}

/** Freezes a caller and everything in it, so that no later step can widen it. */
export function freezeCaller(caller: Caller): Caller {
  for (const actor of caller.actors) {
    Object.freeze(actor.roles)
    Object.freeze(actor)
  }
  if (caller.subject) Object.freeze(Object.freeze(caller.subject).roles)
  Object.freeze(caller.roles)
  Object.freeze(caller.scopes)
  Object.freeze(caller.actors)
  for (const grant of caller.grants) {
    Object.freeze(grant.coordinates)
    Object.freeze(grant.scopes)
    Object.freeze(grant)
  }
  Object.freeze(caller.grants)
  return Object.freeze(caller)
}
