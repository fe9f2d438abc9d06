/** What policies are before they are compiled, and after: the set as written, and one revision ready to be asked. */
import type { CallerKind } from '../../lib/caller.ts'
import type { Coordinate } from '../../lib/labels.ts'
import type { ContractIndex } from '../../schema/contract.ts'
import type { FlowPolicy } from './flow-policy.ts'
import type { ApprovalPolicies } from './approval-policies.ts'
import type { Conflict } from './conflicts.ts'
import type { RecordTarget, Rule, RuleInput } from './rule.ts'

/** One entry of the registry of scopes. */
export interface Scope {
  readonly title: string
  /** Who grants it, for the message of a denial. */
  readonly owner: string
  /** Kinds of caller that see what the scope opens as "may be asked for"; empty: undisclosed. */
  readonly requestable: readonly CallerKind[]
  /** The role of the people who decide about requests for it; without one, nobody can be asked. */
  readonly decidedBy?: string
}

/** A role as the compiler reads it; the files in `policies/roles/` narrow the names. */
export interface RoleDefinition {
  readonly key: string
  readonly kind: CallerKind
  readonly title: string
  readonly responsibilities: readonly string[]
  readonly scopes: readonly string[]
  readonly purposes: readonly string[]
  /** How much an agent decides itself; required of a role for agents, and of no other. */
  readonly autonomy?: AutonomyLevel
  /** For agents: the role of the people who decide about its holders' acts where no rule names another. */
  readonly supervisor?: string
  /** `required`: tokens of its holders must be bound to a key (RFC 9449). */
  readonly proofOfPossession?: 'required'
  /** What each holder, alone, may use in a time. */
  readonly budgets?: readonly BudgetLimit[]
  /** The same for all holders together. */
  readonly sharedBudgets?: readonly BudgetLimit[]
  /** What each holder may use for one task, as the header `mandate-task` names it; work without a task counts as one. */
  readonly taskBudgets?: readonly BudgetLimit[]
  /** Workflows that its holders take part in, by key. */
  readonly workflows?: readonly string[]
  /** What its holders are held to, as objectives: `{ metric: 'error-rate', target: 0.02, window: '30d' }`. */
  readonly expectations?: readonly Expectation[]
}

/**
 * 0 suggests: it changes nothing itself. 1 acts when a person has approved each act. 2 acts within limits: what is both far-reaching
 * and final waits for a person. 3 acts and reports: a person decides only where a rule says so.
 */
export type AutonomyLevel = 0 | 1 | 2 | 3

/** What a budget counts. `money` is in the amounts of the arguments, one currency at a time. */
export const budgetMeasures = ['cost', 'sensitive-rows', 'distinct-entities', 'money', 'mutations'] as const
export type BudgetMeasure = (typeof budgetMeasures)[number]

export const budgetPeriods = ['minute', 'hour', 'day', 'month'] as const
export type BudgetPeriod = (typeof budgetPeriods)[number]

/** At most so much in a calendar period (UTC). */
export interface BudgetLimit {
  readonly measure: BudgetMeasure
  readonly per: BudgetPeriod
  readonly limit: number
  /** For `money`: ISO 4217. */
  readonly currency?: string
  /** What a breach does beside the refusal. Default nothing. */
  readonly onBreach?: 'quarantine'
}

/** An argument of a mutation that says how much money it moves or commits. */
export interface MoneyArgument {
  /** The path of the amount: `input.amount`. */
  readonly amount: string
  /** The path of its currency. Where there is none, or it says none, the amount counts against every currency. */
  readonly currency?: string
}

/** A service level objective of a role. */
export interface Expectation {
  readonly metric: 'time-to-completion' | 'error-rate' | 'denial-rate' | 'sla-adherence' | 'cost-per-task'
  /** Seconds for a time, a share from 0 to 1 for a rate, cost units for a cost. */
  readonly target: number
  /** ISO 8601 duration without its `P`: `7d`, `30d`. */
  readonly window: `${number}d`
}

/** A table: rules by type and field, `'*'` for what holds for every field of the type. */
export type PolicyTable = Readonly<Record<string, Readonly<Record<string, Rule | undefined>> | undefined>>

/** Everything that `policies/index.ts` lists. */
export interface PolicySet {
  /** By subgraph, and `mandate` for the shared definitions. */
  readonly tables: Readonly<Record<string, PolicyTable>>
  readonly roles: readonly RoleDefinition[]
  readonly scopes: Readonly<Record<string, Scope>>
  readonly purposes: Readonly<Record<string, { readonly title: string }>>
  /** What reading does to an agent; left out, the strictest there is (`flow-policy.ts`). */
  readonly flow?: FlowPolicy
  /** What belongs in different hands. */
  readonly conflicts?: readonly Conflict[]
  /** What budgets of money count, by mutation. */
  readonly money?: Readonly<Record<Coordinate, readonly MoneyArgument[]>>
  /** One rule for the whole graph, joined by AND to what the tables say; with it, no table is needed. */
  readonly everything?: Rule
  /** The rules behind the names that a supergraph's `@policy` uses. */
  readonly named?: Readonly<Record<string, Rule>>
  /** Who decides about what waits for people; left out: one holder of the asked role, within a day. */
  readonly approvals?: ApprovalPolicies
}

/** A part of a compiled rule, and why it is there. */
export interface RulePart {
  /** `field`, `'*'`, `everything`, `interface Node`, `required: Account.tier`, `@requiresScopes on User`, `no rule`. */
  readonly because: string
  readonly rule: Rule
}

/** The rule of one coordinate: everything that must hold, joined by AND. */
export interface CompiledRule {
  readonly coordinate: Coordinate
  readonly rule: Rule
  readonly parts: readonly RulePart[]
  /** What it depends on, all the way down: `@requires`, `@provides`, `@fromContext` and the keys of its type. */
  readonly dependsOn: readonly Coordinate[]
  readonly inputs: ReadonlySet<RuleInput>
  readonly scopes: readonly string[]
  readonly target: RecordTarget | null
  /** `policies/crm.ts:41` */
  readonly where: string
}

/** One revision of the policies: immutable, swapped as a whole. */
export interface PolicyRevision {
  /** SHA-256 over the policy files, shortened. */
  readonly id: string
  readonly rules: ReadonlyMap<Coordinate, CompiledRule>
  readonly roles: ReadonlyMap<string, RoleDefinition>
  readonly scopes: ReadonlyMap<string, Scope>
  readonly purposes: ReadonlyMap<string, { readonly title: string }>
  readonly flow: FlowPolicy
  readonly approvals: ApprovalPolicies
  readonly conflicts: readonly Conflict[]
  readonly money: ReadonlyMap<Coordinate, readonly MoneyArgument[]>
  readonly index: ContractIndex
}
