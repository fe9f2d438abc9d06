/**
 * The caller of an approved act, made anew: the chain that asked, under the roles of now, as long as nobody in it has been shut out.
 * It never has more than it had when it asked.
 */
import { type Actor, type Caller, type CallerKind, type PrincipalId, freezeCaller } from '../../../lib/caller.ts'
import type { World } from '../../../lib/world.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import type { StoredCaller } from '../../../storage/stores/approvals/request.ts'
import type { CallerClaims } from '../../identity/claims.ts'
import { effectiveScopes } from '../../identity/effective.ts'

export interface RebuildOptions {
  readonly world: Pick<World, 'now'>
  /** Rejects with an identity refusal when somebody in the chain is shut out. */
  readonly killList: { check(caller: Caller): Promise<void> }
  /** What the directory of agents leaves of the chain now; rejects where one of its agents may not act. */
  readonly admit?: (claims: CallerClaims) => Promise<CallerClaims>
  /** Adds the grants in force. */
  readonly withGrants?: (caller: Caller) => Promise<Caller>
}

/** Makes the caller under a revision; rejects with an identity refusal. */
export type RebuildCaller = (stored: StoredCaller, revision: PolicyRevision) => Promise<Caller>

/** Makes the maker. */
export function createRebuildCaller({ world, killList, admit, withGrants }: RebuildOptions): RebuildCaller {
  return async (stored, revision) => {
    const asked = claimsOf(stored)
    const { subject, actors } = admit === undefined ? asked : await admit(asked)
    const current = actors[0] ?? subject
    const caller: Caller = {
      ...stored,
      roles: current.roles,
      actors,
      subject: actors.length === 0 ? null : subject,
      scopes: effectiveScopes(stored.scopes, [subject, ...actors], revision.roles),
      grants: [],
      // `issuedAt` stays: tokens that were taken back since then do not act through an approval either.
      expiresAt: Math.floor(world.now().getTime() / 1000) + 60,
    }
    await killList.check(caller)
    return freezeCaller(withGrants === undefined ? caller : await withGrants(caller))
  }
}

/** The claims of the token that asked, as far as they were kept. */
function claimsOf(stored: StoredCaller): CallerClaims {
  const { id, kind, roles, actors, onBehalfOf } = stored
  // A chain whose subject was stored without its roles has no scopes left.
  const behalf = onBehalfOf === null ? null : { id: onBehalfOf, kind: kindOf(onBehalfOf), roles: [] }
  const subject: Actor = stored.subject ?? behalf ?? { id, kind, roles }
  const { issuer, clientId, tokenId, scopes, issuedAt, expiresAt, authenticatedAt } = stored
  const token = { issuer, clientId, tokenId, scopes, issuedAt, expiresAt, authenticatedAt }
  // The proof of a bound token was given when the act was asked for.
  return { ...token, subject, actors, boundTo: null, mayAct: null }
}

function kindOf(id: PrincipalId): CallerKind {
  return id.startsWith('agent:') ? 'agent' : id.startsWith('service:') ? 'service' : 'person'
}
