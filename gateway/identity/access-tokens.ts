/** Signs the access tokens that the development issuer makes itself (RFC 9068, RFC 8693): minted ones and exchanged ones. */
import { importJWK, SignJWT } from 'jose'
import type { Actor } from '../../lib/caller.ts'
import type { World } from '../../lib/world.ts'
import type { PrivateJwk } from './private-keys.ts'

/** What one token says. */
export interface TokenContents {
  readonly subject: Actor
  /** The current actor first; empty when the subject acts for itself. */
  readonly actors: readonly Actor[]
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly lifetimeSeconds: number
  /** Seconds since the epoch; left out where it is now. */
  readonly authenticatedAt?: number
  /** Thumbprint of the key that it is bound to (RFC 9449). */
  readonly boundTo?: string | null
  /** The one principal that may act for the subject. */
  readonly mayAct?: string | null
}

export type TokenSigner = (contents: TokenContents) => Promise<string>

export interface TokenSignerOptions {
  readonly issuer: string
  readonly audience: string
  readonly signingKey: PrivateJwk
  readonly world: World
}

/** Makes the signer of an issuer. */
export async function createTokenSigner(options: TokenSignerOptions): Promise<TokenSigner> {
  const { issuer, audience, signingKey, world } = options
  const privateKey = await importJWK(signingKey, 'ES256')
  return async ({ subject, actors, clientId, scopes, lifetimeSeconds, authenticatedAt, boundTo, mayAct }) => {
    const issuedAt = Math.floor(world.now().getTime() / 1000)
    const act = actClaim(actors)
    return await new SignJWT({
      client_id: clientId,
      kind: subject.kind,
      roles: subject.roles,
      ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
      ...(act === undefined ? {} : { act }),
      ...(authenticatedAt === undefined ? {} : { auth_time: authenticatedAt }),
      ...(boundTo == null ? {} : { cnf: { jkt: boundTo } }),
      ...(mayAct == null ? {} : { may_act: { sub: mayAct } }),
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: signingKey.kid })
      .setIssuer(issuer)
      .setSubject(subject.id)
      .setAudience(audience)
      .setJti(world.newId())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + lifetimeSeconds)
      .sign(privateKey)
  }
}

interface ActClaim {
  readonly sub: string
  readonly kind: string
  readonly roles: readonly string[]
  readonly act?: ActClaim
}

/** RFC 8693, section 4.1: the current actor outermost, who acted before it within. */
function actClaim([current, ...before]: readonly Actor[]): ActClaim | undefined {
  if (current === undefined) return undefined
  const inner = actClaim(before)
  return { sub: current.id, kind: current.kind, roles: current.roles, ...(inner === undefined ? {} : { act: inner }) }
}
