/**
 * Token exchange (RFC 8693): an agent turns the token of a person, or of another agent, into one with which it acts for them. What
 * comes out says who acts for whom, all the way back, and never allows more than any one of them may.
 */
import type { Actor } from '../../lib/caller.ts'
import { isRefusal } from '../../lib/errors.ts'
import type { World } from '../../lib/world.ts'
import type { TokenSigner } from './access-tokens.ts'
import { type CallerClaims, maxActors } from './claims.ts'
import { effectiveScopes, type RoleMap, roleWithProof } from './effective.ts'
import type { TokenVerifier } from './verify.ts'

/** The name of the grant, and of the one kind of token that it takes and gives. */
export const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token'

/** The members of the request that mean something; every other one is refused. */
export const exchangeParameters = [
  'subject_token',
  'subject_token_type',
  'requested_token_type',
  'actor_token',
  'actor_token_type',
  'audience',
  'resource',
  'scope',
] as const

export interface ExchangeRequest {
  /** Who proved itself to the token endpoint. */
  readonly actor: Actor
  readonly parameters: Readonly<Partial<Record<(typeof exchangeParameters)[number], string | undefined>>>
  /** Thumbprint of the key that the actor proved to hold; null without a proof. */
  readonly boundTo: string | null
}

export interface ExchangeAnswer {
  readonly access_token: string
  readonly issued_token_type: string
  readonly token_type: 'Bearer' | 'DPoP'
  readonly expires_in: number
  readonly scope: string
}

/** An exchange that must not be; `code` is one of RFC 6749 and RFC 8693, the message goes to the client. */
export class ExchangeRefused extends Error {
  override readonly name = 'ExchangeRefused'
  readonly code: 'invalid_request' | 'invalid_scope' | 'invalid_target'

  constructor(code: ExchangeRefused['code'], message: string) {
    super(message)
    this.code = code
  }
}

export interface ExchangeOptions {
  readonly audience: string
  /** Verifies the subject token as the gateway would. */
  readonly verify: TokenVerifier
  /** Rejects with an identity refusal when anybody behind the claims is shut out. */
  readonly assertInForce: (claims: CallerClaims) => Promise<void>
  readonly roles: () => RoleMap
  readonly sign: TokenSigner
  readonly lifetimeSeconds: number
  readonly world: Pick<World, 'now'>
}

/** Makes the exchange of an issuer; it rejects with {@link ExchangeRefused}. */
export function createTokenExchange(options: ExchangeOptions): (request: ExchangeRequest) => Promise<ExchangeAnswer> {
  const { audience, verify, assertInForce, roles, sign, lifetimeSeconds, world } = options

  /** The subject token, good at this moment. */
  async function readSubject(token: string): Promise<CallerClaims> {
    try {
      const claims = await verify(token)
      await assertInForce(claims)
      return claims
    } catch (error) {
      if (!isRefusal(error)) throw error
      throw new ExchangeRefused('invalid_request', `The subject token cannot be used. ${error.message}`)
    }
  }

  return async ({ actor, parameters, boundTo }) => {
    const token = readForm(parameters, audience)
    const subject = await readSubject(token)
    assertMayAct(actor, subject)
    const chain = [subject.subject, ...subject.actors, actor]
    assertProven(subject, chain, boundTo, roles())
    const scopes = narrowed(parameters.scope, effectiveScopes(subject.scopes, chain, roles()), actor, subject.subject)
    const rest = subject.expiresAt - Math.floor(world.now().getTime() / 1000)
    if (rest <= 0) throw new ExchangeRefused('invalid_request', 'The subject token has expired.')
    const lifetime = Math.min(lifetimeSeconds, rest)
    return {
      access_token: await sign({
        subject: subject.subject,
        actors: [actor, ...subject.actors],
        clientId: actor.id,
        scopes,
        lifetimeSeconds: lifetime,
        // What is new is the token, not the proof of who the subject is.
        authenticatedAt: subject.authenticatedAt,
        boundTo,
        mayAct: subject.mayAct,
      }),
      issued_token_type: accessTokenType,
      token_type: boundTo === null ? 'Bearer' : 'DPoP',
      expires_in: lifetime,
      scope: scopes.join(' '),
    }
  }
}

function readForm(parameters: ExchangeRequest['parameters'], audience: string): string {
  const { subject_token, subject_token_type, requested_token_type, actor_token, actor_token_type } = parameters
  if (subject_token === undefined) throw new ExchangeRefused('invalid_request', 'The `subject_token` is missing.')
  if (subject_token_type !== accessTokenType) {
    throw new ExchangeRefused('invalid_request', `The \`subject_token_type\` must be \`${accessTokenType}\`.`)
  }
  if (requested_token_type !== undefined && requested_token_type !== accessTokenType) {
    throw new ExchangeRefused('invalid_request', `The \`requested_token_type\` can be \`${accessTokenType}\` alone.`)
  }
  if (actor_token !== undefined || actor_token_type !== undefined) {
    throw new ExchangeRefused('invalid_request', 'The client that asks is the actor: leave `actor_token` out.')
  }
  for (const target of [parameters.audience, parameters.resource]) {
    if (target !== undefined && target !== audience) {
      throw new ExchangeRefused('invalid_target', `Tokens are made for \`${audience}\` alone.`)
    }
  }
  return subject_token
}

function assertMayAct(actor: Actor, { subject, actors, mayAct }: CallerClaims): void {
  if (actor.kind === 'person') throw new ExchangeRefused('invalid_request', 'People act for themselves alone.')
  if ([subject, ...actors].some(({ id }) => id === actor.id)) {
    throw new ExchangeRefused('invalid_request', `\`${actor.id}\` stands in the chain of this token already.`)
  }
  if (actors.length >= maxActors) {
    throw new ExchangeRefused('invalid_request', `A chain has ${maxActors} actors at most, and this token has them.`)
  }
  if (mayAct !== null && mayAct !== actor.id) {
    throw new ExchangeRefused(
      'invalid_request',
      `The token lets \`${mayAct}\` act for \`${subject.id}\` and nobody else.`,
    )
  }
}

/** A token that is bound to a key must not come out as one that anybody can use, nor where a role asks for a key. */
function assertProven(subject: CallerClaims, chain: readonly Actor[], boundTo: string | null, roles: RoleMap): void {
  if (boundTo !== null) return
  if (subject.boundTo !== null) {
    throw new ExchangeRefused(
      'invalid_request',
      'The subject token is bound to a key: prove yours in the header `DPoP`.',
    )
  }
  const role = roleWithProof(chain, roles)
  if (role === null) return
  throw new ExchangeRefused(
    'invalid_request',
    `The role \`${role}\` asks for a token that is bound to a key: prove yours in the header \`DPoP\`.`,
  )
}

function narrowed(
  asked: string | undefined,
  allowed: readonly string[],
  actor: Actor,
  subject: Actor,
): readonly string[] {
  if (allowed.length === 0) {
    throw new ExchangeRefused(
      'invalid_scope',
      `\`${actor.id}\` may do nothing of what this token of \`${subject.id}\` allows.`,
    )
  }
  if (asked === undefined) return allowed
  const wanted = [...new Set(asked.split(' '))].sort()
  const wider = wanted.filter((scope) => !allowed.includes(scope))
  if (wider.length === 0) return wanted
  throw new ExchangeRefused(
    'invalid_scope',
    `An exchange only narrows; it cannot give ${wider.map((one) => `\`${one}\``).join(', ')}.`,
  )
}
