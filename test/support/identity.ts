/**
 * A small forge for identity tests: real key pairs, tokens with any header and claims (malformed ones too), and an issuer
 * whose keys rotate and whose key set is fetched by an injected function. Nothing leaves the process.
 */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose'
import type { Caller } from '../../lib/caller.ts'
import type { World } from '../../lib/world.ts'
import type { Revocation, RevocationStore } from '../../storage/stores/revocations.ts'
import { createAuthenticator, type AuthenticatorOptions } from '../../gateway/identity/authenticate.ts'
import type { RoleMap } from '../../gateway/identity/effective.ts'
import { createKeySet, type KeySetOptions } from '../../gateway/identity/keys.ts'
import { remoteKeys } from '../../gateway/identity/remote-keys.ts'
import { refusalReason } from '../../gateway/identity/refusals.ts'
import type { SigningAlgorithm, TrustedIssuer } from '../../gateway/identity/verify.ts'

/** A world whose clock moves only when told to. */
export interface TestWorld extends World {
  advance(ms: number): void
}

export function createTestWorld(start = '2026-03-02T09:00:00Z'): TestWorld {
  let now = Date.parse(start)
  let ids = 0
  return {
    now: () => new Date(now),
    newId: () => `id-${String((ids += 1)).padStart(6, '0')}`,
    advance: (ms) => {
      now += ms
    },
  }
}

export interface SigningKey {
  readonly kid: string
  readonly alg: SigningAlgorithm
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

export async function makeSigningKey(alg: SigningAlgorithm = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  return { kid, alg, privateKey, publicJwk: { ...jwk, kid, alg, use: 'sig' } }
}

const webCrypto = {
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
  RS256: { name: 'RSASSA-PKCS1-v1_5' },
  PS256: { name: 'RSA-PSS', saltLength: 32 },
} as const

/** One part of a token: an object is written as JSON, text as it is. */
export function encodePart(part: object | string): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
}

/** Signs exactly this header and payload, whatever they say. */
export async function signParts(key: SigningKey, header: object | string, payload: object | string): Promise<string> {
  const input = `${encodePart(header)}.${encodePart(payload)}`
  const signature = await crypto.subtle.sign(webCrypto[key.alg], key.privateKey, Buffer.from(input))
  return `${input}.${Buffer.from(signature).toString('base64url')}`
}

export interface TokenParts {
  /** Members to put over a good header or good claims; `undefined` leaves one out. */
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
  readonly key?: SigningKey
}

export interface FakeIssuer {
  readonly issuer: string
  readonly audience: string
  /** The keys it shows; change them to rotate or withdraw. */
  keys: SigningKey[]
  /** Set to make the key set unreachable. */
  down: boolean
  /** How often the key set was asked for. */
  fetches: number
  readonly fetch: typeof fetch
  /** The claims of a good token of now. */
  claims(): Record<string, unknown>
  token(parts?: TokenParts): Promise<string>
  /** How a gateway trusts it. */
  trusted(options?: Partial<TrustedIssuer>, keySet?: Partial<KeySetOptions>): TrustedIssuer
}

/** An issuer with one key. */
export async function createFakeIssuer(
  world: World,
  {
    issuer = 'https://issuer.test',
    audience = 'https://gateway.test/graphql',
    alg = 'ES256',
  }: { readonly issuer?: string; readonly audience?: string; readonly alg?: SigningAlgorithm } = {},
): Promise<FakeIssuer> {
  const seconds = () => Math.floor(world.now().getTime() / 1000)
  const self: FakeIssuer = {
    issuer,
    audience,
    keys: [await makeSigningKey(alg)],
    down: false,
    fetches: 0,
    fetch: () => {
      self.fetches += 1
      return self.down
        ? Promise.reject(new TypeError('fetch failed'))
        : Promise.resolve(Response.json({ keys: self.keys.map((key) => key.publicJwk) }))
    },
    claims: () => ({
      iss: issuer,
      sub: 'agent:support-agent',
      aud: audience,
      client_id: 'agent:support-agent',
      jti: world.newId(),
      iat: seconds(),
      exp: seconds() + 600,
      scope: 'crm:read crm:write itsm:read',
      roles: ['support-agent'],
      kind: 'agent',
    }),
    token: async ({ header = {}, claims = {}, key = self.keys[0] } = {}) => {
      if (key === undefined) throw new Error('The issuer has no key.')
      const full = { alg: key.alg, typ: 'at+jwt', kid: key.kid, ...header }
      return await signParts(key, full, { ...self.claims(), ...claims })
    },
    trusted: (options = {}, keySet = {}) => ({
      issuer,
      audience,
      algorithms: [alg],
      kinds: ['agent', 'person', 'service'],
      keys: createKeySet({ load: remoteKeys({ url: `${issuer}/jwks.json`, fetch: self.fetch }), world, ...keySet }),
      ...options,
    }),
  }
  return self
}

/** Roles for tests: enough to see what is cut. */
export const testRoles: RoleMap = new Map([
  [
    'support-agent',
    { kind: 'agent', scopes: ['crm:read', 'crm:write', 'itsm:read'], purposes: ['customer-support', 'incident'] },
  ],
  ['sales-agent', { kind: 'agent', scopes: ['crm:read'], purposes: ['sales', 'customer-support'] }],
  ['account-manager', { kind: 'person', scopes: ['crm:read', 'finance:read'], purposes: ['customer-support'] }],
])

/** A directory in which every agent is, active, with every role that its token names. */
export const everyoneRegistered: AuthenticatorOptions['directory'] = { admit: (claims) => Promise.resolve(claims) }

/** A gate with one trusted issuer and an empty kill list; `enter` sends headers as they would come over the wire. */
export function createGate(world: World, issuer: FakeIssuer, options: Partial<AuthenticatorOptions> = {}) {
  const authenticator = createAuthenticator({
    issuers: [issuer.trusted()],
    roles: () => testRoles,
    killList: { check: () => Promise.resolve() },
    directory: everyoneRegistered,
    world,
    ...options,
  })
  const enter = (rawHeaders: readonly string[], url = '/graphql'): Promise<Caller> =>
    authenticator.authenticate({ rawHeaders, url, method: 'POST' })
  return { enter, withToken: (token: string) => enter(['Authorization', `Bearer ${token}`]) }
}

/** `UNAUTHENTICATED token-expired`: what the caller is told and what the ledger knows; `accepted` when nothing was refused. */
export async function verdictOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt
    return 'accepted'
  } catch (error) {
    const reason = refusalReason(error)
    if (reason === null) throw error
    return `${(error as { extensions: { code: string } }).extensions.code} ${reason.cause}`
  }
}

/** A revocation store in memory that can be cut off. */
export interface MemoryRevocations extends RevocationStore {
  down: boolean
  reads: number
}

export function createMemoryRevocations(): MemoryRevocations {
  const entries = new Map<string, Revocation>()
  const self: MemoryRevocations = {
    down: false,
    reads: 0,
    active: () => {
      self.reads += 1
      return self.down ? Promise.reject(new Error('the store is out of reach')) : Promise.resolve([...entries.values()])
    },
    add: (revocation) => {
      entries.set(revocation.id, revocation)
      return Promise.resolve()
    },
    lift: (id) => Promise.resolve(entries.delete(id)),
  }
  return self
}
