/** Assembles identity from the settings: trusted issuers, the development issuer where it may run, the kill list. */
import { type DemoIdentity, findIdentity } from './demo-identities.ts'
import type { World } from '../../lib/world.ts'
import type { Cache } from '../../storage/cache.ts'
import type { RevocationStore } from '../../storage/stores/revocations.ts'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import type { AgentDirectory } from './agent-directory.ts'
import { type Authenticator, createAuthenticator, toCaller } from './authenticate.ts'
import type { RoleMap } from './effective.ts'
import type { RegisteredAgents } from './issuer-clients.ts'
import { type DevelopmentIssuer, createDevelopmentIssuer } from './issuer.ts'
import { assertLocalOnly } from './local-only.ts'
import { type LoadKeys, createKeySet } from './keys.ts'
import type { GrantBook } from './grant-book.ts'
import { type KillList, createKillList } from './kill-list.ts'
import { type ProtectedResource, describeProtectedResource } from './metadata.ts'
import { identityKeyFile, readPrivateKey } from './private-keys.ts'
import { createProofCheck } from './proof-check.ts'
import { remoteKeys } from './remote-keys.ts'
import { requestToken } from './request-token.ts'
import type { TrustedIssuer } from './verify.ts'

export interface Identity extends AsyncDisposable {
  readonly authenticator: Authenticator
  /** The development issuer where it runs in this process; null otherwise. */
  readonly issuer: DevelopmentIssuer | null
  /** The demo identities, wherever their issuer runs; null where only issuers from the settings are trusted. */
  readonly demo: DemoTokens | null
  readonly killList: KillList
  readonly resource: ProtectedResource
}

/** Tokens of demo identities, for the explorer and for tests. */
export interface DemoTokens {
  readonly identities: readonly DemoIdentity[]
  mint(identity: string): Promise<string>
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
  readonly grants: GrantBook
  readonly roles: () => RoleMap
  /** Which agents may be here. */
  readonly directory: AgentDirectory
  /** Whom the development issuer knows beside the registered agents. */
  readonly identities: readonly DemoIdentity[]
  readonly registered: RegisteredAgents
}

export async function openIdentity(options: OpenIdentityOptions): Promise<Identity> {
  const { config, address, world, log, cache, store, grants, roles, identities, registered, directory, env } = options
  const audience = config.identity.audience ?? `${address}/graphql`
  const { developmentIssuer, developmentIssuerUrl } = config.identity
  const elsewhere = developmentIssuer ? (developmentIssuerUrl ?? null) : null
  assertDevelopmentOnly(options)
  await using opened = new AsyncDisposableStack()
  const killList = opened.use(await createKillList({ store, cache, world, log }))
  const issuer =
    developmentIssuer && elsewhere === null
      ? await createDevelopmentIssuer({
          issuer: address,
          bindHost: config.server.host,
          audience,
          folder: config.data,
          environment: { ...env, NODE_ENV: config.environment },
          world,
          roles,
          log,
          identities,
          registered,
          assertInForce: async (claims) => {
            await killList.check(toCaller(await directory.admit(claims), roles()))
          },
        })
      : null
  const issuers = [
    ...trusted(config, audience, world),
    ...(issuer ? [development(address, () => Promise.resolve(issuer.jwks()), audience, world)] : []),
    ...(elsewhere === null ? [] : [development(elsewhere, keysOf(elsewhere), audience, world)]),
  ]
  const resources = opened.move()
  return {
    authenticator: createAuthenticator({
      issuers,
      world,
      roles,
      killList,
      directory,
      grants,
      proofs: createProofCheck({ cache, world, addresses: endpointAddresses(address, audience) }),
    }),
    issuer,
    demo: issuer ?? (elsewhere === null ? null : demoTokens(elsewhere, options)),
    killList,
    resource: describeProtectedResource({
      resource: audience,
      issuers: issuers.map((trustedIssuer) => trustedIssuer.issuer),
    }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** Where callers send requests: the address that the metadata names them, and the gateway's own. */
function endpointAddresses(address: string, audience: string): readonly string[] {
  const own = `${address}/graphql`
  return URL.canParse(audience) && audience.startsWith('http') ? [...new Set([audience, own])] : [own]
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

function development(issuer: string, load: LoadKeys, audience: string, world: World): TrustedIssuer {
  return {
    issuer,
    audience,
    algorithms: ['ES256'],
    kinds: ['agent', 'person', 'service'],
    keys: createKeySet({ load, world }),
  }
}

function keysOf(issuer: string): LoadKeys {
  return remoteKeys({ url: `${issuer}/.well-known/jwks.json`, fetch })
}

/** Throws where the settings ask for a development issuer that must not be trusted here, in this process or in another. */
export function assertDevelopmentOnly({
  config: { identity, server, environment },
  address,
}: Pick<OpenIdentityOptions, 'config' | 'address'>): void {
  if (!identity.developmentIssuer && identity.developmentIssuerUrl === undefined) return
  const issuer = identity.developmentIssuerUrl ?? address
  assertLocalOnly({ issuer, bindHost: server.publishedHost ?? server.host, environment: { NODE_ENV: environment } })
}

/** Asks the issuer's own process, with the keys from the data folder that both share. */
function demoTokens(url: string, { config: { data }, identities, world }: OpenIdentityOptions): DemoTokens {
  return {
    identities,
    async mint(name) {
      const identity = findIdentity(identities, name)
      const key = identity ? await readPrivateKey(identityKeyFile(data, identity.name)) : null
      if (!identity || !key) throw new Error(`The data folder has no key for the identity \`${name}\`.`)
      return await requestToken({ identity, key, url, dataFolder: data }, { fetch, world })
    },
  }
}
