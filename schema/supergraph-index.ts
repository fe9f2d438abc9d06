/**
 * Reads a composed supergraph as one index from coordinate to its facts: what `contract.ts` learns from the contracts, learnt from
 * the join specification (specs.apollo.dev/join/v0.5) instead. For graphs whose contracts are not ours.
 */
import {
  Kind,
  parse,
  print,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type TypeDefinitionNode,
} from 'graphql'
import { impacts, sensitivities, type Coordinate, type Effect, type Sensitivity } from '../lib/labels.ts'
import { accessDemands } from './access-demands.ts'
import { unwrap, type ContractTypeKind } from './contract-draft.ts'
import {
  sharedContract,
  type ContractArgument,
  type ContractField,
  type ContractIndex,
  type ContractType,
} from './contract.ts'
import { fieldSetCoordinates } from './field-set.ts'
import { directiveNames, stringArgument, type DirectiveNames } from './links.ts'

export interface SupergraphIndexOptions {
  /** For messages: where the supergraph came from. */
  readonly file: string
  /** Subgraphs that guard their fields by our rules; the others are taken as they are. */
  readonly guarded: ReadonlySet<string>
  /** Types that every contract of ours defines; `policies/mandate.ts` rules them. */
  readonly shared?: ReadonlySet<string>
}

const kinds: Readonly<Partial<Record<Kind, ContractTypeKind>>> = {
  [Kind.OBJECT_TYPE_DEFINITION]: 'object',
  [Kind.INTERFACE_TYPE_DEFINITION]: 'interface',
  [Kind.UNION_TYPE_DEFINITION]: 'union',
  [Kind.ENUM_TYPE_DEFINITION]: 'enum',
  [Kind.SCALAR_TYPE_DEFINITION]: 'scalar',
  [Kind.INPUT_OBJECT_TYPE_DEFINITION]: 'input',
}

/** The index of a supergraph. Machinery of specifications (`join__Graph`, `link__Import`) is no part of it. */
export function supergraphIndex(sdl: string, options: SupergraphIndexOptions): ContractIndex {
  return new SupergraphReader(parse(sdl, { noLocation: true }), options).index()
}

/** The subgraphs of a supergraph with the addresses that it names; an address may be empty. */
export function supergraphAddresses(sdl: string): ReadonlyMap<string, string> {
  const graphs = graphsOf(parse(sdl, { noLocation: true }))
  return new Map([...graphs.values()].map(({ name, url }) => [name, url]))
}

/** The interfaces that a subgraph knows as an object only (`@interfaceObject`), by the subgraph's name. */
export function interfaceObjects(sdl: string): ReadonlyMap<string, ReadonlySet<string>> {
  if (!sdl.includes('isInterfaceObject')) return new Map()
  const document = parse(sdl, { noLocation: true })
  const graphs = graphsOf(document)
  const found = document.definitions.filter(isOwnType).flatMap((type) =>
    applied(type.directives, 'join__type')
      .filter((join) => isTrue(join, 'isInterfaceObject'))
      .map((join) => ({ graph: graphs.get(graphValue(join))?.name ?? '', type: type.name.value })),
  )
  const byGraph = Map.groupBy(found, ({ graph }) => graph)
  return new Map([...byGraph].map(([graph, types]) => [graph, new Set(types.map(({ type }) => type))]))
}

interface JoinGraph {
  readonly name: string
  readonly url: string
}

class SupergraphReader {
  readonly #document: DocumentNode
  readonly #options: SupergraphIndexOptions
  readonly #graphs: ReadonlyMap<string, JoinGraph>
  readonly #names: DirectiveNames
  readonly #types: ReadonlyMap<string, TypeDefinitionNode>
  readonly #fields: ReadonlyMap<Coordinate, FieldDefinitionNode>
  /** Types that set a context, by its name. */
  readonly #contexts: ReadonlyMap<string, readonly string[]>

  constructor(document: DocumentNode, options: SupergraphIndexOptions) {
    this.#document = document
    this.#options = options
    this.#graphs = graphsOf(document)
    this.#names = directiveNames(document, options.file)
    const types = document.definitions.filter(isOwnType)
    this.#types = new Map(types.map((type) => [type.name.value, type]))
    this.#fields = new Map(types.flatMap((type) => fieldsOf(type).map((field) => [coordinateOf(type, field), field])))
    const setters = types.flatMap((type) =>
      applied(type.directives, 'context').map(
        (context) => [stringArgument(context, 'name') ?? '', type.name.value] as const,
      ),
    )
    this.#contexts = new Map(
      [...Map.groupBy(setters, ([name]) => name)].map(([name, found]) => [name, found.map(([, type]) => type)]),
    )
  }

  index(): ContractIndex {
    const types = [...this.#types.values()]
    const fields = types.flatMap((type) => fieldsOf(type).map((field) => this.#field(type, field)))
    const subgraphs = [...this.#graphs.values()].map(({ name }) => name)
    return {
      subgraphs,
      fields: new Map(fields.map((field) => [field.coordinate, field])),
      types: new Map(types.map((type) => [type.name.value, this.#type(type)])),
      unguarded: new Set(subgraphs.filter((name) => !this.#options.guarded.has(name))),
      demands: accessDemands(this.#document),
    }
  }

  #type(type: TypeDefinitionNode): ContractType {
    const name = type.name.value
    const kind = kinds[type.kind] ?? 'scalar'
    const implementers = [...this.#types.values()].filter(
      (other) =>
        other.kind === Kind.OBJECT_TYPE_DEFINITION && other.interfaces?.some((parent) => parent.name.value === name),
    )
    return {
      name,
      kind,
      subgraphs: this.#graphsOfType(type),
      description: type.description?.value ?? null,
      labels: this.#labels(type.directives),
      fields: fieldsOf(type).map((field) => field.name.value),
      inputFields: type.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ? this.#arguments(type.fields) : [],
      interfaces: 'interfaces' in type ? (type.interfaces ?? []).map((parent) => parent.name.value) : [],
      implementers: kind === 'interface' ? implementers.map((other) => other.name.value) : [],
      members: type.kind === Kind.UNION_TYPE_DEFINITION ? (type.types ?? []).map((member) => member.name.value) : [],
    }
  }

  #field(type: TypeDefinitionNode, field: FieldDefinitionNode): ContractField {
    const coordinate = coordinateOf(type, field)
    const joins = applied(field.directives, 'join__field')
    const subgraphs = this.#graphsOfField(type, field)
    const keys = applied(type.directives, 'join__type')
      .filter((join) => subgraphs.includes(this.#graphName(join)))
      .flatMap((join) => this.#fieldSet(stringArgument(join, 'key'), type.name.value, `@key of \`${type.name.value}\``))
    const effects = this.#meaning(field.directives, 'effect').map(effectOf)
    return {
      coordinate,
      parentType: type.name.value,
      fieldName: field.name.value,
      subgraphs,
      ruledBy: this.#options.shared?.has(type.name.value) ? [sharedContract] : subgraphs,
      labels: [...new Set([...this.#labels(field.directives), ...this.#labels(type.directives)])],
      effect: effects.reduce<Effect | null>(strongest, null),
      args: this.#arguments(field.arguments),
      type: print(field.type),
      ...unwrap(field.type),
      description: field.description?.value ?? null,
      requires: this.#dependencies(type, field, joins).filter((required) => required !== coordinate),
      keys: [...new Set(keys)].filter((key) => key !== coordinate),
    }
  }

  #graphsOfType(type: TypeDefinitionNode): readonly string[] {
    return [...new Set(applied(type.directives, 'join__type').map((join) => this.#graphName(join)))]
  }

  /** The subgraphs that resolve a field; one without a word of its own is resolved wherever its type is. */
  #graphsOfField(type: TypeDefinitionNode, field: FieldDefinitionNode): readonly string[] {
    const joins = applied(field.directives, 'join__field')
    if (joins.length === 0) return this.#graphsOfType(type)
    const named = joins.filter((join) => argument(join, 'graph') !== undefined)
    if (named.length === 0) return this.#graphsOfInterfaces(type, field)
    const resolving = named.filter((join) => !isTrue(join, 'external') && !isTrue(join, 'usedOverridden'))
    return [...new Set(resolving.map((join) => this.#graphName(join)))]
  }

  /** A field that an `@interfaceObject` of another subgraph adds to its implementers names no graph: the interface's does. */
  #graphsOfInterfaces(type: TypeDefinitionNode, field: FieldDefinitionNode): readonly string[] {
    const parents = 'interfaces' in type ? (type.interfaces ?? []) : []
    const found = parents.flatMap(({ name }) => {
      const parent = this.#types.get(name.value)
      const inherited = this.#fields.get(`${name.value}.${field.name.value}`)
      return parent && inherited ? this.#graphsOfField(parent, inherited) : []
    })
    return [...new Set(found)]
  }

  #dependencies(
    type: TypeDefinitionNode,
    field: FieldDefinitionNode,
    joins: readonly ConstDirectiveNode[],
  ): readonly Coordinate[] {
    const at = `\`${type.name.value}.${field.name.value}\``
    const found = joins.flatMap((join) => [
      ...this.#fieldSet(stringArgument(join, 'requires'), type.name.value, at),
      ...this.#fieldSet(stringArgument(join, 'provides'), unwrap(field.type).typeName, at),
      ...this.#contextual(join, at),
    ])
    return [...new Set(found)]
  }

  /** `contextArguments: [{ context: "media__owner", selection: " { id }", … }]`. */
  #contextual(join: ConstDirectiveNode, at: string): readonly Coordinate[] {
    const list = argument(join, 'contextArguments')
    if (list?.kind !== Kind.LIST) return []
    return list.values.flatMap((value) => {
      if (value.kind !== Kind.OBJECT) return []
      const part = (name: string): string => {
        const found = value.fields.find((candidate) => candidate.name.value === name)?.value
        return found?.kind === Kind.STRING ? found.value : ''
      }
      const setters = this.#contexts.get(part('context')) ?? []
      return setters.flatMap((setter) => this.#fieldSet(part('selection'), setter, at))
    })
  }

  #fieldSet(fieldSet: string | null, on: string, at: string): readonly Coordinate[] {
    if (fieldSet === null || fieldSet.trim() === '') return []
    const types = (typeName: string, fieldName: string): string | null => {
      const field = this.#fields.get(`${typeName}.${fieldName}`)
      return field ? unwrap(field.type).typeName : null
    }
    return fieldSetCoordinates(fieldSet, on, types, `${this.#options.file}: ${at}`)
  }

  #arguments(nodes: readonly InputValueDefinitionNode[] | undefined): readonly ContractArgument[] {
    return (nodes ?? []).map((node) => ({
      name: node.name.value,
      type: print(node.type),
      ...unwrap(node.type),
      isRequired: node.type.kind === Kind.NON_NULL_TYPE && node.defaultValue === undefined,
      labels: this.#labels(node.directives),
    }))
  }

  #labels(directives: readonly ConstDirectiveNode[] | undefined): readonly Sensitivity[] {
    const found = this.#meaning(directives, 'label').flatMap((directive) => {
      const value = argument(directive, 'sensitivity')
      return sensitivities.filter((known) => value?.kind === Kind.ENUM && value.value === known)
    })
    return [...new Set(found)]
  }

  #meaning(directives: readonly ConstDirectiveNode[] | undefined, meaning: 'label' | 'effect') {
    return (directives ?? []).filter((directive) => this.#names.get(directive.name.value) === meaning)
  }

  #graphName(join: ConstDirectiveNode): string {
    const value = graphValue(join)
    return this.#graphs.get(value)?.name ?? value
  }
}

/** The value of `join__Graph` that a directive of the join specification names. */
function graphValue(join: ConstDirectiveNode): string {
  const graph = argument(join, 'graph')
  return graph?.kind === Kind.ENUM ? graph.value : ''
}

/** `enum join__Graph { CRM @join__graph(name: "crm", url: "…") }`. */
function graphsOf(document: DocumentNode): ReadonlyMap<string, JoinGraph> {
  const graphs = document.definitions.find(
    (node) => node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph',
  )
  const values = graphs?.kind === Kind.ENUM_TYPE_DEFINITION ? (graphs.values ?? []) : []
  return new Map(
    values.map(({ name, directives }) => {
      const [graph] = applied(directives, 'join__graph')
      const read = (part: string): string => (graph ? (stringArgument(graph, part) ?? '') : '')
      return [name.value, { name: read('name') || name.value, url: read('url') }]
    }),
  )
}

/** A type of the graph itself: names with two underscores belong to specifications. */
function isOwnType(node: DefinitionNode): node is TypeDefinitionNode {
  return kinds[node.kind] !== undefined && !(node as TypeDefinitionNode).name.value.includes('__')
}

function fieldsOf(type: TypeDefinitionNode): readonly FieldDefinitionNode[] {
  const composed = type.kind === Kind.OBJECT_TYPE_DEFINITION || type.kind === Kind.INTERFACE_TYPE_DEFINITION
  return composed ? (type.fields ?? []) : []
}

function coordinateOf(type: TypeDefinitionNode, field: FieldDefinitionNode): Coordinate {
  return `${type.name.value}.${field.name.value}`
}

function applied(directives: readonly ConstDirectiveNode[] | undefined, name: string): readonly ConstDirectiveNode[] {
  return (directives ?? []).filter((directive) => directive.name.value === name)
}

function argument(directive: ConstDirectiveNode, name: string) {
  return directive.arguments?.find((candidate) => candidate.name.value === name)?.value
}

function isTrue(directive: ConstDirectiveNode, name: string): boolean {
  const value = argument(directive, name)
  return value?.kind === Kind.BOOLEAN && value.value
}

function effectOf(directive: ConstDirectiveNode): Effect {
  const impact = argument(directive, 'impact')
  const known = impacts.find((each) => impact?.kind === Kind.ENUM && impact.value === each)
  // A word that we do not know is taken for the worst.
  return { impact: known ?? 'HIGH', reversible: isTrue(directive, 'reversible') }
}

function strongest(a: Effect | null, b: Effect): Effect {
  if (a === null) return b
  const impact = impacts.indexOf(a.impact) > impacts.indexOf(b.impact) ? a.impact : b.impact
  return { impact, reversible: a.reversible && b.reversible }
}
