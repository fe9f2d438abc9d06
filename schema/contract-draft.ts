/**
 * Merges the definitions of all contracts type by type, as they are read. What can only be known once all are read, which is
 * where dependencies lead, `contract.ts` resolves from these drafts.
 */
import {
  Kind,
  parse,
  print,
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type StringValueNode,
  type TypeDefinitionNode,
  type TypeExtensionNode,
  type TypeNode,
} from 'graphql'
import { impacts, sensitivities, type Effect, type Sensitivity } from '../lib/labels.ts'
import { ContractError, directiveNames, refuseUnboundDirectives, stringArgument, type DirectiveNames } from './links.ts'

/** One subgraph's contract: its name, the whole SDL (shared definitions in front) and the file of its own part. */
export interface Contract {
  readonly name: string
  readonly sdl: string
  readonly file: string
  /** The shared definitions inside `sdl`; what they define is ruled once, in `policies/mandate.ts`. */
  readonly shared?: string
}

export type ContractTypeKind = 'object' | 'interface' | 'union' | 'enum' | 'scalar' | 'input'

type TypeNodeOfContract = TypeDefinitionNode | TypeExtensionNode

/** One field, as all contracts read so far declare it. */
export interface FieldDraft {
  readonly type: string
  readonly typeName: string
  readonly isList: boolean
  readonly subgraphs: Set<string>
  readonly labels: Set<Sensitivity>
  readonly args: Map<string, ArgumentDraft>
  /** Field sets still to be resolved, with the type that each is written on. */
  readonly dependencies: { readonly fieldSet: string; readonly on: string; readonly at: string }[]
  /** `$name { field }` of `@fromContext`. */
  readonly contexts: { readonly name: string; readonly fieldSet: string; readonly at: string }[]
  shared: boolean
  effect: Effect | null
  description: string | null
}

export interface ArgumentDraft {
  readonly type: TypeNode
  readonly isRequired: boolean
  readonly labels: Set<Sensitivity>
}

/** One type, as all contracts read so far declare it. */
export interface TypeDraft {
  readonly kind: ContractTypeKind
  readonly subgraphs: Set<string>
  readonly labels: Set<Sensitivity>
  readonly fields: Map<string, FieldDraft>
  readonly inputFields: Map<string, ArgumentDraft>
  readonly interfaces: Set<string>
  readonly members: Set<string>
  /** `@key` field sets by subgraph. */
  readonly keys: Map<string, string[]>
  description: string | null
}

/** Where the reader stands: which contract, under which directive names. */
interface Place {
  readonly contract: Contract
  readonly names: DirectiveNames
  readonly sharedTypes: ReadonlySet<string>
}

const kinds: Readonly<Record<string, ContractTypeKind>> = {
  Object: 'object',
  Interface: 'interface',
  Union: 'union',
  Enum: 'enum',
  Scalar: 'scalar',
  InputObject: 'input',
}

/** Collects contracts, one after the other. */
export class ContractDrafts {
  readonly types = new Map<string, TypeDraft>()
  /** Types that set a context, by its name (federation `@context`). */
  readonly contexts = new Map<string, Set<string>>()

  add(contract: Contract): void {
    const document = parse(contract.sdl)
    const sharedTypes = new Set(
      contract.shared === undefined
        ? []
        : parse(contract.shared, { noLocation: true }).definitions.flatMap((node) =>
            'name' in node ? [node.name.value] : [],
          ),
    )
    const place: Place = { contract, names: directiveNames(document, contract.file), sharedTypes }
    for (const node of document.definitions) {
      if (isTypeNode(node)) this.#addType(node, place)
    }
  }

  #addType(node: TypeNodeOfContract, place: Place): void {
    const { contract } = place
    const typeName = node.name.value
    const draft = this.#draft(typeName, kindOf(node), contract)
    draft.subgraphs.add(contract.name)
    if ('description' in node) draft.description ??= descriptionOf(node)
    const applied = meanings(node.directives, place, typeName)
    for (const { meaning, directive } of applied) {
      if (meaning === 'label') draft.labels.add(sensitivityOf(directive, contract.file, typeName))
      if (meaning === 'interfaceObject') {
        throw new ContractError(
          `${contract.file}: \`${typeName}\` uses @interfaceObject, under which a field has no runtime type to rule; ` +
            `define the fields on the object types.`,
        )
      }
      if (meaning === 'key') {
        const keys = draft.keys.get(contract.name) ?? []
        draft.keys.set(contract.name, [...keys, stringArgument(directive, 'fields') ?? ''])
      }
      if (meaning === 'context') {
        const name = stringArgument(directive, 'name') ?? ''
        this.contexts.set(name, (this.contexts.get(name) ?? new Set()).add(typeName))
      }
    }
    if ('interfaces' in node) for (const parent of node.interfaces ?? []) draft.interfaces.add(parent.name.value)
    if ('types' in node) for (const member of node.types ?? []) draft.members.add(member.name.value)
    for (const field of 'fields' in node ? (node.fields ?? []) : []) {
      if (field.kind === Kind.FIELD_DEFINITION) this.#addField(typeName, draft, field, place)
      else addArgument(draft.inputFields, field, place, typeName)
    }
  }

  #addField(typeName: string, type: TypeDraft, node: FieldDefinitionNode, place: Place): void {
    const { contract } = place
    const at = `${typeName}.${node.name.value}`
    const draft = type.fields.get(node.name.value) ?? emptyField(node.type)
    type.fields.set(node.name.value, draft)
    draft.description ??= descriptionOf(node)
    draft.shared ||= place.sharedTypes.has(typeName)
    let external = false
    for (const { meaning, directive } of meanings(node.directives, place, at)) {
      const fieldSet = stringArgument(directive, 'fields') ?? ''
      if (meaning === 'external') external = true
      if (meaning === 'label') draft.labels.add(sensitivityOf(directive, contract.file, at))
      if (meaning === 'effect') draft.effect = strongest(draft.effect, effectOf(directive, contract.file, at))
      if (meaning === 'requires') draft.dependencies.push({ fieldSet, on: typeName, at: `${contract.file}: \`${at}\`` })
      if (meaning === 'provides') {
        draft.dependencies.push({ fieldSet, on: draft.typeName, at: `${contract.file}: \`${at}\`` })
      }
    }
    for (const argument of node.arguments ?? []) {
      addArgument(draft.args, argument, place, at)
      for (const { meaning, directive } of meanings(argument.directives, place, at)) {
        if (meaning === 'fromContext') draft.contexts.push(contextOf(directive, contract.file, at))
      }
    }
    if (!external) draft.subgraphs.add(contract.name)
  }

  #draft(name: string, kind: ContractTypeKind, contract: Contract): TypeDraft {
    const known = this.types.get(name)
    if (known === undefined) {
      const draft = emptyType(kind)
      this.types.set(name, draft)
      return draft
    }
    if (known.kind !== kind) {
      throw new ContractError(
        `${contract.file}: \`${name}\` is declared as ${kind}, elsewhere as ${known.kind}; give one of them another name.`,
      )
    }
    return known
  }
}

function isTypeNode(node: { readonly kind: string }): node is TypeNodeOfContract {
  return /^(?:Object|Interface|Union|Enum|Scalar|InputObject)Type(?:Definition|Extension)$/u.test(node.kind)
}

function kindOf(node: TypeNodeOfContract): ContractTypeKind {
  const kind = kinds[node.kind.replace(/Type(?:Definition|Extension)$/u, '')]
  if (kind === undefined) throw new TypeError(`unknown kind ${node.kind}`)
  return kind
}

/** The parser leaves `description: undefined` on what has none. */
function descriptionOf({ description }: { readonly description?: StringValueNode | undefined }): string | null {
  return description?.value ?? null
}

function meanings(directives: readonly ConstDirectiveNode[] | undefined, place: Place, at: string) {
  refuseUnboundDirectives(directives ?? [], place.names, place.contract.file, at)
  return (directives ?? []).map((directive) => ({ directive, meaning: place.names.get(directive.name.value) ?? null }))
}

function sensitivityOf(directive: ConstDirectiveNode, file: string, at: string): Sensitivity {
  const value = directive.arguments?.find((argument) => argument.name.value === 'sensitivity')?.value
  const sensitivity = sensitivities.find((known) => value?.kind === Kind.ENUM && value.value === known)
  if (sensitivity === undefined) {
    throw new ContractError(
      `${file}: \`@${directive.name.value}\` on \`${at}\` needs \`sensitivity\`, one of ${sensitivities.join(', ')}.`,
    )
  }
  return sensitivity
}

function effectOf(directive: ConstDirectiveNode, file: string, at: string): Effect {
  const argument = (name: string) => directive.arguments?.find((candidate) => candidate.name.value === name)?.value
  const impactValue = argument('impact')
  const reversible = argument('reversible')
  const impact = impacts.find((known) => impactValue?.kind === Kind.ENUM && impactValue.value === known)
  if (impact === undefined || reversible?.kind !== Kind.BOOLEAN) {
    throw new ContractError(
      `${file}: \`@${directive.name.value}\` on \`${at}\` needs \`impact\` (${impacts.join(', ')}) and \`reversible\`.`,
    )
  }
  return { impact, reversible: reversible.value }
}

function strongest(a: Effect | null, b: Effect): Effect {
  if (a === null) return b
  const impact = impacts.indexOf(a.impact) > impacts.indexOf(b.impact) ? a.impact : b.impact
  return { impact, reversible: a.reversible && b.reversible }
}

function contextOf(directive: ConstDirectiveNode, file: string, at: string): FieldDraft['contexts'][number] {
  const match = /^\s*\$(?<name>\w+)\s*(?<fieldSet>.+)$/su.exec(stringArgument(directive, 'field') ?? '')
  if (match?.groups === undefined) {
    throw new ContractError(`${file}: @fromContext on \`${at}\` needs \`field\`, like "$owner { id }".`)
  }
  const { name = '', fieldSet = '' } = match.groups
  return { name, fieldSet, at: `${file}: \`${at}\`` }
}

function addArgument(
  into: Map<string, ArgumentDraft>,
  node: InputValueDefinitionNode,
  place: Place,
  parent: string,
): void {
  const at = `${parent}.${node.name.value}`
  const draft = into.get(node.name.value) ?? {
    type: node.type,
    isRequired: node.type.kind === Kind.NON_NULL_TYPE && node.defaultValue === undefined,
    labels: new Set<Sensitivity>(),
  }
  into.set(node.name.value, draft)
  for (const { meaning, directive } of meanings(node.directives, place, at)) {
    if (meaning === 'label') draft.labels.add(sensitivityOf(directive, place.contract.file, at))
  }
}

/** The named type inside lists and non-null marks. */
export function unwrap(type: TypeNode): { typeName: string; isList: boolean } {
  if (type.kind === Kind.NAMED_TYPE) return { typeName: type.name.value, isList: false }
  const inner = unwrap(type.type)
  return { typeName: inner.typeName, isList: inner.isList || type.kind === Kind.LIST_TYPE }
}

function emptyField(type: TypeNode): FieldDraft {
  return {
    type: print(type),
    ...unwrap(type),
    subgraphs: new Set(),
    labels: new Set(),
    args: new Map(),
    dependencies: [],
    contexts: [],
    shared: false,
    effect: null,
    description: null,
  }
}

function emptyType(kind: ContractTypeKind): TypeDraft {
  return {
    kind,
    subgraphs: new Set(),
    labels: new Set(),
    fields: new Map(),
    inputFields: new Map(),
    interfaces: new Set(),
    members: new Set(),
    keys: new Map(),
    description: null,
  }
}
