/**
 * Turns the tables into one flat map from coordinate to rule, or into the list of everything that is wrong with them. What is
 * not ruled is refused, not guessed; what graphql-shield would ignore is named with its place and its mend.
 */
import type { Coordinate } from '../../lib/labels.ts'
import type { ContractField, ContractIndex } from '../../schema/contract.ts'
import { checkFlow } from './check-flow.ts'
import { defaultApprovals } from './approval-policies.ts'
import { checkApprovals } from './check-approvals.ts'
import { checkConflicts } from './check-conflicts.ts'
import { checkMoney } from './check-budgets.ts'
import { checkRoles } from './check-roles.ts'
import {
  checkRuleAt,
  checkRuleOfDependency,
  checkRuleOfUnguarded,
  inputsOf,
  isOpenToEveryone,
  targetsOf,
} from './check-rule.ts'
import { demandedScopes, demandRule, unruled } from './demand-rules.ts'
import { defaultFlow } from './flow-policy.ts'
import type { TableSource } from './positions.ts'
import { Problems } from './problems.ts'
import { Tables, type Entry } from './read-tables.ts'
import type { CompiledRule, MoneyArgument, PolicyRevision, PolicySet, RulePart } from './revision.ts'
import { groupRule, leavesOf, type Rule } from './rule.ts'
import type { PolicyProblem } from './types.ts'

export interface CompileInput {
  readonly id: string
  readonly policies: PolicySet
  readonly index: ContractIndex
  /** The text of each table, by subgraph, for file and line in messages. */
  readonly sources?: ReadonlyMap<string, TableSource>
  /** The folder that paths in messages start from. */
  readonly root?: string
}

export type CompileResult =
  | { readonly outcome: 'compiled'; readonly revision: PolicyRevision }
  | { readonly outcome: 'refused'; readonly problems: readonly PolicyProblem[] }

/** Compiles a policy set against the contracts. */
export function compilePolicies({ id, policies: written, index, sources, root }: CompileInput): CompileResult {
  const problems = new Problems(root ?? process.cwd())
  const demanded = demandedScopes(index.demands.values())
  const policies = { ...written, scopes: { ...demanded, ...written.scopes } }
  const { flow = defaultFlow } = policies
  const approvals = policies.approvals ?? defaultApprovals
  const around = { roles: policies.roles, scopes: new Set(Object.keys(policies.scopes)), index }
  const found = [
    ...checkRoles(policies, new Set(Object.keys(demanded))),
    ...checkFlow(flow, index),
    ...checkApprovals(approvals, around),
    ...checkConflicts(policies, index),
    ...checkMoney(policies.money ?? {}, index),
  ]
  for (const { where, coordinate, message, mend } of found) problems.add(where, coordinate, message, mend)
  const tables = new Tables({ policies, index, problems, ...(sources === undefined ? {} : { sources }) })
  const rules = new Compiler({ index, tables, problems, named: policies.named ?? {} }).compile()
  if (problems.list.length > 0) return { outcome: 'refused', problems: problems.list }
  const revision: PolicyRevision = Object.freeze({
    id,
    rules,
    roles: new Map(policies.roles.map((role) => [role.key, role])),
    scopes: new Map(Object.entries(policies.scopes)),
    purposes: new Map(Object.entries(policies.purposes)),
    flow,
    approvals,
    conflicts: policies.conflicts ?? [],
    money: new Map(Object.entries(policies.money ?? {}) as [Coordinate, readonly MoneyArgument[]][]),
    index,
  })
  return { outcome: 'compiled', revision }
}

interface CompilerParts {
  readonly index: ContractIndex
  readonly tables: Tables
  readonly problems: Problems
  /** The rules behind the names of `@policy`. */
  readonly named: Readonly<Record<string, Rule>>
}

class Compiler {
  readonly #index: ContractIndex
  readonly #tables: Tables
  readonly #problems: Problems
  readonly #named: Readonly<Record<string, Rule>>
  readonly #holes: ContractField[] = []

  constructor({ index, tables, problems, named }: CompilerParts) {
    this.#index = index
    this.#tables = tables
    this.#problems = problems
    this.#named = named
  }

  compile(): ReadonlyMap<Coordinate, CompiledRule> {
    const own = this.#ownParts()
    this.#reportHoles()
    const rules = new Map<Coordinate, CompiledRule>()
    for (const [coordinate, parts] of own) rules.set(coordinate, this.#close(coordinate, parts, own))
    for (const field of this.#index.fields.values()) {
      if (this.#isInterface(field)) this.#compileInterface(field, rules)
    }
    return rules
  }

  /** What the tables say of each field of an object type; interfaces follow from these. */
  #ownParts(): ReadonlyMap<Coordinate, readonly RulePart[]> {
    const own = new Map<Coordinate, readonly RulePart[]>()
    for (const field of this.#index.fields.values()) {
      const isInterface = this.#isInterface(field)
      const entries = this.#entriesOf(field)
      const inherited = isInterface ? [] : this.#fromInterfaces(field)
      if (entries === 'faulty') continue
      if (!isInterface) this.#checkPresence(field, entries)
      for (const { rule, where } of [...entries, ...inherited]) {
        const findings = [...checkRuleAt(rule, field, this.#index), ...checkRuleOfUnguarded(rule, field, this.#index)]
        for (const finding of findings) this.#problems.addFinding(finding, where, field.coordinate)
      }
      own.set(
        field.coordinate,
        uniqueParts([
          ...entries,
          ...inherited,
          ...this.#closed(field, [...entries, ...inherited]),
          ...this.#demanded(field),
        ]),
      )
    }
    return own
  }

  /** What the supergraph itself demands of who reads the field. */
  #demanded({ coordinate }: ContractField): readonly RulePart[] {
    return (this.#index.demands.get(coordinate) ?? []).flatMap((demand) => {
      const made = demandRule(demand, this.#named)
      if ('part' in made) return [made.part]
      this.#problems.add('policies/index.ts', coordinate, made.message, made.mend)
      return []
    })
  }

  /** A field of somebody else's subgraph that no rule names is closed: it may be new, and nobody here was asked. */
  #closed(field: ContractField, entries: readonly RulePart[]): readonly RulePart[] {
    if (entries.length > 0 || this.#isInterface(field) || !this.#isUnguarded(field)) return []
    return [{ rule: unruled, because: 'no rule' }]
  }

  #isUnguarded({ ruledBy }: ContractField): boolean {
    return ruledBy.every((name) => this.#index.unguarded.has(name))
  }

  /**
   * The rules of the tables that may rule the field, `'*'` included. Where several subgraphs resolve a field (a key, mostly),
   * the tables that name it decide; when none does, every `'*'` holds.
   */
  #entriesOf({ parentType, coordinate, ruledBy }: ContractField): readonly (RulePart & Entry)[] | 'faulty' {
    const star: Coordinate = `${parentType}.*`
    if (ruledBy.some((table) => this.#tables.isFaulty(table, coordinate))) return 'faulty'
    const naming = ruledBy.filter((table) => this.#tables.entry(table, coordinate) !== null)
    const deciding = naming.length > 0 ? naming : ruledBy
    if (deciding.some((table) => this.#tables.isFaulty(table, star))) return 'faulty'
    return deciding
      .flatMap((table) => {
        const named = this.#tables.entry(table, coordinate)
        const all = this.#tables.entry(table, star)
        return [
          ...(named === null ? [] : [{ ...named, because: 'field' }]),
          ...(all === null ? [] : [{ ...all, because: "'*'" }]),
        ]
      })
      .concat(this.#tables.everything === null ? [] : [{ ...this.#tables.everything, because: 'everything' }])
  }

  #fromInterfaces(field: ContractField): readonly (RulePart & Entry)[] {
    const interfaces = this.#index.types.get(field.parentType)?.interfaces ?? []
    return interfaces.flatMap((name) => {
      const parent = this.#index.fields.get(`${name}.${field.fieldName}`)
      const entries = parent === undefined ? [] : this.#entriesOf(parent)
      return entries === 'faulty' ? [] : entries.map((entry) => ({ ...entry, because: `interface ${name}` }))
    })
  }

  #checkPresence(field: ContractField, entries: readonly (RulePart & Entry)[]): void {
    const { coordinate, parentType, fieldName, ruledBy } = field
    if (entries.length === 0) {
      if (!this.#isUnguarded(field)) this.#holes.push(field)
      return
    }
    if (parentType !== 'Mutation') return
    const named = entries.filter((entry) => entry.because === 'field' || entry.because === 'everything')
    if (named.length > 0 && !named.every((entry) => isOpenToEveryone(entry.rule))) return
    this.#problems.add(
      this.#tables.at(ruledBy[0] ?? '', parentType, fieldName),
      coordinate,
      `The mutation \`${coordinate}\` has no rule of its own that says who may run it.`,
      `Give \`${fieldName}\` a rule stronger than '*' and \`everyone\`.`,
    )
  }

  /** Fields without a rule: one problem for each type of a table, however many of its fields were forgotten. */
  #reportHoles(): void {
    const byType = Map.groupBy(this.#holes, ({ ruledBy, parentType }) => `${ruledBy.join()} ${parentType}`)
    for (const [first, ...others] of byType.values()) {
      if (first === undefined) continue
      const { ruledBy, parentType, fieldName, coordinate } = first
      const names = [first, ...others].map((hole) => `\`${hole.coordinate}\``).join(', ')
      const what = others.length === 0 ? `\`${fieldName}\`` : 'each of them'
      const files = ruledBy.map((table) => `policies/${table}.ts`).join(' or ')
      this.#problems.add(
        this.#tables.at(ruledBy[0] ?? '', parentType, fieldName),
        coordinate,
        `${names} ${others.length === 0 ? 'has' : 'have'} no rule.`,
        `Give \`${parentType}\` a rule for ${what} or for '*' in ${files}; \`nobody\` closes it.`,
      )
    }
  }

  /** Adds to a field's own rules those of everything it depends on. */
  #close(
    coordinate: Coordinate,
    parts: readonly RulePart[],
    own: ReadonlyMap<Coordinate, readonly RulePart[]>,
  ): CompiledRule {
    const field = this.#index.fields.get(coordinate)
    const dependsOn = this.#dependencies(coordinate)
    const inherited = dependsOn.flatMap((required) => {
      const requiredField = this.#index.fields.get(required)
      if (field === undefined || requiredField === undefined) return []
      return (own.get(required) ?? []).map((part) => {
        for (const finding of checkRuleOfDependency(part.rule, field, requiredField)) {
          this.#problems.addFinding(finding, this.#whereOf(required), coordinate)
        }
        return { rule: part.rule, because: `required: ${required}` }
      })
    })
    return this.#compiled(coordinate, uniqueParts([...parts, ...inherited]), dependsOn)
  }

  #compileInterface(field: ContractField, rules: Map<Coordinate, CompiledRule>): void {
    const { coordinate, parentType, fieldName } = field
    const implementers = this.#index.types.get(parentType)?.implementers ?? []
    const inherited = implementers.flatMap((name) =>
      (rules.get(`${name}.${fieldName}`)?.parts ?? []).map(({ rule }) => ({ rule, because: `implemented by ${name}` })),
    )
    const parts = uniqueParts([...(rules.get(coordinate)?.parts ?? []), ...inherited])
    const dependsOn = implementers.flatMap((name) => rules.get(`${name}.${fieldName}`)?.dependsOn ?? [])
    if (parts.length > 0) rules.set(coordinate, this.#compiled(coordinate, parts, [...new Set(dependsOn)]))
    else if (this.#isUnguarded(field))
      rules.set(coordinate, this.#compiled(coordinate, [{ rule: unruled, because: 'no rule' }], []))
    else
      this.#problems.add(
        this.#whereOf(coordinate),
        coordinate,
        `\`${coordinate}\` has no rule.`,
        `No type implements \`${parentType}\`: rule its fields, or delete it.`,
      )
  }

  #compiled(coordinate: Coordinate, parts: readonly RulePart[], dependsOn: readonly Coordinate[]): CompiledRule {
    const where = this.#whereOf(coordinate)
    const [only, ...others] = parts
    const rule =
      only !== undefined && others.length === 0
        ? only.rule
        : groupRule(
            'all',
            parts.map((part) => part.rule),
            null,
          )
    const targets = targetsOf(rule)
    if (targets.size > 1) {
      const list = [...targets].join(' and ')
      this.#problems.add(
        where,
        coordinate,
        `The rules of \`${coordinate}\` mean several records: ${list}.`,
        'Name one record for all of them.',
      )
    }
    const leaves = [...leavesOf(rule).values()]
    return Object.freeze({
      coordinate,
      rule,
      parts,
      dependsOn,
      inputs: inputsOf(rule),
      scopes: [...new Set(leaves.flatMap((leaf) => leaf.scopes))].sort(),
      target: leaves.find((leaf) => leaf.target !== null)?.target ?? null,
      where,
    })
  }

  #dependencies(coordinate: Coordinate): readonly Coordinate[] {
    const found = new Set<Coordinate>()
    const visit = (at: Coordinate): void => {
      const field = this.#index.fields.get(at)
      for (const next of [...(field?.requires ?? []), ...(field?.keys ?? [])]) {
        if (next === coordinate || found.has(next)) continue
        found.add(next)
        visit(next)
      }
    }
    visit(coordinate)
    return [...found]
  }

  #isInterface(field: ContractField): boolean {
    return this.#index.types.get(field.parentType)?.kind === 'interface'
  }

  #whereOf(coordinate: Coordinate): string {
    const { parentType = '', fieldName = '', ruledBy = [] } = this.#index.fields.get(coordinate) ?? {}
    const named = ruledBy.find((table) => this.#tables.entry(table, coordinate) !== null)
    if (named !== undefined) return this.#tables.at(named, parentType, fieldName)
    const all = ruledBy.find((table) => this.#tables.entry(table, `${parentType}.*`) !== null)
    return this.#tables.at(all ?? ruledBy[0] ?? '', parentType, '*')
  }
}

function uniqueParts(parts: readonly RulePart[]): readonly RulePart[] {
  const seen = new Set<Rule>()
  return parts.flatMap(({ rule, because }) => {
    if (seen.has(rule)) return []
    seen.add(rule)
    return [{ rule, because }]
  })
}
