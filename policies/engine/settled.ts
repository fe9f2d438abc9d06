/**
 * Verdicts that depend on the authority alone, kept per authority: most fields of most operations are decided by one look-up.
 * Only what cannot differ between two callers of one authority is kept, and nothing outlives its policy revision.
 */
import { LRUCache } from 'lru-cache'
import type { Coordinate } from '../../lib/labels.ts'
import { settle } from './settle.ts'
import type { CompiledRule, PolicyRevision } from './revision.ts'
import type { Authority } from './rule.ts'
import type { Verdict } from './types.ts'

/** A key under which two callers have the same authority: kind, roles and scopes, whatever their order. */
export function authorityKey({ kind, roles, scopes }: Authority): string {
  // JSON keeps the lists apart: no name of a role or scope can imitate a separator.
  return JSON.stringify([kind, roles.toSorted(), scopes.toSorted()])
}

/** The verdict of a coordinate, or null when more than the authority must be asked. */
export type SettledVerdicts = (coordinate: Coordinate) => Verdict | null

const byRevision = new WeakMap<PolicyRevision, LRUCache<string, SettledVerdicts>>()

/** The settled verdicts of one authority under one revision. */
export function settledVerdicts(revision: PolicyRevision, authority: Authority): SettledVerdicts {
  let verdicts = byRevision.get(revision)
  if (verdicts === undefined) {
    verdicts = new LRUCache({ max: 500 })
    byRevision.set(revision, verdicts)
  }
  const key = authorityKey(authority)
  const known = verdicts.get(key)
  if (known !== undefined) return known
  const made = remember(revision, authority)
  verdicts.set(key, made)
  return made
}

function remember(revision: PolicyRevision, authority: Authority): SettledVerdicts {
  const known = new Map<Coordinate, Verdict | null>()
  return (coordinate) => {
    const verdict = known.get(coordinate)
    if (verdict !== undefined) return verdict
    const rule = revision.rules.get(coordinate)
    // Not remembered: a caller can make up any number of names.
    if (rule === undefined) return { outcome: 'deny', reason: 'no rule is known for it', missingScopes: [] }
    const settled = settleRule(rule, authority)
    known.set(coordinate, settled)
    return settled
  }
}

function settleRule({ rule, inputs }: CompiledRule, authority: Authority): Verdict | null {
  const verdict = settle(rule, authority)
  if (verdict.outcome === 'allow') return verdict
  return [...inputs].every((input) => input === 'authority') ? verdict : null
}
