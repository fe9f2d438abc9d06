/**
 * Checks one rule on its own and on the field it stands at. Everything that graphql-shield would take in silence, and answer
 * wrongly or not at all, is a problem here.
 */
import type { ContractField, ContractIndex } from '../../schema/contract.ts'
import { descriptionOf, describeRule, leavesOf, type Leaf, type Rule, type RuleInput } from './rule.ts'
import { isUncached, type ShieldLeaf } from './shield.ts'

export interface Finding {
  /** Absolute file and line of the rule, when it is known. */
  readonly where: string | null
  readonly message: string
  readonly mend: string
}

/** Problems of a value that stands where a rule should. */
export function checkRuleValue(value: unknown, registry: Registry): readonly Finding[] {
  const description = describeRule(value)
  if (description === null) return [{ where: null, ...notARule(value) }]
  const { where, title } = description
  if (description.form === 'leaf') return checkLeaf(value as ShieldLeaf, description, registry)
  if (description.parts.length === 0) {
    return [
      {
        where,
        message: `\`${title}\` has no rules, so it would allow everything.`,
        mend: 'Name at least one rule in it.',
      },
    ]
  }
  const inner = description.parts.flatMap((part) =>
    checkRuleValue(part, registry).map((finding) => ({ ...finding, where: finding.where ?? where })),
  )
  if (description.form !== 'not' || inner.length > 0) return inner
  return description.parts.flatMap((part) => {
    const blind = [...leavesOf(part).values()].find((leaf) => !leaf.negatable)
    if (blind === undefined) return []
    return [
      {
        where,
        message: `\`not\` stands before \`${blind.title}\`, whose no is not a definite one.`,
        mend: 'Put `not` only before `callerIs`, an argument, `within`, `forPurpose` or a record rule; say the rest without it.',
      },
    ]
  })
}

/** The names a rule may use. */
export interface Registry {
  readonly scopes: ReadonlySet<string>
  readonly purposes: ReadonlySet<string>
  /** Roles whose holders are people. */
  readonly approvers: ReadonlySet<string>
}

function checkLeaf(rule: ShieldLeaf, leaf: Leaf, registry: Registry): readonly Finding[] {
  const { where } = leaf
  const findings: Finding[] = []
  if (!isUncached(rule)) {
    findings.push({
      where,
      message: `\`${leaf.title}\` is cached by graphql-shield, whose caches forget arguments and records.`,
      mend: 'Make the rule by a word of policies/vocabulary.ts; verdicts are cached by the gateway, where it is safe.',
    })
  }
  for (const scope of leaf.scopes.filter((name) => !registry.scopes.has(name))) {
    findings.push({
      where,
      message: `The scope \`${scope}\` is not in policies/scopes.ts.`,
      mend: `Correct the name${suggestion(scope, registry.scopes)}, or add the scope with its title and owner.`,
    })
  }
  for (const purpose of leaf.purposes.filter((name) => !registry.purposes.has(name))) {
    findings.push({
      where,
      message: `The purpose \`${purpose}\` is not in policies/purposes.ts.`,
      mend: `Correct the name${suggestion(purpose, registry.purposes)}, or add the purpose.`,
    })
  }
  if (leaf.approvers !== null && !registry.approvers.has(leaf.approvers)) {
    findings.push({
      where,
      message: `\`${leaf.title}\` asks a role of people that does not exist.`,
      mend: `Name a role of kind person from policies/roles/${suggestion(leaf.approvers, registry.approvers)}.`,
    })
  }
  return findings
}

/** Problems of a good rule at the place where it stands. `cause` says how it came there. */
export function checkRuleAt(rule: Rule, field: ContractField, index: ContractIndex): readonly Finding[] {
  const leaves = [...leavesOf(rule).values()]
  return [
    ...leaves.flatMap((leaf) => [...checkArguments(leaf, field, index), ...checkRecord(leaf, field, index)]),
    ...checkAsking(leaves),
  ]
}

/** Whether a person is asked must be known before anything runs, and a record is at hand only where it runs. */
function checkAsking(leaves: readonly Leaf[]): readonly Finding[] {
  const asks = leaves.find(({ approvers }) => approvers !== null)
  const reads = leaves.find(({ inputs }) => inputs.has('record'))
  if (asks === undefined || reads === undefined) return []
  return [
    {
      where: asks.where,
      message: `\`${asks.title}\` and \`${reads.title}\` stand in one rule: with the record alone it would be known whether a person is asked, and then it is too late to ask.`,
      mend: 'Let an argument, the caller or the time decide whether a person is asked, and leave what the record decides to the system.',
    },
  ]
}

/** Problems of a rule that a dependent field takes over from a field it requires. */
export function checkRuleOfDependency(
  rule: Rule,
  dependent: ContractField,
  required: ContractField,
): readonly Finding[] {
  const isKey = dependent.parentType === required.parentType && dependent.keys.includes(required.coordinate)
  return [...leavesOf(rule).values()].flatMap((leaf) => {
    const unknown = (['arguments', 'record'] as const).find(
      (input) => leaf.inputs.has(input) && !(isKey && input === 'record'),
    )
    if (unknown === undefined) return []
    const words: Readonly<Record<typeof unknown, string>> = { arguments: 'an argument', record: 'the record' }
    return [
      {
        where: leaf.where,
        message:
          `\`${dependent.coordinate}\` is made from \`${required.coordinate}\`, whose rule \`${leaf.title}\` reads ` +
          `${words[unknown]} that is not at hand there.`,
        mend: `Give \`${required.coordinate}\` a rule about the caller, and put the condition on \`${dependent.coordinate}\`.`,
      },
    ]
  })
}

/** Problems of a rule on a field of a subgraph that is not ours: no guard there could show it the record. */
export function checkRuleOfUnguarded(rule: Rule, field: ContractField, index: ContractIndex): readonly Finding[] {
  const theirs = field.subgraphs.filter((name) => index.unguarded.has(name))
  if (theirs.length === 0) return []
  return [...leavesOf(rule).values()]
    .filter((leaf) => leaf.inputs.has('record'))
    .map((leaf) => ({
      where: leaf.where,
      message: `\`${leaf.title}\` reads the record of \`${field.coordinate}\`, which ${theirs.join(' and ')} resolves without asking our rules.`,
      mend: 'Decide it by the caller, the arguments, the time or the purpose; or let the subgraph filter by the statement that each fetch carries.',
    }))
}

/** The one record that a root field's rules mean, or a problem when they mean several. */
export function targetsOf(rule: Rule): ReadonlySet<string> {
  const targets = [...leavesOf(rule).values()].flatMap(({ target }) => (target === null ? [] : [target]))
  return new Set(targets.map(({ type, idPath }) => `${type} by ${idPath}`))
}

/** Every input of a rule. */
export function inputsOf(rule: Rule): ReadonlySet<RuleInput> {
  return new Set([...leavesOf(rule).values()].flatMap((leaf) => [...leaf.inputs]))
}

/** True for a rule that lets every authenticated caller through. */
export function isOpenToEveryone(rule: Rule): boolean {
  const description = descriptionOf(rule)
  if (description.form === 'leaf') return description.word === 'everyone'
  if (description.form === 'all') return description.parts.every(isOpenToEveryone)
  return description.form === 'any' && description.parts.some(isOpenToEveryone)
}

const rootTypes: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription'])
const numbers: ReadonlySet<string> = new Set(['Int', 'Float', 'Decimal'])

function checkArguments(leaf: Leaf, field: ContractField, index: ContractIndex): readonly Finding[] {
  const named = rootTypes.has(field.parentType) ? (leaf.target?.idPath ?? []) : []
  const paths = leaf.argumentPaths.concat(named)
  return paths.flatMap((path): readonly Finding[] => {
    const found = resolveArgument(path, field, index)
    if ('missing' in found) {
      const given =
        found.known.length === 0 ? 'it takes none' : `there are ${found.known.map((name) => `\`${name}\``).join(', ')}`
      return [
        {
          where: leaf.where,
          message: `\`${leaf.title}\` reads the argument \`${path}\`, which \`${field.coordinate}\` does not have: ${given}.`,
          mend: `Correct \`${found.missing}\`${suggestion(found.missing, new Set(found.known))}.`,
        },
      ]
    }
    if (/^argumentAt(?:Most|Least)$/u.test(leaf.word) && !numbers.has(found.typeName)) {
      return [
        {
          where: leaf.where,
          message: `\`${leaf.title}\` compares \`${path}\` of \`${field.coordinate}\`, which is a ${found.typeName}, not a number.`,
          mend: 'Use `argumentOneOf`, or name an argument of type Int, Float or Decimal.',
        },
      ]
    }
    return []
  })
}

type FoundArgument = { readonly typeName: string } | { readonly missing: string; readonly known: readonly string[] }

function resolveArgument(path: string, field: ContractField, index: ContractIndex): FoundArgument {
  let choices = field.args
  let typeName = ''
  for (const part of path.split('.')) {
    const argument = choices.find((candidate) => candidate.name === part)
    if (argument === undefined) return { missing: part, known: choices.map((candidate) => candidate.name) }
    typeName = argument.typeName
    choices = index.types.get(typeName)?.inputFields ?? []
  }
  return { typeName }
}

function checkRecord(leaf: Leaf, field: ContractField, index: ContractIndex): readonly Finding[] {
  if (!leaf.inputs.has('record')) return []
  const { where, title, target } = leaf
  const isRoot = rootTypes.has(field.parentType)
  if (isRoot && target === null) {
    return [
      {
        where,
        message: `\`${title}\` reads a record, and \`${field.coordinate}\` has none: it is a root field.`,
        mend: `Name the record: { of: 'Type', id: 'input.id' }; for a list, rule the fields of the listed type instead.`,
      },
    ]
  }
  if (!isRoot && target !== null) {
    return [
      {
        where,
        message: `\`${title}\` names a record, but the record of \`${field.coordinate}\` is its \`${field.parentType}\`.`,
        mend: 'Leave out `of` and `id` here; they belong to rules on root fields.',
      },
    ]
  }
  const recordType = target?.type ?? field.parentType
  return leaf.recordFields.flatMap((name): readonly Finding[] => {
    const recordField = index.fields.get(`${recordType}.${name}`)
    const mend = `Name a field of \`${recordType}\` that ${field.subgraphs.join(' and ')} resolves${suggestion(
      name,
      new Set(index.types.get(recordType)?.fields ?? []),
    )}.`
    if (recordField === undefined) {
      return [{ where, message: `\`${title}\` reads \`${recordType}.${name}\`, which does not exist.`, mend }]
    }
    const lacking = field.subgraphs.filter((subgraph) => !recordField.subgraphs.includes(subgraph))
    if (lacking.length > 0) {
      return [
        {
          where,
          message:
            `\`${title}\` reads \`${recordType}.${name}\`, which the subgraph ${lacking.join(' and ')} does not have when it ` +
            `resolves \`${field.coordinate}\`.`,
          mend: `${mend} A rule in '*' also holds for the key: move it to the fields that need it.`,
        },
      ]
    }
    const kind = index.types.get(recordField.typeName)?.kind
    if (kind === undefined || kind === 'scalar' || kind === 'enum') return []
    return [{ where, message: `\`${title}\` reads \`${recordType}.${name}\`, which is no plain value.`, mend }]
  })
}

function notARule(value: unknown): { message: string; mend: string } {
  const mend = 'Write a rule of policies/vocabulary.ts here.'
  if (value === undefined) {
    return {
      message: 'The value is undefined, which graphql-shield would take as permission for the whole type.',
      mend: 'Correct the name that is imported, or write a rule of policies/vocabulary.ts here.',
    }
  }
  if (typeof value === 'function') {
    const call = value.name === '' ? 'it' : `\`${value.name}(…)\``
    return {
      message: 'The value is a function, not a rule.',
      mend: `Call ${call}, or write a rule of policies/vocabulary.ts here.`,
    }
  }
  if (typeof value === 'object' && value !== null && 'resolve' in value) {
    return {
      message:
        'The value is a rule that the vocabulary did not make: what it reads is not known, so it cannot be decided in time.',
      mend: 'Use a word of policies/vocabulary.ts, or add one there.',
    }
  }
  return { message: `The value is ${value === null ? 'null' : `of type ${typeof value}`}, not a rule.`, mend }
}

/** `; did you mean \`crm:read\`?` for the closest known name. */
export function suggestion(name: string, known: ReadonlySet<string>): string {
  const best = [...known]
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(({ distance }) => distance <= Math.max(1, Math.round(name.length * 0.4)))
    .sort((a, b) => a.distance - b.distance)[0]
  return best === undefined ? '' : ` (did you mean \`${best.candidate}\`?)`
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_value, position) => position)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
