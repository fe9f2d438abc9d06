/** What the resolvers of requests, grants and campaigns work with, and what they know of their caller. */
import type { Kysely } from 'kysely'
import type { Caller } from '../../../lib/caller.ts'
import { refusal } from '../../../lib/errors.ts'
import type { World } from '../../../lib/world.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import type { Sight } from '../../../storage/stores/access-requests.ts'
import { createAgentStore } from '../../../storage/stores/agents.ts'
import type { Tables } from '../../../storage/tables.ts'
import type { FieldResolver, SubgraphContext } from '../../context.ts'
import type { ControlPlane } from '../../control-plane.ts'

export interface AccessServices extends Pick<ControlPlane, 'database' | 'cache' | 'policies' | 'access'> {
  readonly world: World
}

export type AccessContext = SubgraphContext<AccessServices>
export type AccessResolver<Args, Source = unknown> = FieldResolver<Source, Args, AccessServices>

/** The policy revision that decided this request. */
export function revisionOf({ statement, services }: AccessContext): PolicyRevision {
  return requireRevision(services.policies, statement.policyRevision)
}

/** A revision that decided a request, or `POLICY_DENIED` where this process does not know it. */
export function requireRevision(policies: AccessServices['policies'], id: string): PolicyRevision {
  const revision = policies.revision(id)
  if (revision !== null) return revision
  throw refusal('POLICY_DENIED', 'The policy revision of the request is not known here.')
}

/** Whether the caller reviews access: then it sees all of it. */
export function reviews({ kind, scopes }: Caller): boolean {
  return kind === 'person' && scopes.includes('access:review')
}

/** The roles for which the caller decides. */
export function decidesFor({ kind, scopes, roles }: Caller): readonly string[] {
  return kind === 'person' && scopes.includes('access:decide') ? roles : []
}

/** What the caller sees; null sees all. */
export function sightOf(caller: Caller): Sight | null {
  return reviews(caller) ? null : { principal: caller.id, deciders: decidesFor(caller) }
}

/** Whether the caller sees what belongs to a principal and a deciding role. */
export function sees(
  caller: Caller,
  { principal, decider }: { readonly principal: string; readonly decider: string | null },
): boolean {
  return reviews(caller) || principal === caller.id || (decider !== null && decidesFor(caller).includes(decider))
}

/** The person who answers for an agent; null for people, and where nobody is known. */
export async function ownerOf(kysely: Kysely<Tables>, principal: string): Promise<string | null> {
  if (!principal.startsWith('agent:')) return null
  return (await createAgentStore(kysely).get(principal))?.ownerId ?? null
}

/** Tells every gateway; who does not hear it finds the change within a second. */
export async function announce({ services }: AccessContext, channel: string): Promise<void> {
  await services.cache.publish(channel, 'changed').catch(() => undefined)
}
