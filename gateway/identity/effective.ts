/**
 * What a chain of principals may do together: never more than any one of them, and never more than the token says. Pure, and
 * asked again for each request, so that a changed role counts at once.
 */
import type { Actor, CallerKind } from '../../lib/caller.ts'

/** What one role gives to the principals of its kind. */
export interface RoleGrant {
  readonly kind: CallerKind
  readonly scopes: readonly string[]
  readonly purposes: readonly string[]
  /** `required`: tokens of its holders must be bound to a key (RFC 9449). */
  readonly proofOfPossession?: 'required'
}

/** The roles of the current policy revision by key. */
export type RoleMap = ReadonlyMap<string, RoleGrant>

/** The token's scopes, cut to those that the roles of every principal of the chain give; sorted. */
export function effectiveScopes(tokenScopes: readonly string[], chain: readonly Actor[], roles: RoleMap): string[] {
  return cutToChain(tokenScopes, chain, roles, 'scopes')
}

/** The purposes that the roles of every principal of the chain allow; sorted. */
export function allowedPurposes(chain: readonly Actor[], roles: RoleMap): string[] {
  const wanted = chain.flatMap((principal) => [...given(principal, roles, 'purposes')])
  return cutToChain(wanted, chain, roles, 'purposes')
}

/** All scopes that the roles of one principal give; sorted. */
export function roleScopes(principal: Actor, roles: RoleMap): string[] {
  return [...given(principal, roles, 'scopes')].sort()
}

/** The role that asks for a token bound to a key, of whoever in the chain holds it; null when none does. */
export function roleWithProof(chain: readonly Actor[], roles: RoleMap): string | null {
  const held = chain.flatMap((principal) => principal.roles.filter((key) => roles.get(key)?.kind === principal.kind))
  return held.find((key) => roles.get(key)?.proofOfPossession === 'required') ?? null
}

type Grant = 'scopes' | 'purposes'

function cutToChain(wanted: Iterable<string>, chain: readonly Actor[], roles: RoleMap, grant: Grant): string[] {
  const limits = chain.map((principal) => given(principal, roles, grant))
  if (limits.length === 0) return []
  return [...new Set(wanted)].filter((item) => limits.every((limit) => limit.has(item))).sort()
}

/** An unknown role, or one made for another kind of principal, gives nothing. */
function given(principal: Actor, roles: RoleMap, grant: Grant): Set<string> {
  const granted = new Set<string>()
  for (const key of principal.roles) {
    const role = roles.get(key)
    if (role?.kind !== principal.kind) continue
    for (const item of role[grant]) granted.add(item)
  }
  return granted
}
