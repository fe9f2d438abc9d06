/** Composes the contracts into one supergraph (Apollo Federation 2), or says which contracts do not fit together and why. */
import { createHash } from 'node:crypto'
import { composeServices } from '@apollo/composition'
import { lexicographicSortSchema, parse, printSchema } from 'graphql'
import { StartError } from '../start-error.ts'

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

/** Contracts that do not fit together, with everything that is wrong. */
export class CompositionError extends StartError {
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

/** The first line of a supergraph that is kept in a file: which contracts it was composed from, by their SHA-256. */
export function compositionMark(contracts: readonly ComposableContract[]): string {
  const hash = createHash('sha256')
  for (const { name, sdl } of contracts.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(JSON.stringify([name, sdl]))
  }
  return `# Composed from the contracts with the SHA-256 ${hash.digest('hex')}.`
}

/** The name under which a supergraph knows a subgraph. Never dialled: the transport alone knows where a subgraph is. */
function subgraphUrl(name: string): string {
  return `mandate:${name}`
}
