/** One attempt of one call: through the address guard, with the connector's credentials, and with an answer that can be read. */
import { Agent, request as dispatch } from 'undici'
import { createGuardedConnector, isLoopbackHost } from './address-guard.ts'
import { createAuthorizer, type TokenRequest } from './authorizer.ts'
import type { OpenClientOptions } from './open-client.ts'
import { jsonTypes, readBody, requireType, UnacceptableBody } from './read-body.ts'
import { requireAnswer } from './read-status.ts'
import type { SystemAnswer, SystemRequest } from './system-client.ts'
import { SystemFailure } from './system-failure.ts'

interface Wire {
  send(request: SystemRequest, signal: AbortSignal): Promise<SystemAnswer>
  close(): Promise<void>
}

/** What {@link Wire.send} puts on the line: the same for the system and for its token endpoint. */
interface Outgoing {
  readonly url: URL
  readonly method: SystemRequest['method']
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly accepts: readonly string[]
  readonly repeatable: boolean
}

const tokenBytes = 65_536

/** Opens the wire of one connector. */
export function openWire({
  connector,
  url,
  credentials,
  limits,
  allowPrivate,
  now,
  resolver,
}: OpenClientOptions): Wire {
  const loopback = isLoopbackHost(url.hostname) ? 'allowed' : 'forbidden'
  const agent = new Agent({
    connect: createGuardedConnector({ allowPrivate, loopback }, limits.timeoutMs, resolver),
    connections: limits.concurrency,
    pipelining: 1,
    // The signal of each attempt decides; these would only say it differently.
    headersTimeout: 0,
    bodyTimeout: 0,
  })

  async function exchange(outgoing: Outgoing, maximum: number, signal: AbortSignal): Promise<SystemAnswer> {
    const { method, headers, body, accepts, repeatable } = outgoing
    const response = await dispatch(outgoing.url, {
      dispatcher: agent,
      method,
      signal,
      body,
      headers: {
        accept: accepts.filter((type) => !type.includes('*')).join(', '),
        'accept-encoding': 'identity',
        'user-agent': 'mandate-connector',
        ...headers,
      },
    })
    const read = readHeaders(response.headers)
    try {
      requireAnswer(response.statusCode, read.headers, { connector, repeatable, now: now() })
      const encoding = read.headers.get('content-encoding') ?? 'identity'
      if (encoding !== 'identity') throw new UnacceptableBody('wrong-type', 'a compressed body')
    } catch (error) {
      // The rest of an answer that is not read must not hold its connection.
      response.body.on('error', () => undefined).destroy()
      throw error
    }
    const text = await readBody(response.body, maximum)
    if (response.statusCode < 300 && text !== '') requireType(read.headers.get('content-type'), accepts)
    return { status: response.statusCode, ...read, text }
  }

  const askToken: TokenRequest = async (tokenUrl, headers, body, signal) => {
    const contentType = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await exchange(
      {
        url: new URL(tokenUrl),
        method: 'POST',
        headers: { ...headers, ...contentType },
        body,
        accepts: jsonTypes,
        repeatable: true,
      },
      tokenBytes,
      signal,
    )
    if (answer.status !== 200) throw notAuthorised(connector, `HTTP ${answer.status} of the token endpoint`)
    return answer.text
  }
  const authorizer = createAuthorizer(credentials, now, askToken)

  return {
    async send(request, signal) {
      const {
        method,
        path,
        query,
        headers,
        body = null,
        contentType = 'application/json',
        accepts = jsonTypes,
      } = request
      const send = async () =>
        exchange(
          {
            url: targetOf(url, path, query),
            method,
            headers: {
              ...(body === null ? {} : { 'content-type': contentType }),
              ...headers,
              ...(await authorizer.headers(signal)),
            },
            body,
            accepts,
            repeatable: request.idempotent,
          },
          limits.responseBytes,
          signal,
        )
      let answer = await send()
      // A token may end before its time: once more with a new one, since nothing was done.
      if (answer.status === 401 && authorizer.renew()) answer = await send()
      if (answer.status === 401) throw notAuthorised(connector, 'HTTP 401')
      return answer
    },
    close: () => agent.destroy(),
  }
}

/**
 * The address of a call.
 * INVARIANT: below the connector's URL, on its host, whatever an adapter or a value in a key says.
 */
function targetOf(base: URL, path: string, query: string | undefined): URL {
  const root = base.pathname.endsWith('/') ? base.pathname.slice(0, -1) : base.pathname
  const target = new URL(base)
  target.pathname = root + path
  target.search = query ?? ''
  const inside = target.pathname === root || target.pathname.startsWith(`${root}/`)
  if (!path.startsWith('/') || target.origin !== base.origin || !inside) {
    throw new Error('A connector asked for a path outside of its own URL.')
  }
  return target
}

function readHeaders(raw: Readonly<Record<string, string | string[] | undefined>>) {
  const headers = new Map<string, string>()
  for (const [name, value] of Object.entries(raw)) {
    if (value !== undefined) headers.set(name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value)
  }
  const cookies = raw['set-cookie']
  return { headers, cookies: cookies === undefined ? [] : [cookies].flat() }
}

function notAuthorised(connector: string, detail: string): SystemFailure {
  return new SystemFailure({ connector, reason: 'not-authorised', effect: 'none', detail })
}
