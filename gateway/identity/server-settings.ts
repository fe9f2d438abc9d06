/**
 * How oidc-provider is set up: `client_credentials` and token exchange with `private_key_jwt`, the authorization code with PKCE for
 * people. Everything else that it can do is switched off.
 */
import { randomBytes } from 'node:crypto'
import type { Context } from 'oidc-provider'
import type { Actor } from '../../lib/caller.ts'
import type { World } from '../../lib/world.ts'
import { assertionToleranceSeconds, createAssertionRules } from './assertion-rules.ts'
import type { IssuerClient, IssuerClients } from './issuer-clients.ts'
import { createIssuerStorage } from './issuer-storage.ts'
import type { PrivateJwk } from './private-keys.ts'
import { proofAlgorithms } from './proof.ts'
import { developmentAcr, issuerPaths } from './server-metadata.ts'
import { exchangeGrant } from './token-exchange.ts'
import type { UsedOnce } from './used-once.ts'

export interface ServerSettingsOptions {
  readonly issuer: string
  readonly audience: string
  readonly signingKey: PrivateJwk
  readonly clients: IssuerClients
  readonly scopesOf: (principal: Actor) => readonly string[]
  /** The role of the principal that asks for tokens bound to a key; null when none does. */
  readonly roleWithProof: (principal: Actor) => string | null
  readonly tokenLifetimeSeconds: number
  readonly used: UsedOnce
  readonly world: World
}

type Library = typeof import('oidc-provider')

const codeSeconds = 60
const signInSeconds = 600

/** The settings. */
export function serverSettings(options: ServerSettingsOptions, library: Library): Readonly<Record<string, unknown>> {
  const { issuer, audience, signingKey, clients, used, world, tokenLifetimeSeconds } = options
  const { errors } = library
  const refuseAssertion = createAssertionRules([issuer, `${issuer}${issuerPaths.token}`], used)
  const off = { enabled: false }
  const rights = accessRights(options, library)

  return {
    adapter: createIssuerStorage({
      findClient: async (id) => {
        const client = await clients.find(id)
        return client === null ? undefined : clientMetadata(client, options)
      },
      codeUsed: () => new errors.InvalidGrant('the authorization code was used before'),
      used,
      world,
    }),
    jwks: { keys: [signingKey] },
    clients: publicClients(audience),
    clientAuthMethods: ['private_key_jwt', 'none'],
    enabledJWA: {
      clientAuthSigningAlgValues: proofAlgorithms,
      dPoPSigningAlgValues: proofAlgorithms,
      idTokenSigningAlgValues: ['ES256'],
    },
    responseTypes: ['code'],
    pkce: { required: () => true },
    scopes: ['openid'],
    claims: { openid: ['sub', 'acr', 'auth_time'] },
    acrValues: [developmentAcr],
    subjectTypes: ['public'],
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    routes: { token: issuerPaths.token, jwks: issuerPaths.keys, authorization: issuerPaths.authorize },
    interactions: {
      policy: [alwaysAsk(library)],
      url: (_context: unknown, { uid }: { uid: string }) => `${issuerPaths.signIn}/${uid}`,
    },
    ttl: {
      ClientCredentials: tokenLifetimeSeconds,
      AccessToken: tokenLifetimeSeconds,
      AuthorizationCode: codeSeconds,
      Grant: signInSeconds,
      IdToken: tokenLifetimeSeconds,
      Interaction: signInSeconds,
      Session: signInSeconds,
    },
    // No session is kept for a token to end with.
    expiresWithSession: () => false,
    clockTolerance: assertionToleranceSeconds,
    // The console is a page of the gateway's; where the issuer is a process of its own, it asks across origins.
    clientBasedCORS: (_context: unknown, origin: string, client: { clientId: string }) =>
      client.clientId === consoleClient && origin === new URL(audience).origin,
    renderError: (context: { type: string; body: string }, out: object) => {
      context.type = 'json'
      context.body = JSON.stringify(out)
    },
    assertJwtClientAuthClaimsAndHeader: (_context: unknown, claims: Readonly<Record<string, unknown>>) => {
      const refused = refuseAssertion(claims)
      if (refused !== null) throw new errors.InvalidClientAuth(refused)
    },
    ...rights.hooks,
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: rights.resourceServer,
      },
      devInteractions: off,
      dPoP: { enabled: true },
      rpInitiatedLogout: off,
      userinfo: off,
    },
  }
}

/** The command line, with a listener on loopback (RFC 8252, section 7.3): the port is its own choice. */
export const commandLineClient = 'mandate-cli'
/** The pages that the gateway serves itself. */
export const consoleClient = 'mandate-console'

function publicClients(audience: string): readonly object[] {
  const common = {
    grant_types: ['authorization_code'],
    response_types: ['code'],
    response_modes: ['query'],
    token_endpoint_auth_method: 'none',
    id_token_signed_response_alg: 'ES256',
    require_auth_time: true,
  }
  return [
    {
      ...common,
      client_id: commandLineClient,
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback', 'http://[::1]/callback'],
    },
    {
      ...common,
      client_id: consoleClient,
      application_type: 'web',
      redirect_uris: [`${new URL(audience).origin}/console/callback`],
    },
  ]
}

function clientMetadata({ principal, title, keys }: IssuerClient, { roleWithProof }: ServerSettingsOptions) {
  return {
    client_id: principal.id,
    client_name: title,
    // People act for themselves alone.
    grant_types: principal.kind === 'person' ? ['client_credentials'] : ['client_credentials', exchangeGrant],
    response_types: [],
    redirect_uris: [],
    token_endpoint_auth_method: 'private_key_jwt',
    id_token_signed_response_alg: 'ES256',
    dpop_bound_access_tokens: roleWithProof(principal) !== null,
    jwks: { keys: [...keys] },
  }
}

/** There are no sessions: each sign-in asks anew who is there. */
function alwaysAsk({ interactionPolicy: { Prompt, Check } }: Library): object {
  const unanswered = ({ oidc }: Context) => oidc.result?.login === undefined
  return new Prompt(
    { name: 'login', requestable: true },
    new Check('unanswered', 'nobody has signed in yet', 'login_required', unanswered),
  )
}

/** What a token carries: the scopes of the roles of whoever it is for, and who that is. */
function accessRights(options: ServerSettingsOptions, { errors }: Library) {
  const { audience, signingKey, clients, scopesOf, tokenLifetimeSeconds } = options
  /** Who alone may act for the person of a grant, as long as its code may be redeemed. */
  const restrictions = new Map<string, string>()

  /** For whom the token is: the person behind the code, or the client itself. */
  async function principalOf({ oidc }: Context): Promise<Actor | null> {
    const id = oidc.entities.AuthorizationCode?.accountId ?? oidc.account?.accountId ?? oidc.client?.clientId
    return id === undefined ? null : ((await clients.find(id))?.principal ?? null)
  }

  /** The library refuses too, without a word of what to do. */
  function assertProves(context: Context, principal: Actor): void {
    const role = context.get('DPoP') === '' ? options.roleWithProof(principal) : null
    if (role === null) return
    throw new errors.InvalidDpopProof(`the role \`${role}\` asks for a token that is bound to a key: send a DPoP proof`)
  }

  return {
    resourceServer: async (context: Context, resource: string) => {
      if (resource !== audience) throw new errors.InvalidTarget(`tokens are made for \`${audience}\` alone`)
      const principal = await principalOf(context)
      const grant = context.oidc.params['grant_type']
      if (grant !== undefined && principal !== null) assertProves(context, principal)
      const allowed = principal === null ? [] : scopesOf(principal)
      const byItself = grant === 'client_credentials'
      return {
        audience,
        scope: (byItself ? grantScopes(context, allowed, errors) : allowed).join(' '),
        accessTokenFormat: 'jwt',
        accessTokenTTL: tokenLifetimeSeconds,
        jwt: { sign: { alg: 'ES256', kid: signingKey.kid } },
      }
    },
    hooks: {
      extraParams: {
        may_act: (_context: Context, value: string | undefined) => {
          if (value === undefined || /^agent:[a-z0-9._-]{1,128}$/u.test(value)) return
          throw new errors.InvalidRequest('may_act must name an agent, such as `agent:support-agent`')
        },
      },
      findAccount: async (_context: Context, id: string) => {
        const person = await clients.find(id)
        if (person?.principal.kind !== 'person') return undefined
        return { accountId: id, claims: () => ({ sub: id }) }
      },
      async loadExistingGrant({ oidc }: Context) {
        const person = await clients.find(oidc.account?.accountId ?? '')
        if (person === null || oidc.client === undefined) return undefined
        const granted = askedOf(oidc.params['scope'], scopesOf(person.principal))
        if (granted === null) throw new errors.InvalidScope('this person may have none of the scopes')
        oidc.params['scope'] = ['openid', ...granted].join(' ')
        const grant = new oidc.provider.Grant({ accountId: person.principal.id, clientId: oidc.client.clientId })
        grant.addOIDCScope('openid')
        grant.addResourceScope(audience, granted.join(' '))
        await grant.save()
        const { may_act: mayAct } = oidc.params
        if (mayAct !== undefined) {
          restrictions.set(grant.jti, mayAct)
          setTimeout(() => restrictions.delete(grant.jti), 2 * codeSeconds * 1_000).unref()
        }
        return grant
      },
      async extraTokenClaims(context: Context) {
        const principal = await principalOf(context)
        const code = context.oidc.entities.AuthorizationCode
        const mayAct = code && restrictions.get(code.grantId)
        return {
          kind: principal?.kind,
          roles: principal?.roles,
          ...(code ? { auth_time: code.authTime, acr: code.acr } : {}),
          ...(mayAct === undefined ? {} : { may_act: { sub: mayAct } }),
        }
      },
    },
  }
}

/** Cuts the scopes asked for to those of the roles; asking for none asks for all (RFC 6749, section 3.3). */
function grantScopes({ oidc }: Context, allowed: readonly string[], errors: Library['errors']): readonly string[] {
  const asked = oidc.params['scope']
  const granted = askedOf(asked, allowed)
  if (granted === null) throw new errors.InvalidScope('this client may have none of the scopes', asked)
  if (asked === undefined && granted.length > 0) oidc.params['scope'] = granted.join(' ')
  return granted
}

/** Null where scopes were asked for and the roles give none of them. */
function askedOf(asked: string | undefined, allowed: readonly string[]): readonly string[] | null {
  const wanted = (asked ?? '').split(' ').filter((scope) => scope !== '' && scope !== 'openid')
  if (wanted.length === 0) return allowed
  const granted = allowed.filter((scope) => wanted.includes(scope))
  return granted.length === 0 ? null : granted
}
