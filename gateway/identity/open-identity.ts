/** Assembles identity from the settings: trusted issuers, the development issuer where it may run, the kill list. */
import { demoIdentities } from './demo-identities.ts'
import type { World } from '../../lib/world.ts'
import type { Cache } from '../../storage/cache.ts'
import type { RevocationStore } from '../../storage/stores/revocations.ts'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { type Authenticator, createAuthenticator } from './authenticate.ts'
import type { RoleMap } from './effective.ts'
import { type DevelopmentIssuer, createDevelopmentIssuer } from './issuer.ts'
import { createKeySet } from './keys.ts'
import { type KillList, createKillList } from './kill-list.ts'
import { type ProtectedResource, describeProtectedResource } from './metadata.ts'
import { remoteKeys } from './remote-keys.ts'
import type { TrustedIssuer } from './verify.ts'

export interface Identity extends AsyncDisposable {
  readonly authenticator: Authenticator
  /** Null where only issuers from the settings are trusted. */
  readonly issuer: DevelopmentIssuer | null
  readonly killList: KillList
  readonly resource: ProtectedResource
}

export interface OpenIdentityOptions {
  readonly config: Config
  /** Where callers find the gateway, `http://localhost:4000`. */
  readonly address: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly world: World
  readonly log: Log
  readonly cache: Cache
  readonly store: RevocationStore
  readonly roles: () => RoleMap
}

export async function openIdentity(options: OpenIdentityOptions): Promise<Identity> {
  const { config, address, world, log, cache, store, roles, env } = options
  const audience = config.identity.audience ?? `${address}/graphql`
  const issuer = config.identity.developmentIssuer
    ? await createDevelopmentIssuer({
        issuer: address,
        bindHost: config.server.host,
        audience,
        folder: config.data,
        environment: { ...env, NODE_ENV: config.environment },
        world,
        roles,
        log,
        identities: demoIdentities,
      })
    : null
  const issuers = [
    ...trusted(config, audience, world),
    ...(issuer ? [development(issuer, address, audience, world)] : []),
  ]
  const killList = await createKillList({ store, cache, world, log })
  return {
    authenticator: createAuthenticator({ issuers, world, roles, killList }),
    issuer,
    killList,
    resource: describeProtectedResource({
      resource: audience,
      issuers: issuers.map((trustedIssuer) => trustedIssuer.issuer),
    }),
    [Symbol.asyncDispose]: () => killList.close(),
  }
}

function trusted({ identity }: Config, audience: string, world: World): TrustedIssuer[] {
  return identity.issuers.map(({ issuer, jwksUri, algorithms, kinds }) => ({
    issuer,
    audience,
    algorithms,
    kinds,
    keys: createKeySet({ load: remoteKeys({ url: jwksUri, fetch }), world }),
    maxTokenAgeSeconds: identity.maxTokenAgeSeconds,
  }))
}

function development(issuer: DevelopmentIssuer, address: string, audience: string, world: World): TrustedIssuer {
  return {
    issuer: address,
    audience,
    algorithms: ['ES256'],
    kinds: ['agent', 'person', 'service'],
    keys: createKeySet({ load: () => Promise.resolve(issuer.jwks()), world }),
  }
}
