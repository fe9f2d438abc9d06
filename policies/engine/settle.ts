/**
 * What is known of a rule from the caller's authority alone, at once and without asking: the verdict of a rule that reads
 * nothing else, and for any rule whether it can be satisfied at all.
 */
import { combine, publicVerdict } from './combine.ts'
import { cannotTell } from './evaluate.ts'
import { leavesOf, type Authority, type Leaf, type LeafVerdict, type Question, type Rule } from './rule.ts'
import type { Verdict } from './types.ts'

/** True when a rule has one verdict for all callers of one authority. */
export function isStatic(rule: Rule): boolean {
  return [...leavesOf(rule).values()].every(readsAuthorityOnly)
}

/** The verdict by authority alone, with every other question open: `needs-record` then means "depends on more". */
export function settle(rule: Rule, authority: Authority): Verdict {
  return publicVerdict(combine(rule, (_leaf, description) => settleLeaf(description, authority)))
}

/** True unless the rules refuse this authority whatever the arguments, the record, the time and the purpose. */
export function isSatisfiable(rule: Rule, authority: Authority): boolean {
  return settle(rule, authority).outcome !== 'deny'
}

/**
 * The smallest set of `offered` scopes that, added to the authority, makes every rule satisfiable; null when none does. Exact
 * for up to twelve candidates; beyond, a set from which no single scope can be left out.
 */
export function smallestMissing(
  rules: readonly Rule[],
  authority: Authority,
  offered: ReadonlySet<string>,
): readonly string[] | null {
  const held = new Set(authority.scopes)
  const named = rules.flatMap((rule) => [...leavesOf(rule).values()].flatMap((leaf) => leaf.scopes))
  const candidates = [...new Set(named)].filter((scope) => offered.has(scope) && !held.has(scope)).sort()
  const suffices = (added: readonly string[]): boolean => {
    const widened = { ...authority, scopes: [...authority.scopes, ...added] }
    return rules.every((rule) => isSatisfiable(rule, widened))
  }
  if (!suffices(candidates)) return null
  if (candidates.length > 12) {
    return candidates.reduce((kept, scope) => {
      const without = kept.filter((other) => other !== scope)
      return suffices(without) ? without : kept
    }, candidates)
  }
  for (let size = 0; size < candidates.length; size += 1) {
    const found = subsets(candidates, size).find(suffices)
    if (found !== undefined) return found
  }
  return candidates
}

function readsAuthorityOnly(leaf: Leaf): boolean {
  return [...leaf.inputs].every((input) => input === 'authority')
}

function settleLeaf(leaf: Leaf, authority: Authority): LeafVerdict {
  if (!readsAuthorityOnly(leaf)) return { outcome: 'needs-record', reason: `\`${leaf.title}\` depends on the request` }
  try {
    // INVARIANT: a leaf that declares no other input reads `question.authority` only.
    const answer = leaf.check({ authority } as Question)
    return answer instanceof Promise ? cannotTell(`\`${leaf.title}\` must answer at once`) : answer
  } catch {
    return cannotTell(`\`${leaf.title}\` could not be decided`)
  }
}

function subsets<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  if (size === 0) return [[]]
  return items.flatMap((item, position) =>
    subsets(items.slice(position + 1), size - 1).map((rest): readonly T[] => [item, ...rest]),
  )
}
