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
  readonly #transport: Transport

  constructor(name: string, transport: Transport) {
    this.#name = name
    this.#transport = transport
  }

  /** Sends one fetch and notes in the exchange what it touched. A failing subgraph is an error of the answer, not a throw. */
  async process(options: GraphQLDataSourceProcessOptions<{ exchange: Exchange }>) {
    // INVARIANT: the gateway is created with a fixed supergraph and without health checks, so no other kind is asked for.
    if (!('incomingRequestContext' in options)) throw new Error('Only fetches of an operation are sent to subgraphs.')
    const { exchange } = options.context
    const { query = '', variables = {}, operationName } = options.request
    exchange.subgraphs.add(this.#name)
    try {
      const response = await this.#transport.fetch(this.#name, {
        query,
        variables,
        operationName: operationName ?? null,
        statement: {
          audience: this.#name,
          caller: exchange.caller,
          requestId: exchange.requestId,
          policyRevision: exchange.revision.id,
          operationHash: hashOperation(query),
        },
        signal: exchange.signal,
      })
      countResolved(response, exchange.resolved)
      return { data: response.data ?? null, ...(response.errors ? { errors: response.errors.map(placed) } : {}) }
    } catch (cause) {
      return { data: null, errors: [systemFailure(this.#name, cause, exchange)] }
    }
  }
}

/** An error of a whole fetch belongs to the place of the fetch in the answer: Apollo's executor puts it in front of the path. */
function placed(error: SubgraphError): SubgraphError {
  return error.path ? error : { ...error, path: [] }
}

function countResolved(response: SubgraphResponse, into: Map<Coordinate, number>): void {
  const counts = response.extensions?.mandate?.resolved ?? {}
  for (const [coordinate, count] of Object.entries(counts) as [Coordinate, number][]) {
    into.set(coordinate, (into.get(coordinate) ?? 0) + count)
  }
}
