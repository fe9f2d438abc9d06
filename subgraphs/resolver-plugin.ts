/**
 * Counts every field that a subgraph resolves, by coordinate, default resolvers included. The counts go back to the gateway
 * with each answer and stand in the ledger beside what was delivered.
 */
import { defaultFieldResolver, isObjectType, type GraphQLField, type GraphQLSchema } from 'graphql'
import type { Coordinate } from '../lib/labels.ts'
import type { SubgraphContext } from './context.ts'

type SubgraphField = GraphQLField<unknown, SubgraphContext>
type SubgraphResolver = NonNullable<SubgraphField['resolve']>

/** Makes a field's resolver from the one it has; `index` numbers the coordinates. */
export type ResolverWrapper = (resolve: SubgraphResolver, coordinate: Coordinate, index: number) => SubgraphResolver

/** The counts of one fetch: one place for each coordinate. */
export type ResolvedCounts = Uint32Array

export interface ResolverPlugin {
  /** Every coordinate of the contract that this subgraph can resolve. */
  readonly coordinates: readonly Coordinate[]
  /** Fresh counts for one fetch. */
  begin(): ResolvedCounts
  /** The counts that are not zero, by coordinate. */
  report(counts: ResolvedCounts): Readonly<Record<Coordinate, number>>
}

/** Wraps each field's resolver, once, when the schema is built: by `wrap` first, then by the count of what came through. */
export function installResolverPlugin(schema: GraphQLSchema, wrap: ResolverWrapper): ResolverPlugin {
  const coordinates: Coordinate[] = []
  for (const { field, coordinate } of contractFields(schema)) {
    const index = coordinates.push(coordinate) - 1
    field.resolve = counting(wrap(field.resolve ?? defaultFieldResolver, coordinate, index), index)
  }
  return {
    coordinates,
    begin: () => new Uint32Array(coordinates.length),
    report(counts) {
      const resolved: Record<Coordinate, number> = {}
      coordinates.forEach((coordinate, index) => {
        const count = counts[index] ?? 0
        if (count > 0) resolved[coordinate] = count
      })
      return resolved
    },
  }
}

/** The fields of the contract: not those of introspection, and not `_entities` and `_service`, which federation adds. */
function contractFields(schema: GraphQLSchema): { field: SubgraphField; coordinate: Coordinate }[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('_'))
    .flatMap((type) =>
      isObjectType(type)
        ? Object.values(type.getFields())
            .filter((field) => !field.name.startsWith('_'))
            .map((field) => ({ field, coordinate: `${type.name}.${field.name}` as const }))
        : [],
    )
}

/** Counts a value that was given out; a denied or failed field gives none. */
function counting(resolve: SubgraphResolver, index: number): SubgraphResolver {
  return (source, args, context, info) => {
    const value: unknown = resolve(source, args, context, info)
    if (value instanceof Promise) {
      return value.then((settled: unknown) => {
        context.resolved[index] = (context.resolved[index] ?? 0) + 1
        return settled
      })
    }
    context.resolved[index] = (context.resolved[index] ?? 0) + 1
    return value
  }
}
