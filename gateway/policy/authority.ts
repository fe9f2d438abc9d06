/**
 * How the schema stands to one authority: which coordinates it can use, which it may ask for, and which do not exist for it
 * (architecture, "One visible schema per authority").
 */
import { LRUCache } from 'lru-cache'
import type { Coordinate } from '../../lib/labels.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import type { Authority } from '../../policies/engine/rule.ts'
import { isSatisfiable, smallestMissing } from '../../policies/engine/settle.ts'
import { authorityKey } from '../../policies/engine/settled.ts'
import type { Disclosure } from '../../policies/engine/types.ts'

/** Holders see the whole schema. It opens nothing. */
export const explorerScope = 'explorer:all'

export interface CoordinateStanding {
  readonly disclosure: Disclosure
  /** The smallest set of scopes that would make it usable; empty when it is, or when no scope would. */
  readonly missingScopes: readonly string[]
}

export interface AuthorityView {
  readonly key: string
  readonly authority: Authority
  /** A coordinate that no rule knows is undisclosed. */
  standing(coordinate: Coordinate): CoordinateStanding
}

const usable: CoordinateStanding = Object.freeze({ disclosure: 'usable', missingScopes: [] })
const undisclosed: CoordinateStanding = Object.freeze({ disclosure: 'undisclosed', missingScopes: [] })

const byRevision = new WeakMap<PolicyRevision, LRUCache<string, AuthorityView>>()

/** The view of one authority, kept for as long as the revision and for the 500 most recent authorities. */
export function authorityView(revision: PolicyRevision, authority: Authority): AuthorityView {
  const views = byRevision.get(revision) ?? new LRUCache<string, AuthorityView>({ max: 500 })
  byRevision.set(revision, views)
  const key = authorityKey(authority)
  const known = views.get(key)
  if (known !== undefined) return known
  const view = makeView(revision, { ...authority }, key)
  views.set(key, view)
  return view
}

function makeView(revision: PolicyRevision, authority: Authority, key: string): AuthorityView {
  const standings = new Map<Coordinate, CoordinateStanding>()
  const explores = authority.scopes.includes(explorerScope)
  const all = new Set(revision.scopes.keys())
  const requestable = new Set(
    [...revision.scopes].flatMap(([name, scope]) => (scope.requestable.includes(authority.kind) ? [name] : [])),
  )
  const stand = (coordinate: Coordinate): CoordinateStanding => {
    const rule = revision.rules.get(coordinate)?.rule
    if (rule === undefined) return undisclosed
    if (isSatisfiable(rule, authority)) return usable
    const missing = smallestMissing([rule], authority, requestable)
    if (missing !== null) return { disclosure: 'requestable', missingScopes: missing }
    if (!explores) return undisclosed
    return { disclosure: 'requestable', missingScopes: smallestMissing([rule], authority, all) ?? [] }
  }
  return {
    key,
    authority,
    standing(coordinate) {
      const known = standings.get(coordinate)
      if (known !== undefined) return known
      if (!revision.rules.has(coordinate)) return undisclosed
      const made = stand(coordinate)
      standings.set(coordinate, made)
      return made
    },
  }
}
