/** What policies are before they are compiled, and after: the set as written, and one revision ready to be asked. */
import type { CallerKind } from '../../lib/caller.ts'
import type { Coordinate } from '../../lib/labels.ts'
import type { ContractIndex } from '../../schema/contract.ts'
import type { RecordTarget, Rule, RuleInput } from './rule.ts'

/** One entry of the registry of scopes. */
export interface Scope {
  readonly title: string
  /** Who grants it, for the message of a denial. */
  readonly owner: string
  /** Kinds of caller that see what the scope opens as "may be asked for"; empty: undisclosed. */
  readonly requestable: readonly CallerKind[]
}

/** A role as the compiler reads it; the files in `policies/roles/` narrow the names. */
export interface RoleDefinition {
  readonly key: string
  readonly kind: CallerKind
  readonly title: string
  readonly responsibilities: readonly string[]
  readonly scopes: readonly string[]
  readonly purposes: readonly string[]
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
  /** One rule for the whole graph, joined by AND to what the tables say; with it, no table is needed. */
  readonly everything?: Rule
  /** The rules behind the names that a supergraph's `@policy` uses. */
  readonly named?: Readonly<Record<string, Rule>>
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
  readonly index: ContractIndex
}
