/**
 * One description of an operation, made once after validation and read by every later step: checks, rules, ledger.
 * Fragments are expanded, arguments are coerced, `@skip` and `@include` are obeyed.
 */
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  getVariableValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  OperationTypeNode,
} from 'graphql'
import { refusal } from '../lib/errors.ts'
import type { Coordinate } from '../lib/labels.ts'
import { hashOperation } from '../lib/statement.ts'

/** One selected field with what is selected inside it: selections of one response key are merged, as execution merges them. */
export interface OperationNode {
  /** The key in the answer: alias or field name. */
  readonly responseKey: string
  readonly fieldName: string
  readonly parentType: string
  /** `Account.name`; under an abstract type the type's own coordinate first, then one for each possible runtime type. */
  readonly coordinates: readonly [Coordinate, ...Coordinate[]]
  /** Object types this selection is limited to by fragments; null when it holds for every type it can meet. */
  readonly onTypes: readonly string[] | null
  /** Arguments after coercion, defaults included. */
  readonly args: Readonly<Record<string, unknown>>
  /** Response keys from the root, list indexes left out. */
  readonly path: readonly string[]
  /** 1 for a root field. */
  readonly depth: number
  readonly returnType: string
  readonly returnsList: boolean
  readonly children: readonly OperationNode[]
}

/** One coordinate as the operation asks for it: a node's coordinates, one by one. */
export interface OperationField {
  readonly coordinate: Coordinate
  readonly args: Readonly<Record<string, unknown>>
  readonly path: readonly string[]
}

export interface Operation {
  readonly kind: 'query' | 'mutation'
  readonly name: string | null
  /** The text as it came in. */
  readonly text: string
  /** SHA-256 of the text, base64url. */
  readonly hash: string
  /** The selection as a tree, meta fields left out. */
  readonly roots: readonly OperationNode[]
  /** Every coordinate with its arguments, in order of the document. */
  readonly fields: readonly OperationField[]
  /** The coordinates of `fields`, once each, in order of first use. */
  readonly coordinates: readonly Coordinate[]
  /** `introspection`: nothing but meta fields; `data`: no introspection; `mixed`: both. */
  readonly asks: 'introspection' | 'data' | 'mixed'
  /** How many times it selects `__schema` or `__type`, fragments expanded. */
  readonly introspections: number
}

export interface DescribeInput {
  /** The schema the caller may see: the document has been validated against it. */
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  /** As the caller sent it. */
  readonly text: string
  /** The operation's name, where the document has lost it (`shapes/`). */
  readonly name?: string | null
  readonly variables: Readonly<Record<string, unknown>>
  /** How many selected fields, fragments expanded, one operation may have. */
  readonly maxFields: number
}

/**
 * Describes one operation of a validated document.
 * @throws a refusal: `BAD_USER_INPUT` when a variable does not fit, `OPERATION_TOO_LARGE` when expansion passes `maxFields`.
 */
export function describeOperation(input: DescribeInput): Operation {
  const { schema, operation, text, name = null } = input
  const rootType = schema.getRootType(operation.operation)
  if (!rootType || operation.operation === OperationTypeNode.SUBSCRIPTION) {
    throw refusal('BAD_REQUEST', `This endpoint runs no ${operation.operation} operations.`)
  }
  const walk = new Walk(input)
  const roots = walk.collect([operation.selectionSet], rootType, [], 1)
  const fields: OperationField[] = []
  flatten(roots, fields)
  return {
    kind: operation.operation,
    name: operation.name?.value ?? name,
    text,
    hash: hashOperation(text),
    roots,
    fields,
    coordinates: [...new Set(fields.map((field) => field.coordinate))],
    asks: asks(roots.length > 0, walk.introspections > 0),
    introspections: walk.introspections,
  }

  function asks(data: boolean, introspects: boolean): Operation['asks'] {
    if (!data) return 'introspection'
    return introspects ? 'mixed' : 'data'
  }

  function flatten(nodes: readonly OperationNode[], into: OperationField[]): void {
    for (const node of nodes) {
      for (const coordinate of node.coordinates) into.push({ coordinate, args: node.args, path: node.path })
      flatten(node.children, into)
    }
  }
}

interface Group {
  readonly node: FieldNode
  readonly parent: GraphQLCompositeType
  readonly onTypes: ReadonlySet<string> | null
  readonly selectionSets: SelectionSetNode[]
}

/** The expansion of one operation: variables coerced once, fragments found by name, fields counted against the limit. */
class Walk {
  introspections = 0
  readonly #schema: GraphQLSchema
  readonly #fragments = new Map<string, FragmentDefinitionNode>()
  readonly #variables: Record<string, unknown>
  readonly #maxFields: number
  #count = 0

  constructor({ schema, document, operation, variables, maxFields }: DescribeInput) {
    this.#schema = schema
    this.#maxFields = maxFields
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition)
    }
    const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 5 })
    if (coerced.errors) {
      const messages = coerced.errors.map((error) => error.message)
      throw refusal('BAD_USER_INPUT', messages.join(' '), { problems: messages })
    }
    this.#variables = coerced.coerced
  }

  collect(sets: readonly SelectionSetNode[], parent: GraphQLCompositeType, path: readonly string[], depth: number) {
    const groups = new Map<string, Group>()
    const seen = new Set<string>()
    for (const set of sets) this.#group(set, parent, null, groups, seen)
    return [...groups.values()].map((group) => this.#describe(group, path, depth))
  }

  #group(
    set: SelectionSetNode,
    parent: GraphQLCompositeType,
    onTypes: ReadonlySet<string> | null,
    groups: Map<string, Group>,
    seen: Set<string>,
  ): void {
    for (const selection of set.selections) {
      if (!this.#included(selection)) continue
      if (selection.kind === Kind.FIELD) {
        this.#addField(selection, parent, onTypes, groups)
        continue
      }
      // A fragment spread again at the same place under the same types adds nothing: doubling spreads stay linear.
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? this.#fragment(selection.name.value) : selection
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const key = `${selection.name.value} ${parent.name} ${onTypes ? [...onTypes].join() : '*'}`
        if (seen.has(key)) continue
        seen.add(key)
      }
      const condition = fragment.typeCondition ? this.#composite(fragment.typeCondition.name.value) : parent
      const narrowed = condition === parent ? onTypes : intersect(onTypes, this.#possible(condition))
      // A fragment that no runtime type can match selects nothing.
      if (narrowed?.size === 0) continue
      this.#group(fragment.selectionSet, condition, narrowed, groups, seen)
    }
  }

  #addField(
    node: FieldNode,
    parent: GraphQLCompositeType,
    onTypes: ReadonlySet<string> | null,
    groups: Map<string, Group>,
  ): void {
    const name = node.name.value
    if (name.startsWith('__')) {
      if (name !== '__typename') this.introspections += 1
      return
    }
    const key = `${node.alias?.value ?? name} ${parent.name} ${onTypes ? [...onTypes].join() : '*'}`
    const group = groups.get(key) ?? { node, parent, onTypes, selectionSets: [] }
    groups.set(key, group)
    if (node.selectionSet) group.selectionSets.push(node.selectionSet)
  }

  #describe({ node, parent, onTypes, selectionSets }: Group, path: readonly string[], depth: number): OperationNode {
    this.#count += 1
    if (this.#count > this.#maxFields) {
      throw refusal('OPERATION_TOO_LARGE', `The operation selects more than ${this.#maxFields} fields.`, {
        limit: this.#maxFields,
      })
    }
    const fieldName = node.name.value
    // INVARIANT: the document is valid for this schema, so every selected field exists on its parent type.
    const field = 'getFields' in parent ? parent.getFields()[fieldName] : undefined
    if (!field) throw refusal('GRAPHQL_VALIDATION_FAILED', `Cannot query field \`${fieldName}\` on \`${parent.name}\`.`)
    const responseKey = node.alias?.value ?? fieldName
    const ownPath = [...path, responseKey]
    const returnType = getNamedType(field.type)
    const runtime = isAbstractType(parent)
      ? [...(onTypes ?? this.#possible(parent))].map((type): Coordinate => `${type}.${fieldName}`)
      : []
    return {
      responseKey,
      fieldName,
      parentType: parent.name,
      coordinates: [`${parent.name}.${fieldName}`, ...runtime],
      onTypes: onTypes ? [...onTypes] : null,
      args: this.#args(field, node),
      path: ownPath,
      depth,
      returnType: returnType.name,
      returnsList: isListType(getNullableType(field.type)),
      children: isCompositeType(returnType) ? this.collect(selectionSets, returnType, ownPath, depth + 1) : [],
    }
  }

  #args(field: Parameters<typeof getArgumentValues>[0], node: FieldNode): Record<string, unknown> {
    try {
      return getArgumentValues(field, node, this.#variables)
    } catch (error) {
      throw refusal('BAD_USER_INPUT', error instanceof Error ? error.message : 'An argument does not fit its type.')
    }
  }

  #included(node: { readonly directives?: readonly DirectiveNode[] }): boolean {
    if (!node.directives?.length) return true
    if (getDirectiveValues(GraphQLSkipDirective, node, this.#variables)?.['if'] === true) return false
    return getDirectiveValues(GraphQLIncludeDirective, node, this.#variables)?.['if'] !== false
  }

  #fragment(name: string): FragmentDefinitionNode {
    const fragment = this.#fragments.get(name)
    // INVARIANT: validation has refused unknown fragments.
    if (!fragment) throw refusal('GRAPHQL_VALIDATION_FAILED', `Unknown fragment \`${name}\`.`)
    return fragment
  }

  #composite(name: string): GraphQLCompositeType {
    const type = this.#schema.getType(name)
    // INVARIANT: validation has refused fragments on types that do not exist or have no fields.
    if (!isCompositeType(type)) throw refusal('GRAPHQL_VALIDATION_FAILED', `Unknown type \`${name}\`.`)
    return type
  }

  #possible(type: GraphQLCompositeType): ReadonlySet<string> {
    if (isObjectType(type)) return new Set([type.name])
    if (isInterfaceType(type) || isAbstractType(type)) {
      return new Set(this.#schema.getPossibleTypes(type).map((possible) => possible.name))
    }
    return new Set()
  }
}

function intersect(a: ReadonlySet<string> | null, b: ReadonlySet<string>): ReadonlySet<string> {
  return a ? new Set([...a].filter((name) => b.has(name))) : b
}
