/**
 * Server-sent events (WHATWG HTML): what a caller may follow, as it happens. A stream says no more than a query would, stands in the
 * ledger before its first line leaves, and closes when its token is no good any more, when a stop reaches it, or when all is told.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../lib/caller.ts'
import { refusal } from '../lib/errors.ts'
import type { World } from '../lib/world.ts'
import type { PolicyRevision } from '../policies/engine/revision.ts'
import type { Audit } from './audit/audit.ts'
import { beginArrival, beginExchange } from './exchange.ts'
import type { Authenticator } from './identity/authenticate.ts'
import type { IdentityRequest } from './identity/bearer.ts'
import type { Log } from './log.ts'
import { type Answer, refusalAnswer } from './response/answer.ts'

export interface EventStreamsOptions {
  readonly authenticator: Authenticator
  /** Rejects when the caller, or somebody in its chain, has been shut out since. */
  readonly recheck: (caller: Caller) => Promise<void>
  /** Calls `close` when a stop ends the stream; call the result when it has ended. Throws where one is in force already. */
  readonly watchStop: (caller: Caller, close: () => void) => () => void
  readonly audit: Audit
  readonly world: World
  readonly log: Log
  readonly currentRevision: () => PolicyRevision
  /** The `WWW-Authenticate` value of a refusal. */
  readonly challenge: (request: IdentityRequest) => string
  /** Default 15 seconds: a line that keeps proxies from closing the stream. */
  readonly heartbeatMs?: number
  /** How often the token is looked at again. Default 1 second. */
  readonly checkMs?: number
}

/** One line of a stream. */
export interface StreamEvent {
  /** Given back as `Last-Event-ID` by a client that comes again. */
  readonly id: number
  readonly event: string
  readonly data: unknown
}

/** What can be followed under one address. */
export interface StreamSource {
  /** `/approvals/:id/events` */
  readonly url: `/${string}/:id/events`
  /** Looks for it; throws a refusal where there is none that this caller may follow. Gives the approval that it is about, if any. */
  find(id: string, caller: Caller): Promise<{ readonly approval: string | null }>
  /** Tells what has happened behind `lastSeen`, and then what happens; resolves when the signal aborts. */
  follow(
    id: string,
    stream: {
      readonly lastSeen: number
      readonly tell: (event: StreamEvent) => void
      /** All is told. */
      readonly end: () => void
      readonly signal: AbortSignal
    },
  ): Promise<void>
}

/** Streams that one principal may have open at once. */
const mostStreams = 20

/** Adds a route for each source. */
export function registerEventStreams(
  server: FastifyInstance,
  sources: readonly StreamSource[],
  options: EventStreamsOptions,
): void {
  const open = new Map<string, number>()
  const closing = new AbortController()
  // A gateway that stops lets requests finish, and a stream by itself never does.
  server.addHook('preClose', (done) => {
    closing.abort()
    done()
  })
  for (const source of sources) {
    server.get<{ Params: { id: string } }>(source.url, async (request, reply) => {
      await serve(source, { request, reply, id: request.params.id, open, closing: closing.signal }, options)
    })
  }
}

interface Served {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly id: string
  readonly open: Map<string, number>
  readonly closing: AbortSignal
}

async function serve(
  source: StreamSource,
  { request, reply, id, open, closing }: Served,
  options: EventStreamsOptions,
): Promise<void> {
  const { world, currentRevision, authenticator, audit, log } = options
  const controller = new AbortController()
  const abort = () => {
    controller.abort()
  }
  // Whether it was answered or its client has left: nothing of it stays.
  reply.raw.once('close', abort)
  closing.addEventListener('abort', abort, { once: true, signal: controller.signal })
  const arrival = beginArrival({ world, currentRevision }, controller)
  let caller: Caller | null = null
  using held = new DisposableStack()
  try {
    caller = await authenticator.authenticate(request.raw, arrival.revision.roles)
    const { approval } = await source.find(id, caller)
    held.defer(takePlace(open, caller))
    held.defer(options.watchStop(caller, abort))
    const recorded = await record(caller, approval, accepted)
    if (recorded !== accepted) {
      await send(reply, recorded, arrival.requestId)
      return
    }
  } catch (error) {
    const answer = await record(caller, null, refusalAnswer(error, arrival, log))
    const challenge = answer.status === 401 ? { 'www-authenticate': options.challenge(request.raw) } : {}
    await send(reply, { ...answer, headers: { ...answer.headers, ...challenge } }, arrival.requestId)
    return
  }
  await stream(source, { id, caller, request, reply, controller, requestId: arrival.requestId }, options)

  /** One record in the ledger for each stream, before its first line leaves. */
  function record(who: Caller | null, approval: string | null, answer: Answer): Promise<Answer> {
    const sent = { text: '', shape: null, variables: {} }
    const exchange = who === null ? null : beginExchange(arrival, who, { sent })
    if (exchange !== null) exchange.requestedApproval = approval
    return audit.outcome(arrival, exchange, answer)
  }
}

/** Counts one stream of a principal until the result is called. @throws `RATE_LIMITED` when it has too many. */
function takePlace(open: Map<string, number>, caller: Caller): () => void {
  const { id } = caller
  const before = open.get(id) ?? 0
  if (before >= mostStreams) throw tooMany(caller)
  open.set(id, before + 1)
  return () => {
    const left = (open.get(id) ?? 1) - 1
    if (left > 0) open.set(id, left)
    else open.delete(id)
  }
}

interface Stream {
  readonly id: string
  readonly caller: Caller
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly controller: AbortController
  readonly requestId: string
}

async function stream(
  source: StreamSource,
  { id, caller, request, reply, controller, requestId }: Stream,
  { recheck, world, heartbeatMs = 15_000, checkMs = 1_000 }: EventStreamsOptions,
): Promise<void> {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-accel-buffering': 'no',
    'mandate-request-id': requestId,
  })
  const heartbeat = setInterval(() => raw.write(': still here\n\n'), heartbeatMs)
  const checks = setInterval(() => {
    // A revoked or expired token closes the stream; so does one that cannot be checked any more.
    if (caller.expiresAt * 1000 <= world.now().getTime()) controller.abort()
    recheck(caller).catch(() => {
      controller.abort()
    })
  }, checkMs)
  try {
    await source.follow(id, {
      lastSeen: lastSeen(request.headers['last-event-id']),
      tell: (event) => raw.write(`id: ${event.id}\nevent: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`),
      end: () => {
        controller.abort()
      },
      signal: controller.signal,
    })
  } finally {
    clearInterval(heartbeat)
    clearInterval(checks)
    if (!raw.writableEnded) raw.end()
  }
}

/** Nothing has been told yet to whoever names no event, or none of ours. */
function lastSeen(header: string | string[] | undefined): number {
  return typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : 0
}

const accepted: Answer = { status: 200, headers: {}, body: '', codes: [], data: 'whole', cause: null }

async function send(reply: FastifyReply, { status, headers, body }: Answer, requestId: string): Promise<void> {
  await reply
    .code(status)
    .headers({ ...headers, 'mandate-request-id': requestId, 'x-content-type-options': 'nosniff' })
    .send(body)
}

function tooMany({ id }: Caller) {
  return refusal('RATE_LIMITED', `\`${id}\` has ${mostStreams} streams open; close one first.`, {
    retryAfterSeconds: 1,
  })
}
