/**
 * How the schema stands to one authority: which coordinates it can use, which it may ask for, and which do not exist for it
 * (architecture, "One visible schema per authority").
 */
import { LRUCache } from 'lru-cache'
import type { Coordinate } from '../../lib/labels.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import type { Authority } from '../../policies/engine/rule.ts'
import { authorityKey } from '../../policies/engine/settled.ts'
import { type CoordinateStanding, standingsOf } from '../../policies/engine/standing.ts'

export interface AuthorityView {
  readonly key: string
  readonly authority: Authority
  /** A coordinate that no rule knows is undisclosed. */
  standing(coordinate: Coordinate): CoordinateStanding
}

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
  const stand = standingsOf(revision, authority)
  return {
    key,
    authority,
    standing(coordinate) {
      const known = standings.get(coordinate)
      if (known !== undefined) return known
      const made = stand(coordinate)
      // Not remembered where no rule knows it: a caller can make up any number of names.
      if (revision.rules.has(coordinate)) standings.set(coordinate, made)
      return made
    },
  }
}
