/**
 * Explains a verdict: the rule, where it stands, what it read, and what each of its parts said. For `policy explain`, and for
 * whoever wonders why.
 */
import type { Caller } from '../../lib/caller.ts'
import type { Coordinate } from '../../lib/labels.ts'
import { authorityFor, evaluateExplained, type Asked } from '../../policies/engine/evaluate.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import type { Disclosure, ExplainedVerdict } from '../../policies/engine/types.ts'
import { authorityView } from './authority.ts'

export interface ExplainRequest {
  readonly coordinate: Coordinate
  readonly caller: Caller
  readonly now: Date
  readonly args?: Readonly<Record<string, unknown>>
  /** The record, when it is at hand. */
  readonly record?: Readonly<Record<string, unknown>>
}

export interface ExplainedPart {
  /** Why the part holds for the coordinate: `field`, `'*'`, `interface Node`, `required: Account.tier`. */
  readonly because: string
  readonly explained: ExplainedVerdict
}

export interface Explanation {
  readonly coordinate: Coordinate
  readonly revision: string
  /** Where its rule stands: `policies/crm.ts:41`. */
  readonly where: string
  readonly disclosure: Disclosure
  /** The smallest set of scopes that would open it. */
  readonly missingScopes: readonly string[]
  readonly subgraphs: readonly string[]
  readonly labels: readonly string[]
  readonly dependsOn: readonly Coordinate[]
  readonly verdict: ExplainedVerdict['verdict']
  readonly parts: readonly ExplainedPart[]
}

/** Explains one coordinate for one caller; null when no contract has it. */
export async function explain(
  { coordinate, caller, now, args = {}, record }: ExplainRequest,
  revision: PolicyRevision,
): Promise<Explanation | null> {
  const compiled = revision.rules.get(coordinate)
  const field = revision.index.fields.get(coordinate)
  if (compiled === undefined || field === undefined) return null
  const authority = authorityFor(caller, coordinate)
  const asked: Asked = { record: record ?? 'elsewhere', args, context: { caller, now }, authority }
  const { disclosure, missingScopes } = authorityView(revision, authority).standing(coordinate)
  const [whole, parts] = await Promise.all([
    evaluateExplained(compiled.rule, asked),
    Promise.all(
      compiled.parts.map(async ({ because, rule }) => ({ because, explained: await evaluateExplained(rule, asked) })),
    ),
  ])
  return {
    coordinate,
    revision: revision.id,
    where: compiled.where,
    disclosure,
    missingScopes,
    subgraphs: field.subgraphs,
    labels: field.labels,
    dependsOn: compiled.dependsOn,
    verdict: whole.verdict,
    parts,
  }
}
