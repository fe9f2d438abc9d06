/**
 * Serves one subgraph over HTTP, for systems that run as processes of their own. It answers `POST /graphql` to the gateway's
 * statement and nothing else; what it says of its failures names no host, no path and no line of code.
 */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { refusal } from '../lib/errors.ts'
import type { Statement } from '../lib/statement.ts'
import { closeWhenAnswered } from './draining.ts'
import type { FailureLog } from './failures.ts'
import type { StatementVerifier } from './statement-verifier.ts'
import type { Subgraph, SubgraphResponse } from './subgraph.ts'

export interface ServeOptions {
  /** 0 takes a free one. */
  readonly port: number
  /** Loopback unless another address is named. */
  readonly host?: string
  /** Gives the statement for exactly this fetch, or rejects (`statement-verifier.ts`). */
  readonly verifyStatement: StatementVerifier
  readonly log: FailureLog & { warn(fields: Readonly<Record<string, unknown>>, message: string): void }
  /** The longest body, in bytes. */
  readonly bodyLimit?: number
  /** Told of each fetch, for metrics. */
  readonly onFetch?: (outcome: FetchOutcome, durationMs: number) => void
  /** Adds the pages that say how this process is. */
  readonly addPages?: (server: FastifyInstance) => void
}

/** What became of a fetch: answered (with or without errors), or refused for its statement. */
export type FetchOutcome = 'answered' | 'refused'

export interface SubgraphServer extends AsyncDisposable {
  /** Where the gateway sends its fetches. */
  readonly url: URL
  /** Takes no more fetches, finishes those it has, closes the subgraph. */
  close(): Promise<void>
}

interface FetchBody {
  readonly query: string
  readonly variables?: Record<string, unknown> | null
  readonly operationName?: string | null
}

const bodySchema = {
  type: 'object',
  required: ['query'],
  properties: {
    query: { type: 'string' },
    variables: { type: ['object', 'null'] },
    operationName: { type: ['string', 'null'] },
  },
}

/** Starts the server; resolves when it listens. */
export async function serveSubgraph(subgraph: Subgraph, options: ServeOptions): Promise<SubgraphServer> {
  const { port, host = '127.0.0.1', verifyStatement, log, bodyLimit = 4_000_000, onFetch, addPages } = options
  const app = fastify({
    bodyLimit,
    logger: false,
    forceCloseConnections: 'idle',
    requestTimeout: 30_000,
    // A value of another type is refused, never turned into one that fits.
    ajv: { customOptions: { coerceTypes: false } },
  })
  const closeServer = closeWhenAnswered(app)
  app.removeContentTypeParser('text/plain')
  app.setNotFoundHandler((_, reply) => send(reply, 404, 'BAD_REQUEST', 'There is nothing here.'))
  app.setErrorHandler((error: { statusCode?: number }, _, reply) => {
    const status = error.statusCode ?? 500
    if (status < 500) return send(reply, status, 'BAD_REQUEST', 'The request is not one that the gateway sends.')
    log.error({ subgraph: subgraph.name, err: error }, 'a fetch failed')
    return send(reply, 500, 'SYSTEM_UNAVAILABLE', `The system \`${subgraph.name}\` failed to answer.`)
  })

  app.get('/health', () => ({ status: 'ok' }))
  addPages?.(app)
  app.post('/graphql', { schema: { body: bodySchema } }, async (request, reply) => {
    const startedMs = performance.now()
    const { query, variables, operationName } = request.body as FetchBody
    const statement = await verify(request, query, variables ?? {})
    reply.raw.once('finish', () => onFetch?.(statement ? 'answered' : 'refused', performance.now() - startedMs))
    if (!statement) return send(reply, 401, 'UNAUTHENTICATED', 'A subgraph answers the gateway only.')
    const response: SubgraphResponse = await subgraph.execute({
      query,
      variables: variables ?? {},
      operationName: operationName ?? null,
      statement,
      signal: socketSignal(reply),
    })
    return reply.send(response)
  })

  /** Null when the statement is not good for this text at this subgraph; why stands in the log alone. */
  async function verify(request: FastifyRequest, query: string, variables: object): Promise<Statement | null> {
    const token = request.headers['mandate-statement']
    try {
      // INVARIANT: what JSON.parse has read, JSON.stringify writes as the gateway wrote it.
      const fetch = { query, variablesJson: JSON.stringify(variables) }
      const statement = await verifyStatement(typeof token === 'string' ? token : undefined, fetch)
      if (statement.audience !== subgraph.name) throw new Error('The statement was made for another subgraph.')
      return statement
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown'
      log.warn({ subgraph: subgraph.name, reason }, 'a fetch without a good statement was refused')
      return null
    }
  }

  const url = new URL('/graphql', await app.listen({ port, host }))
  const close = async () => {
    await closeServer()
    await subgraph.close()
  }
  return { url, close, [Symbol.asyncDispose]: close }
}

/** Aborts when the gateway goes away before its answer. */
function socketSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new Error('The gateway went away.'))
  })
  return controller.signal
}

function send(
  reply: FastifyReply,
  status: number,
  code: 'BAD_REQUEST' | 'UNAUTHENTICATED' | 'SYSTEM_UNAVAILABLE',
  message: string,
): FastifyReply {
  const { extensions } = refusal(code, message)
  return reply.code(status).send({ errors: [{ message, extensions }] })
}
