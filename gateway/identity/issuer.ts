/**
 * The development issuer: an OAuth 2 and OpenID Connect server inside the gateway, over oidc-provider, that knows the demo
 * identities and the registered agents. It answers this machine only, and never starts in production.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { JSONWebKeySet } from 'jose'
import type { World } from '../../lib/world.ts'
import { createTokenSigner } from './access-tokens.ts'
import { createAuthorizationServer } from './authorization-server.ts'
import type { CallerClaims } from './claims.ts'
import { demoIdentities, findIdentity, type DemoIdentity } from './demo-identities.ts'
import { roleScopes, roleWithProof, type RoleMap } from './effective.ts'
import { createIssuerClients, noRegisteredAgents, type RegisteredAgents } from './issuer-clients.ts'
import { createKeySet } from './keys.ts'
import { writeKnownIdentities } from './known-identities.ts'
import { assertLocalOnly, isLocalRequest } from './local-only.ts'
import { ensurePrivateKey, identityKeyFile, issuerKeyFile, publicPart } from './private-keys.ts'
import { refuseIdentity } from './refusals.ts'
import { createTokenExchange } from './token-exchange.ts'
import { createUsedOnce } from './used-once.ts'
import { createTokenVerifier } from './verify.ts'

/** The line that the issuer writes by itself; pino's logger fits as it is. */
interface IssuerLog {
  error(details: Readonly<Record<string, unknown>>, message: string): void
}

export interface DevelopmentIssuerOptions {
  /** `http://localhost:4000` */
  readonly issuer: string
  /** The address that the gateway listens on. */
  readonly bindHost: string
  /** The audience of its tokens: the gateway's GraphQL endpoint. */
  readonly audience: string
  /** The data folder; keys are made in `issuer/` and `identities/` beneath it. */
  readonly folder: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly world: World
  readonly roles: () => RoleMap
  readonly log: IssuerLog
  readonly identities?: readonly DemoIdentity[]
  /** The register of agents; without it there are the demo identities alone. */
  readonly registered?: RegisteredAgents
  /** Rejects with an identity refusal when anybody behind the claims is shut out; asked of tokens that are to be exchanged. */
  readonly assertInForce?: (claims: CallerClaims) => Promise<void>
}

interface MintOptions {
  /** Cut to what the identity's roles give; without it, all of them. */
  readonly scopes?: readonly string[]
  /** The token's subject, for whom the identity then acts (RFC 8693). */
  readonly onBehalfOf?: string
  /** Default 10 minutes. */
  readonly lifetimeSeconds?: number
}

export interface DevelopmentIssuer {
  /** Answers the requests for {@link DevelopmentIssuer.paths}; the body must not have been read. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void
  readonly paths: readonly string[]
  readonly identities: readonly DemoIdentity[]
  /** Its public keys. */
  jwks(): JSONWebKeySet
  /** Makes a token in process, for the explorer and for tests: the same one that `POST /oauth/token` gives. */
  mint(identity: string, options?: MintOptions): Promise<string>
}

const tokenLifetimeSeconds = 600

/** Starts the issuer: makes the missing keys, and throws where it must not run. */
export async function createDevelopmentIssuer(options: DevelopmentIssuerOptions): Promise<DevelopmentIssuer> {
  const { issuer, audience, folder, world, roles, log, identities = demoIdentities } = options
  const { registered = noRegisteredAgents, assertInForce = () => Promise.resolve() } = options
  assertLocalOnly(options)
  const signingKey = await ensurePrivateKey(issuerKeyFile(folder))
  const demo = []
  for (const identity of identities) {
    const keys = [publicPart(await ensurePrivateKey(identityKeyFile(folder, identity.name)))]
    demo.push({ principal: identity, title: identity.title, keys })
  }
  await writeKnownIdentities(folder, identities)
  const jwks: JSONWebKeySet = { keys: [publicPart(signingKey)] }
  const sign = await createTokenSigner({ issuer, audience, signingKey, world })
  const keys = createKeySet({ load: () => Promise.resolve(jwks), world })
  const trusted = { issuer, audience, algorithms: ['ES256'], kinds: ['agent', 'person', 'service'], keys } as const
  const server = await createAuthorizationServer({
    issuer,
    audience,
    signingKey,
    clients: createIssuerClients(demo, registered),
    people: identities.filter(({ kind }) => kind === 'person'),
    scopesOf: (principal) => roleScopes(principal, roles()),
    roleWithProof: (principal) => roleWithProof([principal], roles()),
    exchange: createTokenExchange({
      audience,
      verify: createTokenVerifier({ issuers: [trusted], world }),
      async assertInForce(claims) {
        await assertAgentsAtWork(claims, registered)
        await assertInForce(claims)
      },
      roles,
      sign,
      lifetimeSeconds: tokenLifetimeSeconds,
      world,
    }),
    tokenLifetimeSeconds,
    used: createUsedOnce(world),
    world,
    log,
  })

  const known = (name: string): DemoIdentity => {
    const identity = findIdentity(identities, name)
    if (identity !== undefined) return identity
    const names = identities.map((one) => `\`${one.name}\``).join(', ')
    throw new Error(`There is no identity \`${name}\`; choose one of ${names}.`)
  }

  return {
    paths: server.paths,
    identities,
    jwks: () => jwks,
    handler(request, response) {
      if (isLocalRequest(request)) {
        server.handler(request, response)
        return
      }
      response.writeHead(403, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      response.end('{"error":"access_denied","error_description":"The development issuer answers this machine only."}')
    },
    async mint(name, { scopes, onBehalfOf, lifetimeSeconds = tokenLifetimeSeconds } = {}) {
      const actor = known(name)
      const granted = roleScopes(actor, roles())
      const subject = onBehalfOf === undefined ? actor : known(onBehalfOf)
      return await sign({
        subject,
        actors: subject === actor ? [] : [actor],
        clientId: actor.id,
        scopes: granted.filter((one) => scopes?.includes(one) ?? true),
        lifetimeSeconds,
      })
    },
  }
}

/** Throws an identity refusal when an agent behind the claims may not work now, or left its work after the token was made. */
async function assertAgentsAtWork({ subject, actors, issuedAt }: CallerClaims, registered: RegisteredAgents) {
  for (const { id, kind } of [subject, ...actors]) {
    if (kind !== 'agent') continue
    const registration = await registered.find(id)
    if (registration.outcome === 'barred') {
      throw refuseIdentity('principal-revoked', `\`${id}\` is ${registration.status}.`)
    }
    const from = registration.outcome === 'active' ? registration.tokensValidFrom : null
    if (from !== null && issuedAt * 1000 < from.getTime()) {
      throw refuseIdentity('tokens-before-revoked', `Tokens of \`${id}\` count from ${from.toISOString()}.`)
    }
  }
}
