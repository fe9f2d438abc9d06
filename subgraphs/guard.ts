/**
 * Decides the rules where the record is (architecture, step 8), around every field of a subgraph. What the gateway decided
 * already is decided again: a subgraph that is asked past the gateway's rules gives nothing.
 */
import type { FieldNode } from 'graphql'
import { refusal } from '../lib/errors.ts'
import type { Coordinate } from '../lib/labels.ts'
import type { StatedApproval } from '../lib/statement.ts'
import type { RuleContext, SubgraphRule, SubgraphRules, Verdict } from '../policies/engine/types.ts'
import type { SubgraphContext } from './context.ts'
import type { ResolverWrapper } from './resolver-plugin.ts'

type Args = Readonly<Record<string, unknown>>
type ParentRecord = Readonly<Record<string, unknown>>

/** What the guard remembers during one fetch: only verdicts that no record was asked for. */
export interface GuardState {
  readonly rules: SubgraphRules
  readonly context: RuleContext
  /** Coordinates whose *ask* people have answered for this very act. */
  readonly approved: ReadonlySet<Coordinate>
  /** By number of the coordinate: rule and settled verdict, found once. */
  readonly known: (KnownRule | undefined)[]
  /** By selection, because two aliases of one field may have different arguments. */
  readonly decided: Map<FieldNode, Map<Coordinate, Promise<Verdict>>>
}

interface KnownRule {
  readonly rule: SubgraphRule | null
  readonly settled: Verdict | null
}

export function beginGuard(
  rules: SubgraphRules,
  context: RuleContext,
  approval: StatedApproval | null = null,
): GuardState {
  return { rules, context, approved: new Set(approval?.coordinates), known: [], decided: new Map() }
}

/** Wraps a resolver so that it runs only when the rules allow. */
export const guardResolver: ResolverWrapper = (resolve, coordinate, index) => (source, args: Args, context, info) => {
  const { rule, settled } = knownRule(context.guard, coordinate, index)
  if (!rule)
    throw refusal('POLICY_DENIED', `No rule is known for the field \`${coordinate}\`.`, { fields: [coordinate] })
  if (settled) {
    assertAllowed(settled, rule, coordinate, context.guard)
    return resolve(source, args, context, info)
  }
  const verdict = rule.needsRecord
    ? decideForRecord(rule, source, args, context)
    : decideForSelection(rule, coordinate, info.fieldNodes[0], args, context.guard)
  return verdict.then((decided) => {
    assertAllowed(decided, rule, coordinate, context.guard)
    return resolve(source, args, context, info)
  })
}

function knownRule(state: GuardState, coordinate: Coordinate, index: number): KnownRule {
  const known = state.known[index]
  if (known) return known
  const rule = state.rules.ruleFor(coordinate)
  const found = { rule, settled: rule?.settled(state.context.caller) ?? null }
  state.known[index] = found
  return found
}

/** The same selection has the same arguments for every parent, so it is decided once. */
function decideForSelection(
  rule: SubgraphRule,
  coordinate: Coordinate,
  node: FieldNode | undefined,
  args: Args,
  state: GuardState,
): Promise<Verdict> {
  if (!node) return rule.decide(null, args, state.context)
  let byCoordinate = state.decided.get(node)
  if (!byCoordinate) state.decided.set(node, (byCoordinate = new Map<Coordinate, Promise<Verdict>>()))
  let verdict = byCoordinate.get(coordinate)
  if (!verdict) byCoordinate.set(coordinate, (verdict = rule.decide(null, args, state.context)))
  return verdict
}

/** Every record is decided for itself; one that the rule names by an argument is loaded before the resolver acts. */
async function decideForRecord(
  rule: SubgraphRule,
  source: unknown,
  args: Args,
  { guard, records }: SubgraphContext,
): Promise<Verdict> {
  if (!rule.target) return rule.decide(isRecord(source) ? source : null, args, guard.context)
  const id = valueAt(args, rule.target.idPath)
  const record = typeof id === 'string' ? await records.load(rule.target.type, id) : null
  return rule.decide(record, args, guard.context)
}

function assertAllowed(verdict: Verdict, rule: SubgraphRule, coordinate: Coordinate, { approved }: GuardState): void {
  switch (verdict.outcome) {
    case 'allow':
      return
    case 'ask':
      if (approved.has(coordinate)) return
      throw refusal('APPROVAL_REQUIRED', `The field \`${coordinate}\` needs the decision of a person.`, {
        fields: [coordinate],
        approvers: verdict.approvers,
      })
    case 'needs-record':
      throw recordDenied(rule, coordinate)
    case 'deny':
      if (rule.needsRecord) throw recordDenied(rule, coordinate)
      throw refusal('POLICY_DENIED', `The rules deny the field \`${coordinate}\`.`, {
        fields: [coordinate],
        missingScopes: verdict.missingScopes,
      })
  }
}

/** Says the same of a record that is denied and of one that is not there, so that nobody learns which ids exist. */
function recordDenied({ target }: SubgraphRule, coordinate: Coordinate) {
  const message = target
    ? `The rules deny the field \`${coordinate}\` for the named ${target.type}, or there is none.`
    : `The rules deny the field \`${coordinate}\` for this record.`
  return refusal('RECORD_DENIED', message, { fields: [coordinate] })
}

function valueAt(args: Args, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined), args)
}

function isRecord(value: unknown): value is ParentRecord {
  return typeof value === 'object' && value !== null
}
