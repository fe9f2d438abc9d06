/**
 * Step 2 of a request: from the HTTP headers to a frozen caller. It reads `Authorization` and `mandate-purpose` and nothing
 * else; only the signature check is cached, rights and revocations are looked at each time.
 */
import { freezeCaller, type Caller } from '../../lib/caller.ts'
import { readBearerToken, readPurpose, type IdentityRequest } from './bearer.ts'
import type { CallerClaims } from './claims.ts'
import { allowedPurposes, effectiveScopes, type RoleMap } from './effective.ts'
import type { KillList } from './kill-list.ts'
import { refuseIdentity } from './refusals.ts'
import { createTokenVerifier, type VerifierOptions } from './verify.ts'

export interface AuthenticatorOptions extends VerifierOptions {
  /** The roles of the current policy revision; asked for each request. */
  readonly roles: () => RoleMap
  readonly killList: Pick<KillList, 'check'>
}

export interface Authenticator {
  /**
   * Who sends this request. Pass Node's request as it is; throws an identity refusal. `roles` are those of the policy revision
   * that the request runs under; without them, the current ones.
   */
  authenticate(request: IdentityRequest, roles?: RoleMap): Promise<Caller>
}

/** Makes the authenticator of a gateway. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { roles, killList } = options
  const verify = createTokenVerifier(options)
  return {
    async authenticate(request, current = roles()) {
      const claims = await verify(readBearerToken(request))
      const caller = toCaller(claims, current)
      await killList.check(caller)
      return freezeCaller({ ...caller, purpose: choosePurpose(readPurpose(request), claims, current) })
    },
  }
}

function toCaller(claims: CallerClaims, roles: RoleMap): Caller {
  const { subject, actors } = claims
  const current = actors[0] ?? subject
  return {
    id: current.id,
    kind: current.kind,
    issuer: claims.issuer,
    clientId: claims.clientId,
    tokenId: claims.tokenId,
    roles: current.roles,
    scopes: effectiveScopes(claims.scopes, [subject, ...actors], roles),
    actors,
    onBehalfOf: actors.length === 0 ? null : subject.id,
    purpose: null,
    issuedAt: claims.issuedAt,
    expiresAt: claims.expiresAt,
  }
}

function choosePurpose(declared: string | null, { subject, actors }: CallerClaims, roles: RoleMap): string | null {
  if (declared === null) return null
  const allowed = allowedPurposes([subject, ...actors], roles)
  if (allowed.includes(declared)) return declared
  throw refuseIdentity('purpose-not-allowed', `The declared purpose is ${JSON.stringify(declared.slice(0, 64))}.`, {
    allowed,
  })
}
