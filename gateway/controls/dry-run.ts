/**
 * What would happen: the verdict on every coordinate, the approval and the budget that the operation needs, the systems and the
 * labels that it touches. Everything up to the point where a real execution would begin has been asked; no system has been.
 */
import type { Coordinate, Sensitivity } from '../../lib/labels.ts'
import type { Decision, MissingScope } from '../policy/decide.ts'
import type { Approvals, Budgets } from './controls.ts'
import type { DecidedExchange } from './decided.ts'
import { actsOf, autonomyOf, onlySuggests } from './autonomy.ts'

export interface CoordinateReport {
  readonly coordinate: Coordinate
  /** `record`: the subgraph decides with the record at hand. */
  readonly verdict: 'allow' | 'ask' | 'deny' | 'record'
  readonly reasons: readonly string[]
  readonly missingScopes: readonly MissingScope[]
}

export interface DryRunReport {
  /** The operation fits the schema that the caller may see. An operation that does not is answered with its errors. */
  readonly valid: true
  /** What a real execution would do now: run, wait for people, or be refused, by the rules, the autonomy or a budget. */
  readonly verdict: 'run' | 'wait' | 'refuse'
  readonly coordinates: readonly CoordinateReport[]
  /** Who would decide, in which stages; null where nobody has to. */
  readonly approval: unknown
  /** Cost units. */
  readonly cost: number
  /** What applies, and what would be left of it. */
  readonly budget: readonly unknown[]
  readonly autonomy: number
  readonly systems: readonly string[]
  readonly labels: readonly Sensitivity[]
  readonly effects: readonly { readonly mutation: Coordinate; readonly impact: string; readonly reversible: boolean }[]
  readonly policyRevision: string
}

/** Makes the report of a decided exchange. */
export async function reportDryRun(
  exchange: DecidedExchange,
  { approvals, budgets }: { readonly approvals: Approvals; readonly budgets: Budgets },
): Promise<DryRunReport> {
  const { operation, decision, caller, revision } = exchange
  const budget = await budgets.preview(exchange)
  const refusesActs = actsOf(operation).length > 0 && onlySuggests(caller, revision)
  const touched = [...operation.coordinates, ...decision.transitive].flatMap((coordinate) => {
    const field = revision.index.fields.get(coordinate)
    return field === undefined ? [] : [field]
  })
  return {
    valid: true,
    verdict: verdictOf(decision, budget.fits && !refusesActs),
    coordinates: operation.coordinates.map((coordinate) => reportOn(coordinate, decision)),
    approval: decision.outcome === 'ask' ? await approvals.preview(exchange) : null,
    cost: exchange.cost,
    budget: budget.lines,
    autonomy: autonomyOf(caller, revision),
    systems: [...new Set(touched.flatMap((field) => field.subgraphs.slice(0, 1)))].toSorted(),
    labels: [...new Set(touched.flatMap((field) => field.labels))].toSorted(),
    effects: operation.roots.flatMap(({ coordinates: [mutation] }) => {
      const effect = revision.index.fields.get(mutation)?.effect
      return effect ? [{ mutation, ...effect }] : []
    }),
    policyRevision: decision.revision,
  }
}

function verdictOf({ outcome }: Decision, mayRun: boolean): DryRunReport['verdict'] {
  if (outcome === 'deny' || !mayRun) return 'refuse'
  return outcome === 'ask' ? 'wait' : 'run'
}

function reportOn(coordinate: Coordinate, decision: Decision): CoordinateReport {
  const denied = decision.outcome === 'deny' ? decision.denied.filter((each) => each.coordinate === coordinate) : []
  if (denied.length > 0) {
    return {
      coordinate,
      verdict: 'deny',
      reasons: denied.map(({ reason }) => reason),
      missingScopes: denied.flatMap(({ missingScopes }) => missingScopes),
    }
  }
  const asked = decision.outcome === 'ask' ? decision.asked.filter((each) => each.coordinate === coordinate) : []
  if (asked.length > 0) {
    return { coordinate, verdict: 'ask', reasons: asked.map(({ reason }) => reason), missingScopes: [] }
  }
  const verdict = decision.needsRecord.includes(coordinate) ? 'record' : 'allow'
  return { coordinate, verdict, reasons: [], missingScopes: [] }
}
