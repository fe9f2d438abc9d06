/**
 * The claims of an access token that mean something here (RFC 9068, RFC 8693), parsed once through a strict schema. A claim
 * of the wrong shape refuses the token; claims that nobody reads are dropped.
 */
import { z } from 'zod'
import type { Actor, CallerKind, PrincipalId } from '../../lib/caller.ts'
import { refuseIdentity } from './refusals.ts'

/** The longest chain of actors in one token. */
export const maxActors = 3

const callerKind = z.enum(['agent', 'person', 'service'])
const principalId = z.string().regex(/^(?:agent|person|service):[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?$/)
const roleKeys = z.array(z.string().regex(/^[a-z][a-z0-9-]{0,63}$/)).max(32)
const printable = (longest: number) => z.string().regex(new RegExp(`^[\\x21-\\x7e]{1,${longest}}$`))
const seconds = z.number().int().nonnegative()

/** A binding to the key with this thumbprint (RFC 9449, section 6.1), and to nothing else: we can check no other kind. */
const keyBinding = z.strictObject({ jkt: z.string().regex(/^[A-Za-z0-9_-]{43}$/) })

const actClaim = z.object({
  sub: principalId,
  kind: callerKind,
  roles: roleKeys,
  get act() {
    return actClaim.optional()
  },
})

const accessClaims = z.object({
  iss: z.string(),
  sub: principalId,
  client_id: printable(256),
  jti: printable(256),
  iat: seconds,
  exp: seconds,
  auth_time: seconds.optional(),
  // scope-token of RFC 6749, section 3.3
  scope: z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/)
    .optional(),
  roles: roleKeys,
  kind: callerKind,
  act: actClaim.optional(),
  may_act: z.looseObject({ sub: printable(256) }).optional(),
  cnf: keyBinding.optional(),
})

/** A verified token in our words. */
export interface CallerClaims {
  readonly issuer: string
  readonly subject: Actor
  /** The current actor first; empty when the subject acts for itself. */
  readonly actors: readonly Actor[]
  readonly clientId: string
  readonly tokenId: string
  readonly scopes: readonly string[]
  /** Thumbprint of the key that the token is bound to (RFC 9449); null for a bearer token. */
  readonly boundTo: string | null
  /** The one principal that may act for the subject (`may_act`, RFC 8693, section 4.4); null when the token does not say. */
  readonly mayAct: string | null
  /** `auth_time` where the issuer tells it, else `iat`. */
  readonly authenticatedAt: number
  readonly issuedAt: number
  readonly expiresAt: number
}

/** Parses verified claims; throws an identity refusal that names the first member of the wrong shape. */
export function parseClaims(payload: Readonly<Record<string, unknown>>, kinds: readonly CallerKind[]): CallerClaims {
  if (payload['cnf'] !== undefined && !keyBinding.safeParse(payload['cnf']).success) {
    throw refuseIdentity('token-bound', 'The token has a `cnf` claim that is no thumbprint of a key (`jkt`).')
  }
  const parsed = accessClaims.safeParse(payload)
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join('.') ?? ''
    throw refuseIdentity('claim-wrong', `The claim \`${path}\` does not have the expected form.`)
  }
  const claims = parsed.data
  const subject = toActor(claims)
  const actors: Actor[] = []
  for (let act = claims.act; act !== undefined; act = act.act) actors.push(toActor(act))
  if (actors.length > maxActors) throw refuseIdentity('chain-too-long', `The chain has ${actors.length} actors.`)
  for (const { id, kind } of [subject, ...actors]) {
    if (!id.startsWith(`${kind}:`))
      throw refuseIdentity('claim-wrong', `\`${id}\` is declared to be of kind \`${kind}\`.`)
    if (!kinds.includes(kind)) throw refuseIdentity('kind-not-allowed', `The issuer may not speak for \`${id}\`.`)
  }
  return Object.freeze({
    issuer: claims.iss,
    subject,
    actors: Object.freeze(actors),
    clientId: claims.client_id,
    tokenId: claims.jti,
    scopes: Object.freeze([...new Set(claims.scope?.split(' '))].sort()),
    boundTo: claims.cnf?.jkt ?? null,
    mayAct: claims.may_act?.sub ?? null,
    authenticatedAt: claims.auth_time ?? claims.iat,
    issuedAt: claims.iat,
    expiresAt: claims.exp,
  })
}

function toActor({ sub, kind, roles }: { sub: string; kind: CallerKind; roles: string[] }): Actor {
  return Object.freeze({ id: sub as PrincipalId, kind, roles: Object.freeze([...new Set(roles)].sort()) })
}
