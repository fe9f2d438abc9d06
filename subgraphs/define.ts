/**
 * Makes a subgraph from its contract, its resolvers and its source: every field guarded by the rules, counted by the resolver
 * plugin, and answered only to a statement of the gateway. Nothing that a resolver throws leaves unless it is a refusal.
 */
import { buildSubgraphSchema } from '@apollo/subgraph'
import { execute, isObjectType, isUnionType, parse, type GraphQLError, type GraphQLSchema } from 'graphql'
import { refusal } from '../lib/errors.ts'
import { hashOperation } from '../lib/statement.ts'
import type { World } from '../lib/world.ts'
import type { SubgraphRules } from '../policies/engine/types.ts'
import type { SubgraphContext } from './context.ts'
import { createDocumentCache } from './documents.ts'
import { describeFailure, type FailureLog } from './failures.ts'
import { beginGuard, guardResolver } from './guard.ts'
import { openRecords } from './records.ts'
import { createRepresentationReader, type ReferenceKey, type RepresentationReader } from './representations.ts'
import { installResolverPlugin } from './resolver-plugin.ts'
import { sharedScalars } from './scalars.ts'
import type { EntitySource } from './sources/entity-source.ts'
import { emptySource } from './sources/empty.ts'
import type { Subgraph, SubgraphRequest, SubgraphResponse } from './subgraph.ts'

/** The most entities that one fetch may ask for: what a page of pages of pages can name. */
const maxRepresentations = 10_000

/** Finds an entity by what its representation says: its keys, and the fields that `@requires` names. */
type ReferenceResolver<Services = unknown> = (
  reference: Readonly<Record<string, unknown>>,
  context: SubgraphContext<Services>,
  key: ReferenceKey | null,
) => unknown

/** Resolvers by type and field. A field without one is read from its parent. */
type ResolverMap = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** What is the same for all subgraphs of a process. */
export interface SubgraphDeps {
  readonly world: World
  readonly log: FailureLog
  /** The rules of a policy revision, perhaps after a wait; null when this process does not know it: every field is denied. */
  readonly rules: (policyRevision: string) => SubgraphRules | null | Promise<SubgraphRules | null>
}

export interface SubgraphDefinition<Services> {
  readonly name: string
  /** The contract, with what all contracts share in front. */
  readonly sdl: string
  readonly resolvers: ResolverMap
  /** One for each type that the contract resolves by `@key`. */
  readonly entities: Readonly<Record<string, ReferenceResolver<Services>>>
  /** Where the records are; a subgraph without records of its own leaves it out. */
  readonly source?: EntitySource
  /** Handed to every resolver as `context.services`. */
  readonly services: Services
}

/**
 * The reference resolver of an entity whose record is in this system, by whichever of its keys the gateway names: the id, or
 * another field that the contract declares as a `@key`. A list of references takes one statement for each key it comes by.
 */
export function recordReference(entity: string): ReferenceResolver {
  return (_, { records }, key) => {
    if (key === null) return null
    return key.field === 'id' ? records.load(entity, key.value) : records.loadBy(entity, key.field, key.value)
  }
}

/** The reference resolver of an entity that this system only adds fields to: the reference itself is the parent. */
export const referenceItself: ReferenceResolver = (reference) => reference

/**
 * Makes a subgraph.
 * @example
 * defineSubgraph({ name: 'crm', sdl, resolvers, entities: { Account: recordReference('Account') }, source, services: {} }, deps)
 */
export function defineSubgraph<Services>(
  { name, sdl, resolvers, entities, source = emptySource, services }: SubgraphDefinition<Services>,
  { world, log, rules }: SubgraphDeps,
): Subgraph {
  const { schema, plugin } = executableOf(name, sdl, resolvers, entities as EntityMap)
  const documents = createDocumentCache(name, schema, log)

  async function answer(request: SubgraphRequest): Promise<SubgraphResponse> {
    const { statement, signal } = request
    if (statement.audience !== name || statement.operationHash !== hashOperation(request.query)) {
      return refused(refusal('UNAUTHENTICATED', 'The statement was made for another subgraph or another operation.'))
    }
    const found = rules(statement.policyRevision)
    const knownRules = found instanceof Promise ? await found : found
    if (!knownRules) return refused(refusal('POLICY_DENIED', 'The policy revision of the statement is not known here.'))
    const prepared = documents.prepare(request.query)
    if (!prepared.ok) return { errors: prepared.errors.map((error) => error.toJSON()) }

    const now = world.now()
    const context: SubgraphContext<Services> = {
      statement,
      caller: statement.caller,
      now,
      signal,
      records: openRecords(source, statement.caller, signal),
      services,
      guard: beginGuard(knownRules, { caller: statement.caller, now }, statement.approval),
      resolved: plugin.begin(),
    }
    const { data, errors } = await execute({
      schema,
      document: prepared.document,
      variableValues: request.variables,
      operationName: request.operationName,
      contextValue: context,
    })
    return {
      ...(data === undefined ? {} : { data }),
      ...(errors
        ? { errors: errors.map((error) => describeFailure(error, { system: name, statement, signal, log })) }
        : {}),
      extensions: { mandate: { resolved: plugin.report(context.resolved) } },
    }
  }

  return { name, sdl, execute: answer, close: () => Promise.resolve() }
}

type EntityMap = Readonly<Record<string, ReferenceResolver>>

/** A contract with its resolvers, ready to run: it holds nothing of a gateway, so those of one process share it. */
interface Executable {
  readonly sdl: string
  readonly entities: EntityMap
  readonly schema: GraphQLSchema
  readonly plugin: ReturnType<typeof installResolverPlugin>
}

const executables = new WeakMap<ResolverMap, Executable>()

function executableOf(name: string, sdl: string, resolvers: ResolverMap, entities: EntityMap): Executable {
  const known = executables.get(resolvers)
  if (known?.sdl === sdl && known.entities === entities) return known
  const contract = parse(sdl)
  const schema = buildSubgraphSchema({ typeDefs: contract, resolvers: { ...sharedScalars, ...resolvers } })
  const reader = createRepresentationReader(contract)
  requireResolvers(name, schema, resolvers, reader, entities)
  resolveEntities(schema, reader, entities)
  const made = { sdl, entities, schema, plugin: installResolverPlugin(schema, guardResolver) }
  executables.set(resolvers, made)
  return made
}

function refused(error: GraphQLError): SubgraphResponse {
  return { errors: [error.toJSON()] }
}

/** A misspelt type, field or entity must not be found out by a caller. */
function requireResolvers(
  name: string,
  schema: GraphQLSchema,
  resolvers: ResolverMap,
  reader: RepresentationReader,
  entities: Readonly<Record<string, unknown>>,
): void {
  const missing = reader.types.filter((type) => !Object.hasOwn(entities, type))
  const surplus = Object.keys(entities).filter((type) => !reader.types.includes(type))
  const unknown = Object.entries(resolvers).flatMap(([typeName, fields]) => {
    const type = schema.getType(typeName)
    if (isUnionType(type)) return []
    const known = isObjectType(type) ? type.getFields() : {}
    return Object.keys(fields).flatMap((field) => (Object.hasOwn(known, field) ? [] : [`${typeName}.${field}`]))
  })
  const problems = [
    ...missing.map((type) => `the entity ${type} has no reference resolver`),
    ...surplus.map((type) => `${type} is not an entity of the contract`),
    ...unknown.map((coordinate) => `the contract has no field ${coordinate}`),
  ]
  if (problems.length > 0) throw new Error(`The subgraph ${name} does not fit its contract: ${problems.join('; ')}.`)
}

/** Puts our own `_entities` in the place of Apollo's, which takes every field of a representation for granted. */
function resolveEntities(
  schema: GraphQLSchema,
  reader: RepresentationReader,
  entities: Readonly<Record<string, ReferenceResolver>>,
): void {
  const field = schema.getQueryType()?.getFields()['_entities']
  if (!field) return
  field.resolve = (_, args: { readonly representations: readonly unknown[] }, context: SubgraphContext) => {
    const { representations } = args
    if (representations.length > maxRepresentations) {
      throw refusal('INVALID_INPUT', `One fetch may name at most ${maxRepresentations} entities.`)
    }
    return representations.map((representation) => resolveReference(representation, reader, entities, context))
  }
}

/** An entity with its type's name, which the union `_Entity` is told apart by. */
async function resolveReference(
  representation: unknown,
  reader: RepresentationReader,
  entities: Readonly<Record<string, ReferenceResolver>>,
  context: SubgraphContext,
): Promise<object | null> {
  const { type, key, fields } = reader.read(representation)
  const found: unknown = await entities[type]?.(fields, context, key)
  return typeof found === 'object' && found !== null ? { ...found, __typename: type } : null
}
