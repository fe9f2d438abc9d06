/**
 * What must be asked of whom so that coordinates open to somebody: for each role that decides and each set of scopes one request. What
 * does not exist for the caller is answered as what does not exist.
 */
import type { GraphQLError } from 'graphql'
import type { Caller } from '../../../lib/caller.ts'
import { refusal } from '../../../lib/errors.ts'
import type { Coordinate } from '../../../lib/labels.ts'
import { authorityOf } from '../../../policies/engine/evaluate.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import { type Authority, leavesOf } from '../../../policies/engine/rule.ts'
import { settle } from '../../../policies/engine/settle.ts'
import { requestableScopes, standingsOf } from '../../../policies/engine/standing.ts'

export interface PlannedRequest {
  /** The role whose holders decide. */
  readonly decider: string
  readonly scopes: readonly string[]
  readonly coordinates: readonly Coordinate[]
}

/**
 * Plans the requests for coordinates; what is open to the caller's roles already is left out, and what a coordinate is made from is
 * asked for with it.
 * @throws `INVALID_INPUT` that names a coordinate which is not there, or cannot be asked for
 */
export function planRequests(
  coordinates: readonly string[],
  caller: Caller,
  revision: PolicyRevision,
): readonly PlannedRequest[] {
  const known = standingsOf(revision, authorityOf(caller))
  const missing = new Map<Coordinate, readonly string[]>()
  const authority: Authority = { kind: caller.kind, roles: caller.roles, scopes: scopesOfRoles(caller, revision) }
  for (const asked of new Set(coordinates as readonly Coordinate[])) {
    if (known(asked).disclosure === 'undisclosed') throw noSuchField(asked)
    for (const coordinate of [asked, ...(revision.rules.get(asked)?.dependsOn ?? [])]) {
      const scopes = missingAt(coordinate, authority, revision)
      if (scopes.length > 0) missing.set(coordinate, scopes)
    }
  }
  return groupByDecider(missing, revision)
}

/** The scopes that the roles of a principal give, whatever its token leaves out. */
export function scopesOfRoles(
  { kind, roles }: Pick<Caller, 'kind' | 'roles'>,
  revision: PolicyRevision,
): readonly string[] {
  const held = roles.flatMap((key) => {
    const role = revision.roles.get(key)
    return role?.kind === kind ? role.scopes : []
  })
  return [...new Set(held)]
}

/** The scopes that would open a coordinate; none where it is open. */
function missingAt(coordinate: Coordinate, authority: Authority, revision: PolicyRevision): readonly string[] {
  const { disclosure, missingScopes } = standingsOf(revision, authority)(coordinate)
  const requestable = requestableScopes(revision, authority)
  if (disclosure !== 'usable') {
    if (missingScopes.length > 0 && missingScopes.every((scope) => requestable.has(scope))) return missingScopes
    throw refusal('INVALID_INPUT', `Nobody can ask for the field \`${coordinate}\`.`, {
      argument: 'input.coordinates',
      coordinate,
    })
  }
  const rule = revision.rules.get(coordinate)?.rule
  if (rule === undefined || settle(rule, authority).outcome === 'allow') return []
  // Open with some arguments, for some records or purposes only: a scope may be what opens the rest.
  const named = new Set([...leavesOf(rule).values()].flatMap((leaf) => leaf.scopes))
  const candidates = [...named].filter((scope) => requestable.has(scope) && !authority.scopes.includes(scope)).sort()
  const opensAll = (scope: string) =>
    settle(rule, { ...authority, scopes: [...authority.scopes, scope] }).outcome === 'allow'
  const one = candidates.find(opensAll)
  return one === undefined ? candidates : [one]
}

function groupByDecider(
  missing: ReadonlyMap<Coordinate, readonly string[]>,
  revision: PolicyRevision,
): readonly PlannedRequest[] {
  const groups = new Map<string, { readonly decider: string; scopes: readonly string[]; coordinates: Coordinate[] }>()
  for (const [coordinate, scopes] of missing) {
    for (const [decider, own] of Map.groupBy(scopes, (scope) => deciderOf(scope, revision))) {
      const key = JSON.stringify([decider, own])
      const group = groups.get(key) ?? { decider, scopes: own, coordinates: [] }
      group.coordinates.push(coordinate)
      groups.set(key, group)
    }
  }
  return [...groups.values()]
}

function deciderOf(scope: string, revision: PolicyRevision): string {
  const decider = revision.scopes.get(scope)?.decidedBy
  if (decider !== undefined) return decider
  throw refusal('INVALID_INPUT', `Nobody decides about the scope \`${scope}\`.`, { argument: 'input.coordinates' })
}

/** The same words for what does not exist and for what the caller may not know of. */
function noSuchField(coordinate: string): GraphQLError {
  return refusal('INVALID_INPUT', `There is no field \`${coordinate.slice(0, 200)}\`; name fields as \`Type.field\`.`, {
    argument: 'input.coordinates',
    coordinate: coordinate.slice(0, 200),
  })
}
