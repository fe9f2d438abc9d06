/** Joins Apollo's plan executor to the transport: one fetch of a plan becomes one request to one subgraph. */
import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway'
import type { Coordinate } from '../../lib/labels.ts'
import { hashOperation } from '../../lib/statement.ts'
import type { SubgraphError, SubgraphResponse } from '../../subgraphs/subgraph.ts'
import type { Exchange } from '../exchange.ts'
import { systemFailure } from './system-failure.ts'
import type { Transport } from './transport.ts'

export class SubgraphDataSource implements GraphQLDataSource<{ exchange: Exchange }> {
  readonly #name: string
  readonly #transportOf: (exchange: Exchange) => Transport
  readonly #interfaceObjects: ReadonlySet<string>

  /** `interfaceObjects`: interfaces of which the subgraph knows no implementer (`@interfaceObject`). */
  constructor(
    name: string,
    transportOf: (exchange: Exchange) => Transport,
    interfaceObjects: ReadonlySet<string> = new Set(),
  ) {
    this.#name = name
    this.#transportOf = transportOf
    this.#interfaceObjects = interfaceObjects
  }

  /** Sends one fetch and notes in the exchange what it touched. A failing subgraph is an error of the answer, not a throw. */
  async process(options: GraphQLDataSourceProcessOptions<{ exchange: Exchange }>) {
    // INVARIANT: the gateway is created with a fixed supergraph and without health checks, so no other kind is asked for.
    if (!('incomingRequestContext' in options)) throw new Error('Only fetches of an operation are sent to subgraphs.')
    const { exchange } = options.context
    const { query = '', variables = {}, operationName } = options.request
    exchange.subgraphs.add(this.#name)
    try {
      const response = await this.#transportOf(exchange).fetch(this.#name, {
        query,
        variables,
        operationName: operationName ?? null,
        statement: {
          audience: this.#name,
          caller: exchange.caller,
          requestId: exchange.requestId,
          policyRevision: exchange.revision.id,
          operationHash: hashOperation(query),
          approval: exchange.approval,
        },
        signal: exchange.signal,
      })
      countResolved(response, exchange.resolved)
      return {
        data: keepTypes(response.data ?? null, this.#interfaceObjects),
        ...(response.errors ? { errors: response.errors.map(placed) } : {}),
      }
    } catch (cause) {
      return { data: null, errors: [systemFailure(this.#name, cause, exchange)] }
    }
  }
}

/** An error of a whole fetch belongs to the place of the fetch in the answer: Apollo's executor puts it in front of the path. */
function placed(error: SubgraphError): SubgraphError {
  return error.path ? error : { ...error, path: [] }
}

/**
 * An entity of which a subgraph knows the interface alone comes back under the interface's name. Apollo's executor would put that in
 * the place of the type it has already learnt elsewhere, and then drop the whole answer for a type that no object has.
 */
function keepTypes(data: SubgraphResponse['data'], interfaceObjects: ReadonlySet<string>) {
  const entities: unknown = data?.['_entities']
  if (!data || interfaceObjects.size === 0 || !Array.isArray(entities)) return data ?? null
  return { ...data, _entities: entities.map((entity: unknown) => withoutInterfaceName(entity, interfaceObjects)) }
}

function withoutInterfaceName(entity: unknown, interfaceObjects: ReadonlySet<string>): unknown {
  if (typeof entity !== 'object' || entity === null || !('__typename' in entity)) return entity
  const { __typename: name, ...rest } = entity
  return typeof name === 'string' && interfaceObjects.has(name) ? rest : entity
}

function countResolved(response: SubgraphResponse, into: Map<Coordinate, number>): void {
  const counts = response.extensions?.mandate?.resolved ?? {}
  for (const [coordinate, count] of Object.entries(counts) as [Coordinate, number][]) {
    into.set(coordinate, (into.get(coordinate) ?? 0) + count)
  }
}
