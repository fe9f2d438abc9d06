/**
 * oidc-provider, set up to do one thing: `client_credentials` with `private_key_jwt`, answered with a JWT access token for
 * the gateway. Everything else that it can do is switched off, and its other paths are not reachable.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { JWK } from 'jose'
import type { World } from '../../lib/world.ts'
import { assertionToleranceSeconds, createAssertionRules } from './assertion-rules.ts'
import type { DemoIdentity } from './demo-identities.ts'
import type { PrivateJwk } from './private-keys.ts'

export interface AuthorizationServerOptions {
  readonly issuer: string
  readonly audience: string
  readonly signingKey: PrivateJwk
  readonly clients: readonly { readonly identity: DemoIdentity; readonly key: JWK }[]
  readonly scopesOf: (identity: DemoIdentity) => readonly string[]
  readonly tokenLifetimeSeconds: number
  readonly world: World
  readonly log: { error(details: Readonly<Record<string, unknown>>, message: string): void }
}

export interface AuthorizationServer {
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void
  readonly paths: readonly string[]
}

const tokenPath = '/oauth/token'
const keysPath = '/.well-known/jwks.json'
const metadataPaths = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']

/** Makes the server. The library is loaded here, so that a gateway with a real issuer never loads it. */
export async function createAuthorizationServer(options: AuthorizationServerOptions): Promise<AuthorizationServer> {
  const { issuer, log } = options
  const { Provider, errors } = await import('oidc-provider')
  const provider = new Provider(issuer, configure(options, errors))
  provider.silent = true
  provider.on('server_error', (_context, error) => {
    log.error({ err: error }, 'the development issuer failed to answer')
  })
  const answer = provider.callback()
  const metadata = JSON.stringify(describeServer(issuer))

  return {
    paths: [tokenPath, keysPath, ...metadataPaths],
    handler(request, response) {
      const path = request.url?.split('?')[0] ?? ''
      if (path === tokenPath || path === keysPath) {
        answer(request, response).catch((error: unknown) => {
          log.error({ err: error }, 'the development issuer failed to answer')
          response.destroy()
        })
        return
      }
      const found = metadataPaths.includes(path) && (request.method === 'GET' || request.method === 'HEAD')
      response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' })
      response.end(found ? metadata : '{"error":"invalid_request","error_description":"There is nothing here."}')
    },
  }
}

type Errors = (typeof import('oidc-provider'))['errors']

function configure(options: AuthorizationServerOptions, errors: Errors): Readonly<Record<string, unknown>> {
  const { issuer, audience, signingKey, clients, scopesOf, tokenLifetimeSeconds, world } = options
  const identities = new Map(clients.map(({ identity }) => [identity.id as string, identity]))
  const refuseAssertion = createAssertionRules([issuer, `${issuer}${tokenPath}`], world)
  const off = { enabled: false }

  return {
    adapter: NoStorage,
    jwks: { keys: [signingKey] },
    clients: clients.map(({ identity, key }) => ({
      client_id: identity.id,
      client_name: identity.title,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      id_token_signed_response_alg: 'ES256',
      jwks: { keys: [key] },
    })),
    clientAuthMethods: ['private_key_jwt'],
    responseTypes: [],
    scopes: [],
    subjectTypes: ['public'],
    routes: { token: tokenPath, jwks: keysPath },
    ttl: { ClientCredentials: tokenLifetimeSeconds },
    clockTolerance: assertionToleranceSeconds,
    clientBasedCORS: () => false,
    renderError: (context: { type: string; body: string }, out: object) => {
      context.type = 'json'
      context.body = JSON.stringify(out)
    },
    assertJwtClientAuthClaimsAndHeader: (_context: unknown, claims: Readonly<Record<string, unknown>>) => {
      const refused = refuseAssertion(claims)
      if (refused !== null) throw new errors.InvalidClientAuth(refused)
    },
    extraTokenClaims: (_context: unknown, { clientId }: { clientId: string }) => {
      const identity = identities.get(clientId)
      return { kind: identity?.kind, roles: identity?.roles }
    },
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: (context: TokenRequest, resource: string, { clientId }: { clientId: string }) => {
          const identity = identities.get(clientId)
          if (resource !== audience || identity === undefined) throw new errors.InvalidTarget()
          return {
            audience,
            scope: grantScopes(context, scopesOf(identity), errors).join(' '),
            accessTokenFormat: 'jwt',
            accessTokenTTL: tokenLifetimeSeconds,
            jwt: { sign: { alg: 'ES256', kid: signingKey.kid } },
          }
        },
      },
      devInteractions: off,
      dPoP: off,
      rpInitiatedLogout: off,
      userinfo: off,
    },
  }
}

interface TokenRequest {
  readonly oidc: { readonly params: { scope?: string | undefined } }
}

/** Cuts the scopes asked for to those of the roles; asking for none asks for all (RFC 6749, section 3.3). */
function grantScopes({ oidc }: TokenRequest, allowed: readonly string[], errors: Errors): readonly string[] {
  const asked = oidc.params.scope
  if (asked === undefined) {
    if (allowed.length > 0) oidc.params.scope = allowed.join(' ')
    return allowed
  }
  const granted = allowed.filter((scope) => asked.split(' ').includes(scope))
  if (granted.length === 0) throw new errors.InvalidScope('this client may have none of the scopes', asked)
  return granted
}

/** RFC 8414. What the library would publish names endpoints that are switched off here. */
function describeServer(issuer: string): Readonly<Record<string, unknown>> {
  return {
    issuer,
    token_endpoint: `${issuer}${tokenPath}`,
    jwks_uri: `${issuer}${keysPath}`,
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['ES256'],
  }
}

/** Access tokens are JWTs and assertions are remembered by our own rules: there is nothing to store. */
class NoStorage {
  upsert(): Promise<void> {
    return Promise.resolve()
  }
  find(): Promise<undefined> {
    return Promise.resolve(undefined)
  }
}
