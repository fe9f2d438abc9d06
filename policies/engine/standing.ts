/**
 * How a coordinate stands to one authority: usable, requestable, or not there (architecture, "One visible schema per authority").
 */
import type { Coordinate } from '../../lib/labels.ts'
import type { PolicyRevision } from './revision.ts'
import type { Authority } from './rule.ts'
import { isSatisfiable, smallestMissing } from './settle.ts'
import type { Disclosure } from './types.ts'

/** Holders see the whole schema. It opens nothing. */
const explorerScope = 'explorer:all'

export interface CoordinateStanding {
  readonly disclosure: Disclosure
  /** The smallest set of scopes that would make it usable; empty when it is, or when no scope would. */
  readonly missingScopes: readonly string[]
}

const usable: CoordinateStanding = Object.freeze({ disclosure: 'usable', missingScopes: [] })
const undisclosed: CoordinateStanding = Object.freeze({ disclosure: 'undisclosed', missingScopes: [] })

/** Tells how coordinates stand to the authority. One that no rule knows is undisclosed. */
export function standingsOf(
  revision: PolicyRevision,
  authority: Authority,
): (coordinate: Coordinate) => CoordinateStanding {
  const explores = authority.scopes.includes(explorerScope)
  const all = new Set(revision.scopes.keys())
  const requestable = requestableScopes(revision, authority)
  return (coordinate) => {
    const rule = revision.rules.get(coordinate)?.rule
    if (rule === undefined) return undisclosed
    if (isSatisfiable(rule, authority)) return usable
    const missing = smallestMissing([rule], authority, requestable)
    if (missing !== null) return { disclosure: 'requestable', missingScopes: missing }
    if (!explores) return undisclosed
    return { disclosure: 'requestable', missingScopes: smallestMissing([rule], authority, all) ?? [] }
  }
}

/** The scopes that callers of this kind may ask for. */
export function requestableScopes(revision: PolicyRevision, { kind }: Pick<Authority, 'kind'>): ReadonlySet<string> {
  return new Set([...revision.scopes].flatMap(([name, scope]) => (scope.requestable.includes(kind) ? [name] : [])))
}
