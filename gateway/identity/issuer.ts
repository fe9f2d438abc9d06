/**
 * The development issuer: an OAuth 2 authorization server inside the gateway, over oidc-provider, that knows the demo
 * identities and nobody else. It answers this machine only, and never starts in production.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { importJWK, SignJWT, type JSONWebKeySet } from 'jose'
import type { World } from '../../lib/world.ts'
import { createAuthorizationServer } from './authorization-server.ts'
import { demoIdentities, findIdentity, type DemoIdentity } from './demo-identities.ts'
import { roleScopes, type RoleMap } from './effective.ts'
import { writeKnownIdentities } from './known-identities.ts'
import { assertLocalOnly, isLocalRequest } from './local-only.ts'
import { ensurePrivateKey, identityKeyFile, issuerKeyFile, publicPart } from './private-keys.ts'

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
  assertLocalOnly(options)
  const signingKey = await ensurePrivateKey(issuerKeyFile(folder))
  const clients = []
  for (const identity of identities) {
    clients.push({ identity, key: publicPart(await ensurePrivateKey(identityKeyFile(folder, identity.name))) })
  }
  await writeKnownIdentities(folder, identities)
  const privateKey = await importJWK(signingKey, 'ES256')
  const server = await createAuthorizationServer({
    issuer,
    audience,
    signingKey,
    clients,
    scopesOf: (identity) => roleScopes(identity, roles()),
    tokenLifetimeSeconds,
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
    jwks: () => ({ keys: [publicPart(signingKey)] }),
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
      const scope = granted.filter((one) => scopes?.includes(one) ?? true).join(' ')
      const subject = onBehalfOf === undefined ? actor : known(onBehalfOf)
      const issuedAt = Math.floor(world.now().getTime() / 1000)
      return await new SignJWT({
        client_id: actor.id,
        kind: subject.kind,
        roles: subject.roles,
        ...(scope === '' ? {} : { scope }),
        ...(subject === actor ? {} : { act: { sub: actor.id, kind: actor.kind, roles: actor.roles } }),
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: signingKey.kid })
        .setIssuer(issuer)
        .setSubject(subject.id)
        .setAudience(audience)
        .setJti(world.newId())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds)
        .sign(privateKey)
    },
  }
}
