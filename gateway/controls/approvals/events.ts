/**
 * `GET /approvals/<id>/events`: each change of a request as it happens (server-sent events, WHATWG HTML), for whoever asked or
 * decides. The stream says no more than the query does, ends when the request is settled, and closes when its token is no good any more.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../../../lib/caller.ts'
import { refusal } from '../../../lib/errors.ts'
import type { World } from '../../../lib/world.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import type { Database } from '../../../storage/database.ts'
import { findApproval } from '../../../storage/stores/approvals/approvals.ts'
import { takesPart } from '../../../storage/stores/approvals/participants.ts'
import type { ApprovalRequest } from '../../../storage/stores/approvals/request.ts'
import { isSettled } from '../../../storage/stores/approvals/states.ts'
import type { Audit } from '../../audit/audit.ts'
import { beginArrival, beginExchange } from '../../exchange.ts'
import type { Authenticator } from '../../identity/authenticate.ts'
import type { IdentityRequest } from '../../identity/bearer.ts'
import type { Log } from '../../log.ts'
import { type Answer, refusalAnswer } from '../../response/answer.ts'
import { tellApproval } from './tell.ts'
import type { ApprovalWatch } from './watch.ts'

export interface ApprovalEventsOptions {
  readonly database: Pick<Database, 'kysely'>
  readonly watch: Pick<ApprovalWatch, 'follow'>
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

/** Streams that one principal may have open at once. */
const mostStreams = 20

/** Adds the route. */
export function registerApprovalEvents(server: FastifyInstance, options: ApprovalEventsOptions): void {
  const open = new Map<string, number>()
  const closing = new AbortController()
  // A gateway that stops lets requests finish, and a stream by itself never does.
  server.addHook('preClose', (done) => {
    closing.abort()
    done()
  })
  server.get<{ Params: { id: string } }>('/approvals/:id/events', async (request, reply) => {
    const { world, currentRevision, authenticator, audit, log } = options
    const controller = new AbortController()
    // Whether it was answered or its client has left: nothing of it stays.
    reply.raw.once('close', () => {
      controller.abort()
    })
    closing.signal.addEventListener(
      'abort',
      () => {
        controller.abort()
      },
      { once: true, signal: controller.signal },
    )
    const arrival = beginArrival({ world, currentRevision }, controller)
    const { id } = request.params
    let caller: Caller | null = null
    using held = new DisposableStack()
    try {
      caller = await authenticator.authenticate(request.raw, arrival.revision.roles)
      const found = /^[0-9A-Za-z-]{1,64}$/.test(id) ? await findApproval(options.database.kysely, id) : null
      if (found === null || !takesPart(found, caller)) throw unknown(id)
      held.defer(takePlace(open, caller))
      held.defer(
        options.watchStop(caller, () => {
          controller.abort()
        }),
      )
      const recorded = await record(caller, id, accepted)
      if (recorded !== accepted) return await send(reply, recorded, arrival.requestId)
    } catch (error) {
      const answer = await record(caller, null, refusalAnswer(error, arrival, log))
      const challenge = answer.status === 401 ? { 'www-authenticate': options.challenge(request.raw) } : {}
      return await send(reply, { ...answer, headers: { ...answer.headers, ...challenge } }, arrival.requestId)
    }
    await stream({ id, caller, request, reply, controller, requestId: arrival.requestId }, options)
    return undefined

    /** One record in the ledger for each stream, before its first line leaves. */
    function record(who: Caller | null, approval: string | null, answer: Answer): Promise<Answer> {
      const sent = { text: '', shape: null, variables: {} }
      const exchange = who === null ? null : beginExchange(arrival, who, { sent })
      if (exchange !== null) exchange.requestedApproval = approval
      return audit.outcome(arrival, exchange, answer)
    }
  })
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
  { id, caller, request, reply, controller, requestId }: Stream,
  { watch, recheck, world, heartbeatMs = 15_000, checkMs = 1_000 }: ApprovalEventsOptions,
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
  let seen = lastSeen(request.headers['last-event-id'])
  // Told again and again by time: what the clock has ended is told when the timer has written it down.
  const tell = (found: ApprovalRequest) => {
    const now = world.now()
    if (found.version > seen) {
      seen = found.version
      raw.write(`id: ${found.version}\nevent: approval\ndata: ${JSON.stringify(tellApproval(found, now))}\n\n`)
    }
    if (isSettled(found, now)) controller.abort()
  }
  const heartbeat = setInterval(() => raw.write(': still here\n\n'), heartbeatMs)
  const checks = setInterval(() => {
    // A revoked or expired token closes the stream; so does one that cannot be checked any more.
    if (caller.expiresAt * 1000 <= world.now().getTime()) controller.abort()
    recheck(caller).catch(() => {
      controller.abort()
    })
  }, checkMs)
  try {
    await watch.follow(id, tell, controller.signal)
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

function send(reply: FastifyReply, { status, headers, body }: Answer, requestId: string) {
  return reply
    .code(status)
    .headers({ ...headers, 'mandate-request-id': requestId, 'x-content-type-options': 'nosniff' })
    .send(body)
}

function unknown(id: string) {
  return refusal('NOT_FOUND', `There is no approval \`${id.slice(0, 64)}\` that this caller made or may decide.`, {
    id,
  })
}

function tooMany({ id }: Caller) {
  return refusal('RATE_LIMITED', `\`${id}\` has ${mostStreams} streams open; close one first.`, {
    retryAfterSeconds: 1,
  })
}
