/**
 * The federated graph: composition, planning and execution by Apollo, behind one small interface. Nobody outside this folder
 * imports @apollo/gateway or @apollo/composition.
 */
import { ApolloGateway } from '@apollo/gateway'
import type { GatewayGraphQLRequestContext } from '@apollo/server-gateway-interface'
import type { ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql'
import { refusal } from '../../lib/errors.ts'
import { interfaceObjects } from '../../schema/supergraph-index.ts'
import type { Exchange } from '../exchange.ts'
import type { Log } from '../log.ts'
import { withMisfits } from './complete.ts'
import { SubgraphDataSource } from './data-source.ts'
import type { Transport } from './transport.ts'

/** What Apollo Server hands over for one operation. */
export type FederatedRequest = GatewayGraphQLRequestContext<{ exchange: Exchange }>

export interface Federation {
  /** The whole API schema; no caller but one with the explorer scope sees it unfiltered. */
  readonly apiSchema: GraphQLSchema
  /** Plans the operation, or finds its plan, and runs it. */
  execute(request: FederatedRequest): Promise<ExecutionResult>
}

/** A supergraph, ready to plan: the costly part, which knows of no transport. */
export interface LoadedGraph extends AsyncDisposable {
  readonly apiSchema: GraphQLSchema
  /** Plans the operation, or finds its plan, and runs it over the transport. */
  execute(request: FederatedRequest, transport: Transport): Promise<ExecutionResult>
}

/** Makes a graph executable over one transport. */
export function createFederation(graph: LoadedGraph, transport: Transport): Federation {
  return { apiSchema: graph.apiSchema, execute: (request) => graph.execute(request, transport) }
}

/** Loads a supergraph. */
export async function loadGraph(supergraphSdl: string, log: Log): Promise<LoadedGraph> {
  // Must be set before the gateway is constructed: otherwise it reports to Apollo and probes cloud metadata addresses.
  process.env['APOLLO_TELEMETRY_DISABLED'] = '1'
  const objects = interfaceObjects(supergraphSdl)
  const transports = new WeakMap<Exchange, Transport>()
  const transportOf = (exchange: Exchange) => {
    const transport = transports.get(exchange)
    // INVARIANT: `execute` has named the transport of every exchange that is fetched for.
    if (!transport) throw new Error('An operation without a transport came to be fetched.')
    return transport
  }
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name }) => new SubgraphDataSource(name, transportOf, objects.get(name)),
    logger: quiet(log),
    debug: false,
    __exposeQueryPlanExperimental: false,
    // The default of 10,000 lets a hostile operation over shared fields keep the planner busy for seconds.
    queryPlannerConfig: { debug: { maxEvaluatedPlans: 1_000, pathsLimit: 1_000 } },
  })
  const loaded: GraphQLSchema[] = []
  const unsubscribe = gateway.onSchemaLoadOrUpdate((context) => loaded.push(context.apiSchema))
  const { executor } = await gateway.load()
  unsubscribe()
  const [apiSchema] = loaded
  // INVARIANT: a gateway with a supergraph has told its schema when `load` resolves.
  if (!apiSchema) throw new Error('The gateway loaded without a schema.')
  return {
    apiSchema,
    async execute(request, transport) {
      transports.set(request.context.exchange, transport)
      try {
        return withMisfits(await executor(request as GatewayGraphQLRequestContext))
      } catch (error) {
        throw isTooLargeToPlan(error) ? tooLarge(error) : error
      }
    },
    [Symbol.asyncDispose]: () => gateway.stop(),
  }
}

/** The API schema of a supergraph, for who does not execute. */
export async function apiSchemaOf(supergraphSdl: string): Promise<GraphQLSchema> {
  const silent = { debug: () => undefined, warn: () => undefined, error: () => undefined } as unknown as Log
  await using graph = await loadGraph(supergraphSdl, silent)
  return graph.apiSchema
}

/** The planner counts selections with every spread written out, before it plans; it tells by this message alone. */
function isTooLargeToPlan(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith('Exceeded maximum recursive selections')
}

function tooLarge(cause: Error): GraphQLError {
  const message = 'The operation selects too much once its fragments are expanded.'
  return refusal('OPERATION_TOO_LARGE', message, {}, { originalError: cause })
}

/** Apollo's gateway logs with console-like calls; its chatter is debug, its warnings are warnings. */
function quiet(log: Log) {
  return {
    debug: (message: unknown) => log.debug(message),
    info: (message: unknown) => log.debug(message),
    warn: (message: unknown) => log.warn(message),
    error: (message: unknown) => log.error(message),
  }
}
