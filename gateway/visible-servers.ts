/**
 * One Apollo Server for each visible schema: it parses and validates against what this caller may see, so that its messages,
 * suggestions and introspection cannot name anything else. Callers of one authority share a server, its plans and documents.
 */
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import type { GatewayInterface } from '@apollo/server-gateway-interface'
import type { ExecutionResult, GraphQLSchema } from 'graphql'
import { LRUCache } from 'lru-cache'
import { type DocumentStore, createDocumentStore } from './document-store.ts'
import type { Exchange } from './exchange.ts'
import type { FederatedRequest } from './federation/federation.ts'
import type { Log } from './log.ts'
import { formatError } from './response/map-errors.ts'
import { type ShapeStore, createShapeStore } from './shapes/shape-store.ts'

export interface PipelineContext {
  readonly exchange: Exchange
}

export interface VisibleServersOptions {
  /** The schema of the exchange's caller, and a key that is equal for callers who see the same. */
  readonly schemaFor: (exchange: Exchange) => { readonly key: string; readonly schema: GraphQLSchema }
  readonly execute: (request: FederatedRequest) => Promise<ExecutionResult>
  readonly plugin: ApolloServerPlugin<PipelineContext>
  readonly maxTokens: number
  readonly log: Log
}

export interface VisibleServer {
  readonly server: ApolloServer<PipelineContext>
  /** The shapes of operations that are valid for its schema. */
  readonly shapes: ShapeStore
}

export interface VisibleServers {
  /** The server for the caller of this exchange; made at the first request of its authority. */
  for(exchange: Exchange): Promise<VisibleServer>
}

/** Authorities kept at once: scope sets of roles, so a few dozen in practice. */
const maxServers = 200

export function createVisibleServers(options: VisibleServersOptions): VisibleServers {
  // An evicted server holds no timer and no socket; requests that still run on it finish.
  const servers = new LRUCache<string, Promise<VisibleServer>>({ max: maxServers })
  const documents = createDocumentStore()
  return {
    for(exchange) {
      const { key, schema } = options.schemaFor(exchange)
      const known = servers.get(key)
      if (known) return known
      const started = startServer(schema, documents, options)
      servers.set(key, started)
      started.catch(() => servers.delete(key))
      return started
    },
  }
}

async function startServer(
  schema: GraphQLSchema,
  documentStore: DocumentStore,
  options: VisibleServersOptions,
): Promise<VisibleServer> {
  const { plugin, maxTokens, log } = options
  const server = new ApolloServer<PipelineContext>({
    gateway: fixedGateway(schema, options),
    plugins: [
      plugin,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
    introspection: true,
    persistedQueries: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    apollo: {},
    parseOptions: { maxLexicalTokens: maxTokens },
    documentStore,
    formatError: (formatted, error) => formatError(formatted, error, log),
    logger: log,
  })
  await server.start()
  return { server, shapes: createShapeStore() }
}

/** A gateway, to Apollo Server, that has one schema for ever and hands operations to the pipeline. */
function fixedGateway(apiSchema: GraphQLSchema, { execute }: VisibleServersOptions): GatewayInterface {
  let tell: Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0] = () => undefined
  return {
    onSchemaLoadOrUpdate(callback) {
      tell = callback
      return () => undefined
    },
    load() {
      tell({ apiSchema, coreSupergraphSdl: '' })
      return Promise.resolve({ executor: (request) => execute(request as FederatedRequest) })
    },
    stop: () => Promise.resolve(),
  }
}
