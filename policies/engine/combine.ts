/**
 * Puts the verdicts of parts together. AND takes the worst of *deny, needs-record, ask, allow*; OR takes the best of *allow,
 * needs-record, ask, deny*; `needs-record` stands for "not known yet", which makes this Kleene's logic with a fourth value.
 */
import type { ExplainedVerdict, Verdict } from './types.ts'
import { descriptionOf, type Group, type Leaf, type LeafVerdict, type Rule } from './rule.ts'
import type { ShieldLeaf } from './shield.ts'

/** Answers for one leaf. */
export type LeafVerdicts = (leaf: ShieldLeaf, description: Leaf) => LeafVerdict

/** The verdict of a rule, given those of its leaves. */
export function combine(rule: Rule, verdictOf: LeafVerdicts): LeafVerdict {
  const description = descriptionOf(rule)
  if (description.form === 'leaf') return verdictOf(rule as ShieldLeaf, description)
  return join(
    description.form,
    description.parts.map((part) => combine(part, verdictOf)),
  )
}

/** The same with the verdict of every part, for `policy explain`. */
export function combineExplained(rule: Rule, verdictOf: LeafVerdicts): ExplainedVerdict {
  return explainPart(rule, verdictOf).explained
}

function explainPart(rule: Rule, verdictOf: LeafVerdicts): { explained: ExplainedVerdict; inner: LeafVerdict } {
  const description = descriptionOf(rule)
  if (description.form === 'leaf') {
    const inner = verdictOf(rule as ShieldLeaf, description)
    const { title, where, read } = description
    return { inner, explained: { rule: title, where, read, verdict: publicVerdict(inner), parts: [] } }
  }
  const parts = description.parts.map((part) => explainPart(part, verdictOf))
  const inner = join(
    description.form,
    parts.map((part) => part.inner),
  )
  const read = [...new Set(parts.flatMap((part) => part.explained.read))]
  const { title, where } = description
  return {
    inner,
    explained: { rule: title, where, read, verdict: publicVerdict(inner), parts: parts.map((part) => part.explained) },
  }
}

/** Drops what only `not` needs to know. */
export function publicVerdict(verdict: LeafVerdict): Verdict {
  if (verdict.outcome !== 'deny') return verdict
  const { outcome, reason, missingScopes } = verdict
  return { outcome, reason, missingScopes }
}

function join(form: Group['form'], verdicts: readonly LeafVerdict[]): LeafVerdict {
  switch (form) {
    case 'all':
      return joinAll(verdicts)
    case 'any':
      return joinAny(verdicts)
    case 'not':
      return negate(verdicts)
  }
}

type Denial = Extract<LeafVerdict, { outcome: 'deny' }>

function denialsOf(verdicts: readonly LeafVerdict[]): readonly Denial[] {
  return verdicts.filter((verdict): verdict is Denial => verdict.outcome === 'deny')
}

function joinAll(verdicts: readonly LeafVerdict[]): LeafVerdict {
  // INVARIANT: the compiler refuses `all()` without parts; were one to arrive here, it denies.
  if (verdicts.length === 0) return { outcome: 'deny', reason: 'an empty rule', missingScopes: [], certain: false }
  const denials = denialsOf(verdicts)
  if (denials.length > 0) {
    return {
      outcome: 'deny',
      reason: sentence(denials, ' and '),
      missingScopes: [...new Set(denials.flatMap((denial) => denial.missingScopes))].sort(),
      // One certain no settles an AND whatever the others would have said.
      certain: denials.some((denial) => denial.certain),
    }
  }
  return first(verdicts, 'needs-record') ?? first(verdicts, 'ask') ?? { outcome: 'allow' }
}

function joinAny(verdicts: readonly LeafVerdict[]): LeafVerdict {
  const better = first(verdicts, 'allow') ?? first(verdicts, 'needs-record') ?? first(verdicts, 'ask')
  if (better !== undefined) return better
  const denials = denialsOf(verdicts)
  const mendable = denials.filter((denial) => denial.missingScopes.length > 0)
  const [cheapest] = mendable.toSorted((a, b) => a.missingScopes.length - b.missingScopes.length)
  return {
    outcome: 'deny',
    reason: denials.length === 0 ? 'an empty rule' : sentence(denials, ' or '),
    missingScopes: cheapest?.missingScopes ?? [],
    certain: denials.length > 0 && denials.every((denial) => denial.certain),
  }
}

function negate([verdict]: readonly LeafVerdict[]): LeafVerdict {
  switch (verdict?.outcome) {
    case 'needs-record':
      return verdict
    case 'deny':
      return verdict.certain ? { outcome: 'allow' } : verdict
    case 'allow':
      return { outcome: 'deny', reason: 'a condition holds that must not', missingScopes: [], certain: true }
    case 'ask':
    case undefined:
      // INVARIANT: the compiler refuses `not` over `askPerson` and without a part.
      return { outcome: 'deny', reason: 'a rule that cannot be turned round', missingScopes: [], certain: false }
  }
}

function first<O extends LeafVerdict['outcome']>(verdicts: readonly LeafVerdict[], outcome: O) {
  return verdicts.find((verdict): verdict is Extract<LeafVerdict, { outcome: O }> => verdict.outcome === outcome)
}

function sentence(denials: readonly Denial[], joint: string): string {
  return [...new Set(denials.map((denial) => denial.reason))].join(joint)
}
