/**
 * The schema that one authority sees: what it can use and what it may ask for. Introspection, validation and suggestions read
 * this one, so that nothing outside a mandate is ever named.
 */
import {
  buildASTSchema,
  Kind,
  parse,
  printSchema,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  type InputValueDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  type TypeNode,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import type { Authority } from '../../policies/engine/rule.ts'
import type { CoordinateStanding } from '../../policies/engine/standing.ts'
import { authorityView, type AuthorityView } from './authority.ts'
import { withoutHiddenNames } from './visible-descriptions.ts'

type ComposedNode = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode

/** Schemas are heavy: the least recently used are made again when asked for. */
const maxSchemas = 100

const schemas = new WeakMap<PolicyRevision, WeakMap<GraphQLSchema, LRUCache<string, GraphQLSchema>>>()
const documents = new WeakMap<GraphQLSchema, DocumentNode>()

/** The part of `apiSchema` that the authority sees under the revision, cached by both. */
export function visibleSchema(apiSchema: GraphQLSchema, authority: Authority, revision: PolicyRevision): GraphQLSchema {
  const view = authorityView(revision, authority)
  const ofRevision = schemas.get(revision) ?? new WeakMap<GraphQLSchema, LRUCache<string, GraphQLSchema>>()
  schemas.set(revision, ofRevision)
  const cache = ofRevision.get(apiSchema) ?? new LRUCache<string, GraphQLSchema>({ max: maxSchemas })
  ofRevision.set(apiSchema, cache)
  const known = cache.get(view.key)
  if (known !== undefined) return known
  const made = buildASTSchema(visibleDocument(documentOf(apiSchema), view, revision), { assumeValidSDL: true })
  cache.set(view.key, made)
  return made
}

function documentOf(apiSchema: GraphQLSchema): DocumentNode {
  const known = documents.get(apiSchema)
  if (known !== undefined) return known
  const made = parse(printSchema(apiSchema), { noLocation: true })
  documents.set(apiSchema, made)
  return made
}

function visibleDocument(document: DocumentNode, view: AuthorityView, revision: PolicyRevision): DocumentNode {
  const disclosed = document.definitions.map((definition) =>
    isComposed(definition) ? withFields(definition, disclosedFields(definition, view, revision)) : definition,
  )
  const settled = dropDangling(disclosed)
  const reachable = reachableNames(settled)
  const kept = settled.filter((node) => reachable.has(nameOf(node) ?? ''))
  const whole = withQuery(kept).map((node) => withoutLostInterfaces(node, reachable))
  return { kind: Kind.DOCUMENT, definitions: withoutHiddenNames(whole, document) }
}

function disclosedFields(
  type: ComposedNode,
  view: AuthorityView,
  revision: PolicyRevision,
): readonly FieldDefinitionNode[] {
  return (type.fields ?? []).flatMap((field) => {
    const standing = view.standing(`${type.name.value}.${field.name.value}`)
    if (standing.disclosure === 'undisclosed') return []
    return [standing.disclosure === 'usable' ? field : markRequestable(field, standing, revision)]
  })
}

function markRequestable(
  field: FieldDefinitionNode,
  { missingScopes }: CoordinateStanding,
  revision: PolicyRevision,
): FieldDefinitionNode {
  const scopes = missingScopes.map((scope) => `\`${scope}\` (ask ${revision.scopes.get(scope)?.owner ?? 'its owner'})`)
  const note =
    scopes.length === 0 ? 'Not open to you.' : `Not open to you yet: needs the scope ${scopes.join(' and ')}.`
  const text = field.description === undefined ? note : `${field.description.value}\n\n${note}`
  return { ...field, description: { kind: Kind.STRING, value: text, block: text.includes('\n') } }
}

/** Types without fields vanish, with the fields that return or take them, until nothing more does. */
function dropDangling(definitions: readonly DefinitionNode[]): readonly DefinitionNode[] {
  let current = definitions
  for (;;) {
    const next = prune(current)
    if (next.every((node, position) => node === current[position]) && next.length === current.length) return next
    current = next
  }
}

function prune(definitions: readonly DefinitionNode[]): readonly DefinitionNode[] {
  const alive = definitions.filter((node) => {
    if (isComposed(node)) return (node.fields ?? []).length > 0
    return node.kind !== Kind.UNION_TYPE_DEFINITION || (node.types ?? []).length > 0
  })
  const names = new Set([...builtInScalars, ...alive.flatMap((node) => nameOf(node) ?? [])])
  const implemented = implementations(alive)
  return alive.map((node) => {
    if (node.kind === Kind.UNION_TYPE_DEFINITION) {
      const types = (node.types ?? []).filter((type) => names.has(type.name.value))
      return types.length === node.types?.length ? node : { ...node, types }
    }
    if (!isComposed(node)) return node
    const fields = (node.fields ?? []).filter(
      (field) =>
        names.has(namedType(field.type)) &&
        // A field of an interface that one visible implementer does not have would make the schema invalid.
        (implemented.get(node.name.value) ?? []).every((own) => own.has(field.name.value)),
    )
    return fields.length === node.fields?.length ? node : withFields(node, fields)
  })
}

function implementations(definitions: readonly DefinitionNode[]): ReadonlyMap<string, readonly ReadonlySet<string>[]> {
  const found = new Map<string, ReadonlySet<string>[]>()
  for (const node of definitions) {
    if (!isComposed(node)) continue
    const fields = new Set((node.fields ?? []).map((field) => field.name.value))
    for (const { name } of node.interfaces ?? []) found.set(name.value, [...(found.get(name.value) ?? []), fields])
  }
  return found
}

/** Everything that a query or mutation of this schema can name. */
function reachableNames(definitions: readonly DefinitionNode[]): ReadonlySet<string> {
  const byName = new Map(definitions.map((node) => [nameOf(node) ?? '', node]))
  const implementers = definitions.filter(isComposed)
  const reached = new Set<string>()
  const visitInputs = (inputs: readonly InputValueDefinitionNode[] | undefined): void => {
    for (const input of inputs ?? []) visit(namedType(input.type))
  }
  const visit = (name: string): void => {
    const node = byName.get(name)
    if (reached.has(name) || node === undefined) return
    reached.add(name)
    if (node.kind === Kind.UNION_TYPE_DEFINITION) for (const type of node.types ?? []) visit(type.name.value)
    if (node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) visitInputs(node.fields)
    if (!isComposed(node)) return
    for (const field of node.fields ?? []) {
      visit(namedType(field.type))
      visitInputs(field.arguments)
    }
    if (node.kind !== Kind.INTERFACE_TYPE_DEFINITION) return
    for (const type of implementers) {
      if (type.interfaces?.some((parent) => parent.name.value === name)) visit(type.name.value)
    }
  }
  for (const root of ['Query', 'Mutation', 'Subscription']) visit(root)
  for (const node of definitions) {
    if (node.kind !== Kind.DIRECTIVE_DEFINITION) continue
    reached.add(node.name.value)
    visitInputs(node.arguments)
  }
  return reached
}

/** An interface that nothing returns is not named by its implementers either. */
function withoutLostInterfaces(node: DefinitionNode, reachable: ReadonlySet<string>): DefinitionNode {
  if (!isComposed(node) || node.interfaces === undefined) return node
  const interfaces = node.interfaces.filter((parent) => reachable.has(parent.name.value))
  return interfaces.length === node.interfaces.length ? node : { ...node, interfaces }
}

/** GraphQL wants a query type. The field has no rule, so that asking for it is denied. */
function withQuery(definitions: readonly DefinitionNode[]): readonly DefinitionNode[] {
  if (definitions.some((node) => isComposed(node) && node.name.value === 'Query')) return definitions
  return [...definitions, ...parse('type Query { "Nothing is open to you." nothing: Boolean }').definitions]
}

function nameOf(node: DefinitionNode): string | null {
  return 'name' in node ? node.name.value : null
}

const builtInScalars = ['Int', 'Float', 'String', 'Boolean', 'ID']

function isComposed(node: DefinitionNode): node is ComposedNode {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION
}

function withFields(node: ComposedNode, fields: readonly FieldDefinitionNode[]): ComposedNode {
  return { ...node, fields }
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type)
}
