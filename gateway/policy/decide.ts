/**
 * Asks the rules about every field of an operation, with its own coerced arguments and everything it depends on, before
 * anything is fetched. The whole operation is decided: one denied field refuses all of it.
 */
import type { Caller } from '../../lib/caller.ts'
import type { Coordinate, Sensitivity } from '../../lib/labels.ts'
import { authorityFor, authorityOf, evaluate } from '../../policies/engine/evaluate.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import type { Authority, Rule } from '../../policies/engine/rule.ts'
import { smallestMissing } from '../../policies/engine/settle.ts'
import { settledVerdicts } from '../../policies/engine/settled.ts'
import type { RuleContext, Verdict } from '../../policies/engine/types.ts'
import { authorityView } from './authority.ts'

/** A scope that is missing, and whom to ask for it. */
export interface MissingScope {
  readonly scope: string
  readonly owner: string
  /** Whether this kind of caller may ask for it. */
  readonly requestable: boolean
}

export interface DeniedField {
  readonly coordinate: Coordinate
  /** Where the operation first asks for it: `account.supplier.iban`. */
  readonly path: string
  readonly reason: string
  readonly missingScopes: readonly MissingScope[]
}

export interface AskedField {
  readonly coordinate: Coordinate
  readonly path: string
  /** The role whose holders may decide. */
  readonly approvers: string
  readonly reason: string
  /** What wants a person: the rule of the field, how much the agent decides itself, or what it has read before. */
  readonly source: 'policy' | 'autonomy' | 'flow'
  /** What the agent had read that led to this; empty where reads play no part. */
  readonly lineage: readonly Lineage[]
}

/** One earlier read that a verdict goes back to. */
export interface Lineage {
  /** The request that read it; the ledger tells all of it. */
  readonly requestId: string
  readonly at: Date
  /** Who read it: the agent itself, or one that handed work to it. */
  readonly principal: string
  readonly coordinate: Coordinate
  readonly label: Sensitivity
  /** Where the value is written now, `input.iban`; null where the reading alone counts. */
  readonly argument: string | null
}

interface DecisionBase {
  /** The policy revision that decided. */
  readonly revision: string
  /** Coordinates whose record rules the subgraphs decide, once each. */
  readonly needsRecord: readonly Coordinate[]
  /** Coordinates fetched or read only because a requested one depends on them, once each. */
  readonly transitive: readonly Coordinate[]
}

/** What becomes of an operation. */
export type Decision =
  | ({ readonly outcome: 'allow' } & DecisionBase)
  | ({
      readonly outcome: 'ask'
      readonly asked: readonly AskedField[]
      /** Roles that must decide, once each. */
      readonly approvers: readonly string[]
    } & DecisionBase)
  | ({
      readonly outcome: 'deny'
      /** Denied fields that the caller may know of. */
      readonly denied: readonly DeniedField[]
      /** Denied coordinates that do not exist for the caller: for the ledger, never for the answer. */
      readonly undisclosed: readonly Coordinate[]
      /** The smallest set of scopes with which no field would be denied for a missing scope. */
      readonly missingScopes: readonly MissingScope[]
    } & DecisionBase)

/** The part of an operation on which the decision depends. */
export interface DecidedOperation {
  readonly fields: readonly {
    readonly coordinate: Coordinate
    readonly args: Readonly<Record<string, unknown>>
    readonly path: readonly string[]
  }[]
}

interface Asked {
  readonly coordinate: Coordinate
  readonly path: string
  readonly verdict: Verdict
}

interface Question {
  readonly coordinate: Coordinate
  readonly path: string
  readonly verdict: Verdict | Promise<Verdict>
}

/** Decides an operation. Never rejects: what cannot be decided is denied. */
export async function decide(
  operation: DecidedOperation,
  caller: Caller,
  revision: PolicyRevision,
  now: Date,
): Promise<Decision> {
  const context: RuleContext = { caller, now }
  const asked: Asked[] = []
  for (const { coordinate, path, verdict } of askOnce(operation, context, revision)) {
    // All questions have been asked by now; none waits for another.
    asked.push({ coordinate, path, verdict: verdict instanceof Promise ? await verdict : verdict })
  }
  const base: DecisionBase = {
    revision: revision.id,
    needsRecord: unique(
      asked.filter(({ verdict }) => verdict.outcome === 'needs-record').map((each) => each.coordinate),
    ),
    transitive: transitiveOf(asked, revision),
  }
  const denied = asked.filter((each) => each.verdict.outcome === 'deny')
  if (denied.length > 0) return deny(denied, caller, revision, base)
  const fields = asked.flatMap(({ coordinate, path, verdict }): readonly AskedField[] =>
    verdict.outcome === 'ask'
      ? [{ coordinate, path, approvers: verdict.approvers, reason: verdict.reason, source: 'policy', lineage: [] }]
      : [],
  )
  return withAsks({ outcome: 'allow', ...base }, fields)
}

/** The decision with what else wants a person; a denial stays one. */
export function withAsks(decision: Decision, more: readonly AskedField[]): Decision {
  if (decision.outcome === 'deny' || more.length === 0) return decision
  const asked = [...(decision.outcome === 'ask' ? decision.asked : []), ...more]
  return { ...decision, outcome: 'ask', asked, approvers: unique(asked.map((field) => field.approvers)) }
}

/** One question for each coordinate, and one for each set of arguments where the rule reads them. */
function askOnce(operation: DecidedOperation, context: RuleContext, revision: PolicyRevision): readonly Question[] {
  const { caller } = context
  const own = authorityOf(caller)
  const settledForOwn = settledVerdicts(revision, own)
  const seen = new Set<string>()
  const questions: Question[] = []
  for (const { coordinate, args, path } of operation.fields) {
    // Meta fields tell what the visible schema tells, and the type of an object whose field is decided on its own.
    if (coordinate.includes('.__')) continue
    const rule = revision.rules.get(coordinate)
    const key = rule?.inputs.has('arguments') === true ? `${coordinate} ${argumentsKey(args)}` : coordinate
    if (seen.has(key)) continue
    seen.add(key)
    const at = path.join('.')
    // Most callers have no grant, and most coordinates of the others have none.
    const authority = caller.grants.length === 0 ? own : authorityFor(caller, coordinate)
    const settled = authority.scopes === own.scopes ? settledForOwn : settledVerdicts(revision, authority)
    const verdict = settled(coordinate)
    if (verdict !== null) questions.push({ coordinate, path: at, verdict })
    else if (rule !== undefined) {
      const asked = evaluate(rule.rule, { record: 'elsewhere', args, context, authority })
      questions.push({ coordinate, path: at, verdict: asked })
    }
  }
  return questions
}

function deny(refused: readonly Asked[], caller: Caller, revision: PolicyRevision, base: DecisionBase): Decision {
  const view = authorityView(revision, authorityOf(caller))
  const missingAt = (coordinate: Coordinate): readonly string[] =>
    authorityView(revision, authorityFor(caller, coordinate)).standing(coordinate).missingScopes
  const describe = (scope: string): MissingScope => ({
    scope,
    owner: revision.scopes.get(scope)?.owner ?? 'the owner of the policies',
    requestable: revision.scopes.get(scope)?.requestable.includes(caller.kind) ?? false,
  })
  const known = refused.filter(({ coordinate }) => view.standing(coordinate).disclosure !== 'undisclosed')
  const denied = known.map(({ coordinate, path, verdict }): DeniedField => {
    const missingScopes = missingAt(coordinate)
    const { reason, missingScopes: alternative } =
      verdict.outcome === 'deny' ? verdict : { reason: 'it could not be decided', missingScopes: [] }
    // Usable in principle, but not with these arguments or at this time: a scope may still be one way out.
    return {
      coordinate,
      path,
      reason,
      missingScopes: (missingScopes.length > 0 ? missingScopes : alternative).map(describe),
    }
  })
  const shut = known.map(({ coordinate }) => coordinate).filter((coordinate) => missingAt(coordinate).length > 0)
  const alternatives = denied
    .filter((field) => !shut.includes(field.coordinate))
    .flatMap((field) => field.missingScopes)
  const missing = unique([...smallestFor(shut, caller, revision), ...alternatives.map(({ scope }) => scope)])
  return {
    outcome: 'deny',
    denied,
    undisclosed: unique(refused.filter((each) => !known.includes(each)).map((each) => each.coordinate)),
    missingScopes: missing.toSorted().map(describe),
    ...base,
  }
}

/** The smallest set of scopes that opens what is shut; what a grant widens is looked at on its own. */
function smallestFor(shut: readonly Coordinate[], caller: Caller, revision: PolicyRevision): readonly string[] {
  const smallest = (coordinates: readonly Coordinate[], authority: Authority): readonly string[] => {
    const rules = coordinates.flatMap((coordinate): readonly Rule[] => {
      const compiled = revision.rules.get(coordinate)
      return compiled === undefined ? [] : [compiled.rule]
    })
    return smallestMissing(rules, authority, new Set(revision.scopes.keys())) ?? []
  }
  const granted = new Set(caller.grants.flatMap(({ coordinates }) => coordinates))
  const alone = shut.filter((coordinate) => granted.has(coordinate))
  const together = shut.filter((coordinate) => !granted.has(coordinate))
  return [
    ...smallest(together, authorityOf(caller)),
    ...alone.flatMap((coordinate) => smallest([coordinate], authorityFor(caller, coordinate))),
  ]
}

function transitiveOf(asked: readonly Asked[], revision: PolicyRevision): readonly Coordinate[] {
  const requested = new Set(asked.map((each) => each.coordinate))
  const needed = asked.flatMap(({ coordinate }) => revision.rules.get(coordinate)?.dependsOn ?? [])
  return unique(needed).filter((coordinate) => !requested.has(coordinate))
}

/** Arguments as text, whatever the order of their keys. */
function argumentsKey(value: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return `${String(part)}n`
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

function unique<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)]
}
