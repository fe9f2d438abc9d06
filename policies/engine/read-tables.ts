/**
 * Reads the tables entry by entry against the contracts: which good rule stands where, and what stands there that is none. What
 * graphql-shield would pass over in silence (a misspelt field, a rule on a union, `undefined`) ends here.
 */
import type { Coordinate } from '../../lib/labels.ts'
import { sharedContract, type ContractIndex } from '../../schema/contract.ts'
import { checkRuleValue, suggestion, type Registry } from './check-rule.ts'
import { tablePositions, unknownPositions, type TablePositions, type TableSource } from './positions.ts'
import type { Problems } from './problems.ts'
import type { PolicySet } from './revision.ts'
import { describeRule, type Rule } from './rule.ts'

/** A good rule as a table gives it. */
export interface Entry {
  readonly rule: Rule
  readonly where: string
}

export interface ReadTablesInput {
  readonly policies: PolicySet
  readonly index: ContractIndex
  readonly sources?: ReadonlyMap<string, TableSource>
  readonly problems: Problems
}

/** What was read. */
export class Tables {
  readonly #policies: PolicySet
  readonly #index: ContractIndex
  readonly #problems: Problems
  readonly #registry: Registry
  readonly #positions = new Map<string, TablePositions>()
  /** Good entries by table and `Type.field` or `Type.*`. */
  readonly #entries = new Map<string, Entry>()
  readonly #faulty = new Set<string>()
  /** The one rule for the whole graph, when there is a good one. */
  readonly everything: Entry | null

  constructor({ policies, index, sources, problems }: ReadTablesInput) {
    this.#policies = policies
    this.#index = index
    this.#problems = problems
    this.#registry = {
      scopes: new Set(Object.keys(policies.scopes)),
      purposes: new Set(Object.keys(policies.purposes)),
      approvers: new Set(policies.roles.filter((role) => role.kind === 'person').map((role) => role.key)),
    }
    for (const [name, table] of Object.entries(policies.tables)) {
      const source = sources?.get(name)
      this.#positions.set(
        name,
        source === undefined ? unknownPositions(`policies/${name}.ts`) : tablePositions(source, Object.keys(table)),
      )
    }
    this.#checkTables()
    for (const name of Object.keys(policies.tables)) this.#readTable(name)
    this.everything = policies.everything === undefined ? null : this.#readRule('everything', policies.everything)
    for (const [name, rule] of Object.entries(policies.named ?? {})) this.#readRule(`named['${name}']`, rule)
  }

  /** A rule that stands in no table. */
  #readRule(entry: string, value: unknown): Entry | null {
    const findings = checkRuleValue(value, this.#registry)
    for (const { where, message, mend } of findings) {
      this.#problems.add(where ?? 'policies/index.ts', null, `\`${entry}\`: ${message}`, mend)
    }
    return findings.length > 0
      ? null
      : { rule: value as Rule, where: describeRule(value)?.where ?? 'policies/index.ts' }
  }

  /** The good rule of a table for `Type.field` or `Type.*`, or null. */
  entry(table: string, coordinate: Coordinate): Entry | null {
    return this.#entries.get(`${table} ${coordinate}`) ?? null
  }

  /** True when something stands there that is a problem already. */
  isFaulty(table: string, coordinate: Coordinate): boolean {
    return this.#faulty.has(`${table} ${coordinate}`)
  }

  /** `policies/crm.ts:41` for an entry, or the closest place known. */
  at(table: string, typeName: string, fieldName?: string): string {
    return (this.#positions.get(table) ?? unknownPositions(`policies/${table}.ts`)).at(typeName, fieldName)
  }

  #checkTables(): void {
    const known = new Set([...this.#index.subgraphs, sharedContract])
    for (const name of Object.keys(this.#policies.tables)) {
      if (known.has(name)) continue
      this.#problems.add(
        `policies/${name}.ts`,
        null,
        `There is a table for \`${name}\`, but no such subgraph.`,
        `Correct the name${suggestion(name, known)}, or add schema/${name}.graphql.`,
      )
    }
    const needed = new Set([...this.#index.fields.values()].flatMap((field) => field.ruledBy))
    for (const name of needed) {
      const ruled = Object.hasOwn(this.#policies.tables, name) || this.#policies.everything !== undefined
      if (ruled || this.#index.unguarded.has(name)) continue
      this.#problems.add(
        'policies/index.ts',
        null,
        `The subgraph \`${name}\` has no table.`,
        `Write policies/${name}.ts and list it in policies/index.ts.`,
      )
    }
  }

  #readTable(name: string): void {
    const table: unknown = this.#policies.tables[name]
    const positions = this.#positions.get(name) ?? unknownPositions(`policies/${name}.ts`)
    for (const { entry, line } of positions.duplicates) {
      const file = positions.at('').replace(/:\d+$/u, '')
      this.#problems.add(
        `${file}:${String(line)}`,
        entry.includes('.') ? (entry as Coordinate) : null,
        `\`${entry}\` is written twice; JavaScript keeps the last one without a word.`,
        'Join the two by `all`, or delete one.',
      )
    }
    for (const { entry, line } of positions.unnamed) {
      const file = positions.at('').replace(/:\d+$/u, '')
      this.#problems.add(
        `${file}:${String(line)}`,
        null,
        `A spread or computed key in \`${entry}\` hides which fields it rules.`,
        'Write each entry out.',
      )
    }
    if (!isPlainObject(table)) {
      this.#problems.add(
        positions.at(''),
        null,
        `The table of \`${name}\` is not an object.`,
        'Export an object of types.',
      )
      return
    }
    for (const [typeName, rules] of Object.entries(table)) this.#readType(name, typeName, rules, positions)
  }

  #readType(table: string, typeName: string, rules: unknown, positions: TablePositions): void {
    const where = positions.at(typeName)
    const type = this.#index.types.get(typeName)
    if (type === undefined) {
      const mend = `Correct the name${suggestion(typeName, new Set(this.#index.types.keys()))}, or delete the entry.`
      this.#problems.add(where, null, `The type \`${typeName}\` is in no contract.`, mend)
      return
    }
    if (type.kind !== 'object' && type.kind !== 'interface') {
      const subject = {
        union: 'its members',
        enum: 'the fields that return it',
        scalar: 'the fields that return it',
        input: 'the arguments, by `argumentOneOf` and its siblings',
      }[type.kind]
      this.#problems.add(
        where,
        null,
        `\`${typeName}\` is ${type.kind === 'input' || type.kind === 'enum' ? 'an' : 'a'} ${type.kind}; a rule on it would never be asked.`,
        `Rule ${subject} instead.`,
      )
      return
    }
    if (!isPlainObject(rules) || describeRule(rules) !== null) this.#faulty.add(`${table} ${typeName}.*`)
    if (describeRule(rules) !== null) {
      this.#problems.add(where, null, `\`${typeName}\` has a rule instead of a list of fields.`, "Write { '*': … }.")
      return
    }
    if (!isPlainObject(rules)) {
      this.#problems.add(
        where,
        null,
        `\`${typeName}\` has no list of fields.`,
        "Write { '*': … }, or delete the entry.",
      )
      return
    }
    for (const [fieldName, value] of Object.entries(rules)) {
      this.#readField(table, typeName, fieldName, value, positions.at(typeName, fieldName))
    }
  }

  #readField(table: string, typeName: string, fieldName: string, value: unknown, where: string): void {
    const coordinate: Coordinate = `${typeName}.${fieldName}`
    const findings = checkRuleValue(value, this.#registry)
    for (const finding of findings) this.#problems.addFinding(finding, where, coordinate)
    const type = this.#index.types.get(typeName)
    const ruled = (type?.fields ?? []).filter((name) => this.#ruledBy(`${typeName}.${name}`).includes(table))
    if (fieldName === '*' && ruled.length === 0) {
      const owners = [...new Set((type?.fields ?? []).flatMap((name) => this.#ruledBy(`${typeName}.${name}`)))]
      const mend = `Move the entry to policies/${owners.join('.ts or policies/')}.ts.`
      this.#problems.add(where, coordinate, `\`${table}\` resolves no field of \`${typeName}\`.`, mend)
      return
    }
    if (fieldName !== '*' && !ruled.includes(fieldName)) {
      const owners = this.#ruledBy(coordinate)
      if (owners.length > 0) {
        this.#problems.add(
          where,
          coordinate,
          `\`${coordinate}\` belongs to ${owners.join(' and ')}, not to ${table}.`,
          `Move the rule to policies/${owners.join('.ts or policies/')}.ts.`,
        )
        return
      }
      const mend = `Correct the name${suggestion(fieldName, new Set(ruled))}, or delete the entry.`
      this.#problems.add(where, coordinate, `The field \`${coordinate}\` is in no contract.`, mend)
      return
    }
    if (findings.length > 0) this.#faulty.add(`${table} ${coordinate}`)
    else this.#entries.set(`${table} ${coordinate}`, { rule: value as Rule, where })
  }

  #ruledBy(coordinate: Coordinate): readonly string[] {
    return this.#index.fields.get(coordinate)?.ruledBy ?? []
  }
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
