/** Composes the contracts into one supergraph (Apollo Federation 2), or says which contracts do not fit together and why. */
import { composeServices } from '@apollo/composition'
import { lexicographicSortSchema, parse, printSchema } from 'graphql'

/** A contract as composition needs it: the SDL with what every contract shares in front. */
export interface ComposableContract {
  readonly name: string
  readonly sdl: string
}

export interface Composition {
  /** What the gateway plans from. */
  readonly supergraphSdl: string
  /** The schema that clients speak, without a trace of subgraphs. */
  apiSdl(): string
}

export class CompositionError extends Error {
  override readonly name = 'CompositionError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The contracts do not compose:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/**
 * Composes the contracts, in order of their names so that the result does not depend on how they were listed.
 * @throws {CompositionError} naming every problem that composition found.
 */
export function composeSupergraph(contracts: readonly ComposableContract[]): Composition {
  const services = contracts
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, sdl }) => ({ name, typeDefs: parse(sdl), url: subgraphUrl(name) }))
  const result = composeServices(services)
  if (result.errors) throw new CompositionError(result.errors.map((error) => error.message))
  return {
    supergraphSdl: result.supergraphSdl,
    apiSdl: () => printSchema(lexicographicSortSchema(result.schema.toAPISchema().toGraphQLJSSchema())),
  }
}

/** The name under which a supergraph knows a subgraph. Never dialled: the transport alone knows where a subgraph is. */
function subgraphUrl(name: string): string {
  return `mandate:${name}`
}
