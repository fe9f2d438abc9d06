/**
 * Asks the rules about every field of an operation, with its own coerced arguments and everything it depends on, before
 * anything is fetched. The whole operation is decided: one denied field refuses all of it.
 */
import type { Caller } from '../../lib/caller.ts'
import type { Coordinate } from '../../lib/labels.ts'
import { authorityOf, evaluate } from '../../policies/engine/evaluate.ts'
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
  const authority = authorityOf(caller)
  const asked: Asked[] = []
  for (const { coordinate, path, verdict } of askOnce(operation, authority, context, revision)) {
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
  if (denied.length > 0) return deny(denied, authority, revision, base)
  const fields = asked.flatMap(({ coordinate, path, verdict }): readonly AskedField[] =>
    verdict.outcome === 'ask' ? [{ coordinate, path, approvers: verdict.approvers, reason: verdict.reason }] : [],
  )
  if (fields.length === 0) return { outcome: 'allow', ...base }
  return { outcome: 'ask', asked: fields, approvers: unique(fields.map((field) => field.approvers)), ...base }
}

/** One question for each coordinate, and one for each set of arguments where the rule reads them. */
function askOnce(
  operation: DecidedOperation,
  authority: Authority,
  context: RuleContext,
  revision: PolicyRevision,
): readonly Question[] {
  const settled = settledVerdicts(revision, authority)
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
    const verdict = settled(coordinate)
    if (verdict !== null) questions.push({ coordinate, path: at, verdict })
    else if (rule !== undefined) {
      questions.push({ coordinate, path: at, verdict: evaluate(rule.rule, { record: 'elsewhere', args, context }) })
    }
  }
  return questions
}

function deny(refused: readonly Asked[], authority: Authority, revision: PolicyRevision, base: DecisionBase): Decision {
  const view = authorityView(revision, authority)
  const describe = (scope: string): MissingScope => ({
    scope,
    owner: revision.scopes.get(scope)?.owner ?? 'the owner of the policies',
    requestable: revision.scopes.get(scope)?.requestable.includes(authority.kind) ?? false,
  })
  const known = refused.filter(({ coordinate }) => view.standing(coordinate).disclosure !== 'undisclosed')
  const denied = known.map(({ coordinate, path, verdict }): DeniedField => {
    const { missingScopes } = view.standing(coordinate)
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
  const isShut = ({ coordinate }: { readonly coordinate: Coordinate }) =>
    view.standing(coordinate).missingScopes.length > 0
  const rules = known.filter(isShut).flatMap(({ coordinate }): readonly Rule[] => {
    const compiled = revision.rules.get(coordinate)
    return compiled === undefined ? [] : [compiled.rule]
  })
  const smallest = smallestMissing(rules, authority, new Set(revision.scopes.keys())) ?? []
  const alternatives = denied.filter((field) => !isShut(field)).flatMap((field) => field.missingScopes)
  const missing = unique([...smallest, ...alternatives.map(({ scope }) => scope)])
  return {
    outcome: 'deny',
    denied,
    undisclosed: unique(refused.filter((each) => !known.includes(each)).map((each) => each.coordinate)),
    missingScopes: missing.toSorted().map(describe),
    ...base,
  }
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
