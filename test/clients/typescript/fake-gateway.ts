/** A gateway and an issuer on a socket that answer what a test says, and remember what they were asked. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { createLocalJWKSet, type JWK, jwtVerify } from 'jose'

export interface Asked {
  readonly headers: IncomingHttpHeaders
  readonly query: string
  readonly variables: Record<string, any>
  readonly extensions: Record<string, unknown>
}

export interface FakeAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Breaks the connection in the place of an answer. */
  readonly broken?: true
  readonly afterMs?: number
}

export type Answering = (asked: Asked) => FakeAnswer | Promise<FakeAnswer>

export interface FakeGateway extends AsyncDisposable {
  /** Without a path. */
  readonly url: string
  readonly endpoint: string
  /** The operations, in order. */
  readonly asked: Asked[]
  /** The requests for tokens, in order. */
  readonly tokenRequests: { readonly body: URLSearchParams; readonly headers: IncomingHttpHeaders }[]
  /** What is answered from here on: these, one after the other, the last one for ever. */
  answers(...answers: (FakeAnswer | Answering)[]): void
  /** What the issuer does. */
  issuer: { publicJwk?: JWK; expiresIn: number; down: boolean; named?: string }
}

/** A refusal as the gateway writes it. */
export function refusing(code: string, status: number, details: Record<string, unknown> = {}): FakeAnswer {
  const extensions = { code, next: `What to do about ${code}.`, ...details }
  return { status, body: { errors: [{ message: `This is ${code}.`, extensions }] } }
}

export const answering = (data: unknown, more: object = {}): FakeAnswer => ({ body: { data, ...more } })

export async function startFakeGateway(): Promise<FakeGateway> {
  let queue: (FakeAnswer | Answering)[] = [answering({ me: { id: 'agent:test' } })]
  const asked: Asked[] = []
  const tokenRequests: FakeGateway['tokenRequests'] = []
  let tokens = 0

  async function route(url: string, headers: IncomingHttpHeaders, text: string): Promise<FakeAnswer> {
    if (url === '/.well-known/oauth-authorization-server') {
      return { body: { issuer: fake.issuer.named ?? fake.url, token_endpoint: `${fake.url}/oauth/token` } }
    }
    if (url === '/oauth/token') return await issue(headers, new URLSearchParams(text))
    const body = JSON.parse(text) as Omit<Asked, 'headers'>
    const request = { ...body, headers }
    asked.push(request)
    const next = queue.length > 1 ? queue.shift() : queue[0]
    return typeof next === 'function' ? await next(request) : (next ?? {})
  }

  async function issue(headers: IncomingHttpHeaders, body: URLSearchParams): Promise<FakeAnswer> {
    tokenRequests.push({ body, headers })
    if (fake.issuer.down) return { status: 503, body: {} }
    const { publicJwk, expiresIn } = fake.issuer
    const keys = createLocalJWKSet({ keys: publicJwk ? [publicJwk] : [] })
    try {
      await jwtVerify(body.get('client_assertion') ?? '', keys, {
        audience: [fake.url, `${fake.url}/oauth/token`],
        issuer: body.get('client_id') ?? '',
      })
    } catch {
      return { status: 401, body: { error: 'invalid_client', error_description: 'the key is not known' } }
    }
    return { body: { access_token: `token-${(tokens += 1)}`, expires_in: expiresIn } }
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      void route(request.url ?? '', request.headers, Buffer.concat(chunks).toString()).then((answer) =>
        write(response, answer),
      )
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const fake: FakeGateway = {
    url,
    endpoint: `${url}/graphql`,
    asked,
    tokenRequests,
    answers: (...answers) => (queue = answers),
    issuer: { expiresIn: 600, down: false },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return fake
}

function write(response: ServerResponse, { status = 200, headers = {}, body, broken, afterMs = 0 }: FakeAnswer): void {
  if (broken) {
    response.destroy()
    return
  }
  setTimeout(() => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    response.writeHead(status, { 'content-type': 'application/json', 'mandate-request-id': 'request-1', ...headers })
    response.end(text)
  }, afterMs)
}
