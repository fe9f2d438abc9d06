/**
 * Step 2 of a request: from the HTTP headers to a frozen caller. It reads `Authorization`, `DPoP`, `mandate-purpose` and
 * `mandate-task` and nothing else; only the signature check is cached, rights and revocations are looked at each time.
 */
import { freezeCaller, type Caller } from '../../lib/caller.ts'
import type { AgentDirectory } from './agent-directory.ts'
import { readAccessToken, readPurpose, readTask, type IdentityRequest } from './bearer.ts'
import type { CallerClaims } from './claims.ts'
import { allowedPurposes, effectiveScopes, roleWithProof, type RoleMap } from './effective.ts'
import type { GrantBook, GrantQuestion } from './grant-book.ts'
import type { KillList } from './kill-list.ts'
import type { ProofCheck } from './proof-check.ts'
import { refuseIdentity, turnedAway } from './refusals.ts'
import { createTokenVerifier, type VerifierOptions } from './verify.ts'

export interface AuthenticatorOptions extends VerifierOptions {
  /** The roles of the current policy revision; asked for each request. */
  readonly roles: () => RoleMap
  readonly killList: Pick<KillList, 'check'>
  /** Asks for the proof of a token that is bound to a key; without it no such token is accepted. */
  readonly proofs?: ProofCheck
  /** Which agents may be here, with which roles. */
  readonly directory: Pick<AgentDirectory, 'admit'>
  /** What was granted beyond roles; left out: nothing is. */
  readonly grants?: Pick<GrantBook, 'grantsOf'>
}

export interface Authenticator {
  /**
   * Who sends this request. Pass Node's request as it is; throws an identity refusal. `roles` are those of the policy revision
   * that the request runs under; without them, the current ones.
   */
  authenticate(request: IdentityRequest, roles?: RoleMap): Promise<Caller>
}

const asBearer = { next: 'Send it as `Authorization: Bearer <token>`.' }
const withProof = { next: 'Send it as `Authorization: DPoP <token>`, with a new proof in the header `DPoP`.' }

/** Makes the authenticator of a gateway. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { roles, killList, directory, proofs, grants } = options
  const verify = createTokenVerifier(options)

  /** The token of the request, sent as what it is: with a proof where it is bound to a key, as a bearer token where it is not. */
  async function verifyPresented(request: IdentityRequest): Promise<CallerClaims> {
    const { scheme, token } = readAccessToken(request)
    const claims = await verify(token)
    if (claims.boundTo === null) {
      if (scheme === 'DPoP')
        throw refuseIdentity('token-not-bound', 'A bearer token came with the scheme DPoP.', asBearer)
      return claims
    }
    if (scheme === 'Bearer') {
      throw refuseIdentity('token-bound', 'A token bound to a key came with the scheme Bearer.', withProof)
    }
    if (proofs === undefined) throw refuseIdentity('token-bound', 'Tokens bound to a key are not accepted here.')
    await proofs(request, token, claims.boundTo)
    return claims
  }

  async function admit(request: IdentityRequest, presented: CallerClaims, current: RoleMap): Promise<Caller> {
    const claims = await directory.admit(presented)
    assertProven(claims, current)
    const caller = toCaller(claims, current)
    await killList.check(caller)
    const purpose = choosePurpose(readPurpose(request), claims, current)
    const granted = (await grants?.grantsOf(grantQuestion(claims, purpose, current))) ?? []
    return freezeCaller({ ...caller, purpose, task: readTask(request), grants: granted })
  }

  return {
    async authenticate(request, current = roles()) {
      const presented = await verifyPresented(request)
      try {
        return await admit(request, presented, current)
      } catch (error) {
        throw turnedAway(error, freezeCaller(toCaller(presented, current)))
      }
    },
  }
}

/** Whoever holds a role that asks for a key, anywhere in the chain, is reached with a bound token alone. */
function assertProven({ subject, actors, boundTo }: CallerClaims, roles: RoleMap): void {
  const role = boundTo === null ? roleWithProof([subject, ...actors], roles) : null
  if (role === null) return
  throw refuseIdentity('proof-required', `The role \`${role}\` asks for a token that is bound to a key.`, { role })
}

/** The caller that verified claims make, before anybody was asked whether they still hold. */
export function toCaller(claims: CallerClaims, roles: RoleMap): Caller {
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
    subject: actors.length === 0 ? null : subject,
    purpose: null,
    task: null,
    grants: [],
    authenticatedAt: claims.authenticatedAt,
    issuedAt: claims.issuedAt,
    expiresAt: claims.expiresAt,
  }
}

function grantQuestion({ subject, actors }: CallerClaims, purpose: string | null, roles: RoleMap): GrantQuestion {
  const [holder = subject, ...rest] = actors
  return { holder, others: actors.length === 0 ? [] : [subject, ...rest], purpose, roles }
}

function choosePurpose(declared: string | null, { subject, actors }: CallerClaims, roles: RoleMap): string | null {
  if (declared === null) return null
  const allowed = allowedPurposes([subject, ...actors], roles)
  if (allowed.includes(declared)) return declared
  throw refuseIdentity('purpose-not-allowed', `The declared purpose is ${JSON.stringify(declared.slice(0, 64))}.`, {
    allowed,
  })
}
