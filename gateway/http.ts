/**
 * HTTP: bounds the body, names the request, ties an abort signal to the socket, and hands over to the pipeline. Also the health
 * and metrics pages. Nothing here knows GraphQL.
 */
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { refusal } from '../lib/errors.ts'
import { parseJson } from '../lib/parse-json.ts'
import type { World } from '../lib/world.ts'
import type { PolicyRevision } from '../policies/engine/revision.ts'
import { type Arrival, beginArrival } from './exchange.ts'
import type { ExplorerOptions } from './explorer/options.ts'
import { explorerPage } from './explorer/page.ts'
import { servesExplorer } from './explorer/serves-explorer.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Pipeline } from './pipeline.ts'
import { type Answer, refusalAnswer } from './response/answer.ts'
import { abortError } from './response/system-errors.ts'
import { createUnreadableHandler } from './unreadable.ts'

export interface HttpOptions {
  readonly pipeline: Pipeline
  readonly world: World
  readonly log: Log
  readonly metrics: Metrics
  /** The policy revision at this moment; a request keeps the one it started under. */
  readonly currentRevision: () => PolicyRevision
  /** What a browser gets at the endpoint; null where there is no explorer. */
  readonly explorer: ExplorerOptions | null
  readonly bodyBytes: number
  readonly requestMs: number
  /** How long a client may take to send its request. */
  readonly receiveMs?: number
}

/** What the handlers need of one request beside Fastify's own. */
interface Named {
  readonly arrival: Arrival
  /** Ends the timer and the listener that feed the signal. */
  readonly release: () => void
}

/** Makes the HTTP server, not yet listening. Routes of other parts (issuer, explorer, health) are registered by `app.ts`. */
export function createHttpServer(options: HttpOptions): FastifyInstance {
  const { pipeline, log, metrics, explorer, bodyBytes, requestMs, receiveMs = 15_000 } = options
  const unreadable = createUnreadableHandler({
    begin: () => beginArrival(options),
    refuse: (arrival, error) => pipeline.refuse(arrival, error),
  })
  const server = fastify({
    bodyLimit: bodyBytes,
    clientErrorHandler: (error, socket) => {
      unreadable.handle(error, socket)
    },
    connectionTimeout: 0,
    keepAliveTimeout: 10_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // The pipeline names requests; a client's header must not.
    requestIdHeader: false,
    logger: false,
    http: {
      maxHeaderSize: 16_384,
      // Slow-loris: a client that does not send its request in time loses the connection. Node looks every half minute
      // unless told otherwise.
      requestTimeout: receiveMs,
      headersTimeout: receiveMs,
      connectionsCheckingInterval: Math.min(receiveMs, 1_000),
    },
    requestTimeout: receiveMs,
  })
  const named = new WeakMap<FastifyRequest, Named>()
  server.removeContentTypeParser('text/plain')
  server.removeContentTypeParser('application/json')
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    try {
      assertUtf8(request.headers['content-type'])
      done(null, parseJson(body as string))
    } catch (error) {
      done(error as Error)
    }
  })

  // The other routes answer with data that is their own; what they throw is nobody's business outside.
  server.setErrorHandler((error: FastifyError, _request, reply) => {
    if (error.statusCode !== undefined && error.statusCode < 500) return reply.code(error.statusCode).send()
    const { status, body } = refusalAnswer(error, beginArrival(options), log)
    return reply.code(status).type('application/json; charset=utf-8').send(body)
  })

  server.route({
    // All methods come through the pipeline, which answers 405 where it has to: every request stands in the ledger.
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: '/graphql',
    onRequest(request, reply, done) {
      const controller = new AbortController()
      const arrival = beginArrival(options, controller)
      const untie = tieToSocket(controller, reply, requestMs)
      const leave = unreadable.enter(request.raw.socket)
      const release = () => {
        untie()
        leave()
      }
      named.set(request, { arrival, release })
      if (request.headers['content-encoding']) {
        done(unsupported('a compressed body; send it as it is'))
        return
      }
      done()
    },
    async handler(request, reply) {
      if (explorer && servesExplorer(request)) {
        find(request).release()
        const { html, headers } = await explorerPage(explorer, request.raw)
        return reply.headers(headers).type('text/html; charset=utf-8').send(html)
      }
      const { arrival } = find(request)
      const search = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : ''
      const { method, headers, body, raw, url } = request
      const incoming = { method, headers, rawHeaders: raw.rawHeaders, url, search, body }
      return send(request, reply, await pipeline.run(arrival, incoming))
    },
    errorHandler(error: FastifyError, request, reply) {
      const { arrival } = find(request)
      // INVARIANT: `refuse` never rejects.
      void pipeline
        .refuse(arrival, fromHttp(error, bodyBytes, arrival.signal))
        .then((answer) => send(request, reply, answer))
    },
  })
  return server

  function find(request: FastifyRequest): Named {
    const found = named.get(request)
    // INVARIANT: `onRequest` runs first for every request of the route.
    if (!found) throw new Error('The request has not been named.')
    return found
  }

  function send(request: FastifyRequest, reply: FastifyReply, answer: Answer) {
    const { arrival, release } = find(request)
    release()
    metrics.answered(answer, performance.now() - arrival.startedMs)
    return (
      reply
        .code(answer.status)
        // What one caller may know is kept by nobody on the way: the next to ask may know less.
        .headers({
          'cache-control': 'no-store',
          ...answer.headers,
          'mandate-request-id': arrival.requestId,
          'x-content-type-options': 'nosniff',
        })
        .send(answer.body)
    )
  }
}

/** Aborts when the client closes the socket before the answer is out, or when the time is up. */
function tieToSocket(controller: AbortController, reply: FastifyReply, requestMs: number): () => void {
  const onClose = () => {
    if (!reply.raw.writableFinished) controller.abort(new DOMException('The client went away.', 'AbortError'))
  }
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`No answer within ${requestMs} ms.`, 'TimeoutError'))
  }, requestMs)
  reply.raw.once('close', onClose)
  return () => {
    clearTimeout(timer)
    reply.raw.removeListener('close', onClose)
  }
}

/** GraphQL over HTTP is UTF-8 only; another charset could hide what a check looks for. */
function assertUtf8(contentType: string | undefined): void {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType ?? '')?.[1]
  if (charset && charset.toLowerCase() !== 'utf-8') throw unsupported(`the charset \`${charset}\`; use UTF-8`)
}

function unsupported(what: string) {
  return refusal('BAD_REQUEST', `The gateway does not accept ${what}.`)
}

/** Fastify's own refusals in the words of the catalogue. */
function fromHttp(error: FastifyError, bodyBytes: number, signal: AbortSignal) {
  if (signal.aborted || error.code === 'ECONNRESET') return abortError(signal)
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return refusal('PAYLOAD_TOO_LARGE', `The body is larger than ${bodyBytes} bytes.`, { limit: bodyBytes })
  }
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return refusal('BAD_REQUEST', 'The Content-Type of the body must be `application/json`.')
  }
  if (error instanceof SyntaxError) return refusal('BAD_REQUEST', 'The body is not valid JSON.')
  if (typeof error.statusCode === 'number' && error.statusCode < 500) {
    return refusal('BAD_REQUEST', 'The HTTP request cannot be read.')
  }
  return error as never
}
