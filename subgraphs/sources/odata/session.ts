/**
 * The calls of one service: what the dialect wants in every request, and the token against forged requests that SAP's services
 * ask for before a change (`X-CSRF-Token: Fetch`), with the cookies that belong to it.
 */
import type { SystemAnswer, SystemClient } from '../http/system-client.ts'
import type { Dialect } from './dialect.ts'
import { jsonTypes, serviceTypes } from './media-types.ts'
import type { ODataRequest } from './message.ts'

export interface SessionOptions {
  readonly client: SystemClient
  readonly dialect: Dialect
  readonly csrf: boolean
}

interface SendOptions {
  readonly body: string | null
  readonly contentType?: string
  readonly accepts?: readonly string[]
  readonly idempotent: boolean
  readonly signal: AbortSignal
}

export interface ODataSession {
  /** Sends one HTTP request to the service. */
  send(request: Pick<ODataRequest, 'method' | 'path' | 'headers'>, options: SendOptions): Promise<SystemAnswer>
}

interface Token {
  readonly value: string
  readonly cookies: string
}

/** Opens a session; it asks for nothing before the first change. */
export function openSession({ client, dialect, csrf }: SessionOptions): ODataSession {
  let token: Promise<Token> | null = null

  async function fetchToken(signal: AbortSignal): Promise<Token> {
    const { headers, cookies } = await client.send({
      method: 'GET',
      path: '/',
      headers: { ...dialect.headers, 'x-csrf-token': 'Fetch' },
      accepts: serviceTypes,
      idempotent: true,
      signal,
    })
    return {
      value: headers.get('x-csrf-token') ?? '',
      cookies: cookies.map((cookie) => cookie.split(';', 1)[0] ?? '').join('; '),
    }
  }

  async function currentToken(signal: AbortSignal): Promise<Token> {
    token ??= fetchToken(signal).catch((error: unknown) => {
      token = null
      throw error
    })
    return token
  }

  async function once(
    { method, path, headers }: Pick<ODataRequest, 'method' | 'path' | 'headers'>,
    { body, contentType, accepts = jsonTypes, idempotent, signal }: SendOptions,
  ): Promise<SystemAnswer> {
    const [resource, query] = splitQuery(path)
    const proof = csrf && method !== 'GET' ? await currentToken(signal) : null
    return client.send({
      // MERGE is a verb of version 2 alone; services take it as a tunnelled POST.
      method: method === 'MERGE' ? 'POST' : method,
      path: `/${resource}`,
      ...(query === undefined ? {} : { query }),
      headers: {
        ...dialect.headers,
        ...headers,
        ...(method === 'MERGE' ? { 'x-http-method': 'MERGE' } : {}),
        ...(proof ? { 'x-csrf-token': proof.value, ...(proof.cookies === '' ? {} : { cookie: proof.cookies }) } : {}),
      },
      body,
      ...(contentType === undefined ? {} : { contentType }),
      accepts,
      idempotent,
      signal,
    })
  }

  return {
    async send(request, options) {
      const answer = await once(request, options)
      const asksForToken = answer.status === 403 && answer.headers.get('x-csrf-token')?.toLowerCase() === 'required'
      if (!csrf || !asksForToken) return answer
      // The token is old: nothing was done, so one more try with a new one cannot do it twice.
      token = null
      return once(request, options)
    },
  }
}

function splitQuery(path: string): readonly [string, string | undefined] {
  const mark = path.indexOf('?')
  return mark < 0 ? [path, undefined] : [path.slice(0, mark), path.slice(mark + 1)]
}
