/**
 * oidc-provider behind the paths that we open, with token exchange as a grant of our own. Its other paths are not reachable.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context } from 'oidc-provider'
import type { DemoIdentity } from './demo-identities.ts'
import { InvalidProof, verifyProof } from './proof.ts'
import { describeServer, issuerPaths } from './server-metadata.ts'
import { serverSettings, type ServerSettingsOptions } from './server-settings.ts'
import { createSignIn } from './sign-in.ts'
import {
  type ExchangeAnswer,
  exchangeGrant,
  exchangeParameters,
  ExchangeRefused,
  type ExchangeRequest,
} from './token-exchange.ts'

export interface AuthorizationServerOptions extends ServerSettingsOptions {
  /** Who may sign in on the page. */
  readonly people: readonly DemoIdentity[]
  readonly exchange: (request: ExchangeRequest) => Promise<ExchangeAnswer>
  readonly log: { error(details: Readonly<Record<string, unknown>>, message: string): void }
}

export interface AuthorizationServer {
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void
  /** What it answers, as Fastify writes paths. */
  readonly paths: readonly string[]
}

/** How long a proof at the token endpoint is remembered. */
const rememberProofSeconds = 120

/** Makes the server. The library is loaded here, so that a gateway with a real issuer never loads it. */
export async function createAuthorizationServer(options: AuthorizationServerOptions): Promise<AuthorizationServer> {
  const { issuer, people, log } = options
  const library = await import('oidc-provider')
  const provider = new library.Provider(issuer, serverSettings(options, library))
  provider.silent = true
  provider.on('server_error', (_context, error) => {
    log.error({ err: error }, 'the development issuer failed to answer')
  })
  provider.registerGrantType(exchangeGrant, (context) => answerExchange(context, options, library), exchangeParameters)
  const ask = provider.callback()
  const signIn = createSignIn({ provider, people })
  const metadata = JSON.stringify(describeServer(issuer))
  const { token, keys, authorize, metadata: metadataPaths } = issuerPaths

  function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?')[0] ?? ''
    if (path === token || path === keys || path === authorize || path.startsWith(`${authorize}/`)) {
      return ask(request, response)
    }
    if (path.startsWith(`${issuerPaths.signIn}/`)) return signIn(request, response)
    const found = metadataPaths.some((one) => one === path) && (request.method === 'GET' || request.method === 'HEAD')
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' })
    response.end(found ? metadata : '{"error":"invalid_request","error_description":"There is nothing here."}')
    return Promise.resolve()
  }

  return {
    paths: [token, keys, ...metadataPaths, authorize, `${authorize}/:uid`, `${issuerPaths.signIn}/:uid`],
    handler(request, response) {
      answer(request, response).catch((error: unknown) => {
        log.error({ err: error }, 'the development issuer failed to answer')
        response.destroy()
      })
    },
  }
}

type Library = typeof import('oidc-provider')

async function answerExchange(
  context: Context,
  { exchange, clients, used, world }: AuthorizationServerOptions,
  { errors }: Library,
): Promise<void> {
  const { oidc } = context
  const client = await clients.find(oidc.client?.clientId ?? '')
  if (client === null) throw new errors.InvalidClientAuth('the client is not known any more')
  try {
    const boundTo = await proofOf(context)
    context.body = await exchange({ actor: client.principal, parameters: oidc.params, boundTo })
  } catch (error) {
    if (error instanceof InvalidProof) throw new errors.InvalidDpopProof(error.message)
    if (!(error instanceof ExchangeRefused)) throw error
    switch (error.code) {
      case 'invalid_request':
        throw new errors.InvalidRequest(error.message)
      case 'invalid_scope':
        throw new errors.InvalidScope(error.message)
      case 'invalid_target':
        throw new errors.InvalidTarget(error.message)
    }
  }

  /** The thumbprint of the key that the client proves to hold; null where it sends no proof. */
  async function proofOf({ href }: Context): Promise<string | null> {
    const sent = context.get('DPoP')
    if (sent === '') return null
    const now = world.now()
    const proof = await verifyProof(sent, { method: 'POST', addresses: [href], token: null, now })
    const fresh = used.first(`exchange ${proof.thumbprint} ${proof.id}`, now.getTime() / 1000 + rememberProofSeconds)
    if (!fresh) throw new InvalidProof('The proof has been used before.')
    return proof.thumbprint
  }
}
