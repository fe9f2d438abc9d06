/**
 * How the gateway reaches subgraphs: in this process, or over HTTP with a signed statement. The only place of the gateway that
 * knows that subgraphs exist as code.
 */
import { Agent, type Dispatcher } from 'undici'
import { z } from 'zod'
import { parseJson } from '../../lib/parse-json.ts'
import { mayChange, type Statement } from '../../lib/statement.ts'
import type { Subgraph, SubgraphRequest, SubgraphResponse } from '../../subgraphs/subgraph.ts'

export interface Transport extends AsyncDisposable {
  /** Sends one fetch. Rejects when the subgraph cannot be reached, does not answer in time, or answers no GraphQL. */
  fetch(subgraph: string, request: SubgraphRequest): Promise<SubgraphResponse>
}

/** Reaches subgraphs that run in this process: the statement is handed over as it is, nothing is serialised. */
export function createLocalTransport(subgraphs: readonly Subgraph[], timeoutMs: number): Transport {
  const byName = new Map(subgraphs.map((subgraph) => [subgraph.name, subgraph]))
  return {
    fetch(name, request) {
      const subgraph = byName.get(name)
      if (!subgraph) return Promise.reject(new Error(`There is no subgraph ${name} in this process.`))
      return within(timeoutMs, request.signal, (signal) => subgraph.execute({ ...request, signal }))
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(subgraphs.map((subgraph) => subgraph.close()))
    },
  }
}

export interface HttpTransportOptions {
  /** Where each subgraph is, from configuration only: never from a schema or an answer. */
  readonly urls: ReadonlyMap<string, URL>
  /** Makes the token that tells the subgraph who is calling; asked again for each time that a fetch is sent. */
  readonly sign: (statement: Statement, variablesJson: string) => string
  readonly timeoutMs: number
  readonly maxResponseBytes: number
  /** Sockets kept open to each subgraph. */
  readonly connections: number
}

const responseShape = z.looseObject({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.looseObject({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
  extensions: z
    .looseObject({ mandate: z.looseObject({ resolved: z.record(z.string(), z.number()).optional() }).optional() })
    .optional(),
})

/** Reaches subgraphs over HTTP through one pool: no redirects, bounded time and size, no header of the caller's request. */
export function createHttpTransport(options: HttpTransportOptions): Transport {
  const agent = new Agent({
    connections: options.connections,
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    maxResponseSize: options.maxResponseBytes,
  })
  return {
    async fetch(name, request) {
      const url = options.urls.get(name)
      if (!url) throw new Error(`No address is configured for the subgraph ${name}.`)
      try {
        return await send(name, url, request)
      } catch (error) {
        // A statement is good for one fetch, so `send` signs another. What may change something is never sent twice.
        if (mayChange(request.query) || !isConnectionLoss(error) || request.signal.aborted) throw error
        return await send(name, url, request)
      }
    },
    async [Symbol.asyncDispose]() {
      await agent.close()
    },
  }

  async function send(name: string, url: URL, request: SubgraphRequest): Promise<SubgraphResponse> {
    const variables = JSON.stringify(request.variables)
    const query = JSON.stringify(request.query)
    const response = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'mandate-statement': options.sign(request.statement, variables),
      },
      body: `{"query":${query},"variables":${variables},"operationName":${JSON.stringify(request.operationName)}}`,
      signal: request.signal,
    })
    return readResponse(name, response)
  }
}

/** The codes of a connection that was lost, or never came about: nothing is known of an answer. */
const connectionLosses: ReadonlySet<unknown> = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'UND_ERR_SOCKET'])

function isConnectionLoss(error: unknown): boolean {
  return error instanceof Error && 'code' in error && connectionLosses.has(error.code)
}

async function readResponse(name: string, response: Dispatcher.ResponseData): Promise<SubgraphResponse> {
  const text = await response.body.text()
  if (response.statusCode !== 200) throw new Error(`The subgraph ${name} answered HTTP ${response.statusCode}.`)
  return responseShape.parse(parseJson(text)) as SubgraphResponse
}

/** Runs `work` with a signal that also aborts after `timeoutMs`, and rejects then even when the work does not listen. */
async function within<T>(timeoutMs: number, outer: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  outer.throwIfAborted()
  const inner = new AbortController()
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => {
    inner.abort(outer.reason)
    reject(outer.reason as Error)
  }
  outer.addEventListener('abort', onAbort, { once: true })
  const timer = setTimeout(() => {
    const error = new DOMException(`No answer within ${timeoutMs} ms.`, 'TimeoutError')
    inner.abort(error)
    reject(error)
  }, timeoutMs)
  try {
    return await Promise.race([work(inner.signal), promise])
  } finally {
    clearTimeout(timer)
    outer.removeEventListener('abort', onAbort)
  }
}
