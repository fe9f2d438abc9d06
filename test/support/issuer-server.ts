/** The development issuer on a port of this machine, and clients of it: assertions, exchanges, sign-ins with plain HTTP. */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importJWK, SignJWT } from 'jose'
import { realWorld } from '../../lib/world.ts'
import type { DemoIdentity } from '../../gateway/identity/demo-identities.ts'
import { createAuthenticator } from '../../gateway/identity/authenticate.ts'
import type { RoleMap } from '../../gateway/identity/effective.ts'
import {
  createDevelopmentIssuer,
  type DevelopmentIssuer,
  type DevelopmentIssuerOptions,
} from '../../gateway/identity/issuer.ts'
import { createKeySet } from '../../gateway/identity/keys.ts'
import { createMemoryProofs } from './proofs.ts'
import { identityKeyFile, type PrivateJwk, readPrivateKey } from '../../gateway/identity/private-keys.ts'
import { everyoneRegistered, testRoles } from './identity.ts'

const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token'

/** Identities with the roles of the tests; `planning-agent` and `audit-agent` make chains long. */
export const chainRoles: RoleMap = new Map([
  ...testRoles,
  ['planning-agent', { kind: 'agent', scopes: ['crm:read', 'finance:read'], purposes: [] }],
  ['audit-agent', { kind: 'agent', scopes: ['crm:read', 'itsm:read'], purposes: [] }],
  ['payment-agent', { kind: 'agent', scopes: ['crm:read'], purposes: [], proofOfPossession: 'required' }],
  ['idle-agent', { kind: 'agent', scopes: ['hr:read'], purposes: [] }],
])

/** What the token endpoint said. */
export interface TokenAnswer {
  readonly status: number
  readonly error?: string
  readonly error_description?: string
  readonly scope?: string
  readonly token_type?: string
  readonly expires_in?: number
  readonly issued_token_type?: string
  readonly access_token: string
  readonly id_token?: string
}

export interface IssuerServer extends AsyncDisposable {
  readonly issuer: DevelopmentIssuer
  readonly origin: string
  readonly audience: string
  readonly folder: string
  /** Everything that was logged as a failure. */
  readonly failures: string[]
  /** An assertion of this identity, signed with its key from the data folder or with the one given. */
  assertion(name: string, key?: PrivateJwk): Promise<string>
  /** Asks the token endpoint. */
  ask(body: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): Promise<TokenAnswer>
  /** The token of an identity, as it gets it for itself. */
  tokenOf(name: string, more?: Readonly<Record<string, string>>): Promise<string>
  /** Asks, as this agent, for a token with which it acts for the subject of the token. */
  exchange(
    name: string,
    subjectToken: string,
    more?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<TokenAnswer>
  /** Who the gateway takes a request with this token for. */
  enter(token: string): ReturnType<ReturnType<typeof createAuthenticator>['authenticate']>
}

const agent = (name: string): DemoIdentity => ({
  ...{ name, title: name, kind: 'agent', roles: [name] },
  id: `agent:${name}` as DemoIdentity['id'],
})
const person = (name: string, role: string): DemoIdentity => ({
  ...{ name, title: name, kind: 'person', roles: [role] },
  id: `person:${name}` as DemoIdentity['id'],
})

/** Starts an issuer. */
export async function startIssuerServer(options: Partial<DevelopmentIssuerOptions> = {}): Promise<IssuerServer> {
  const folder = await mkdtemp(join(tmpdir(), 'mandate-issuer-'))
  const server = createServer((request, response) => {
    issuer.handler(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const audience = `${origin}/graphql`
  const failures: string[] = []
  const { world = realWorld, roles = () => chainRoles } = options
  const issuer = await createDevelopmentIssuer({
    issuer: origin,
    bindHost: '127.0.0.1',
    audience,
    folder,
    environment: {},
    world,
    roles,
    log: { error: (details, message) => void failures.push(`${message} ${JSON.stringify(details)}`) },
    identities: [
      ...['support-agent', 'sales-agent', 'planning-agent', 'audit-agent', 'payment-agent', 'idle-agent'].map(agent),
      person('maria.keller', 'account-manager'),
      person('jonas.weber', 'account-manager'),
    ],
    ...options,
  })
  const authenticator = createAuthenticator({
    issuers: [
      {
        issuer: origin,
        audience,
        algorithms: ['ES256'],
        kinds: ['agent', 'person', 'service'],
        keys: createKeySet({ load: () => Promise.resolve(issuer.jwks()), world }),
      },
    ],
    roles,
    killList: { check: () => Promise.resolve() },
    directory: everyoneRegistered,
    world,
    proofs: createMemoryProofs(world, audience),
  })

  const self: IssuerServer = {
    issuer,
    origin,
    audience,
    folder,
    failures,
    async assertion(name, key) {
      const signer = key ?? (await readPrivateKey(identityKeyFile(folder, name)))
      if (signer === null) throw new Error(`no key of ${name}`)
      const id = name.includes(':') ? name : (issuer.identities.find((one) => one.name === name)?.id ?? `agent:${name}`)
      const now = Math.floor(world.now().getTime() / 1000)
      return await new SignJWT({ iss: id, sub: id, aud: origin, jti: realWorld.newId(), iat: now, exp: now + 60 })
        .setProtectedHeader({ alg: 'ES256', kid: signer.kid })
        .sign(await importJWK(signer, 'ES256'))
    },
    async ask(body, headers = {}) {
      const response = await fetch(`${origin}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams(body),
        headers,
      })
      return { status: response.status, ...((await response.json()) as object) } as TokenAnswer
    },
    async tokenOf(name, more = {}) {
      const answer = await self.ask({ grant_type: 'client_credentials', ...(await proving(name)), ...more })
      if (answer.status !== 200) throw new Error(JSON.stringify(answer))
      return answer.access_token
    },
    async exchange(name, subjectToken, more = {}, headers = {}) {
      const subject = { subject_token: subjectToken, subject_token_type: accessTokenType }
      return await self.ask({ grant_type: exchangeGrant, ...(await proving(name)), ...subject, ...more }, headers)
    },
    enter: (token) => authenticator.authenticate({ rawHeaders: ['Authorization', `Bearer ${token}`], method: 'POST' }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }

  async function proving(name: string) {
    return {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await self.assertion(name),
    }
  }
  return self
}

/** A browser that keeps cookies by path, follows no redirect by itself, and runs no script. */
export interface Browser {
  readonly cookies: Map<string, { readonly value: string; readonly path: string }>
  get(url: string): Promise<Response>
  post(
    url: string,
    form: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>
}

export function createBrowser(): Browser {
  const cookies: Browser['cookies'] = new Map()
  async function send(url: string, init: RequestInit, headers: Readonly<Record<string, string>> = {}) {
    const { pathname } = new URL(url)
    const sent = [...cookies].filter(
      ([, { path }]) => pathname === path || pathname.startsWith(`${path}/`) || path === '/',
    )
    const cookie = sent.map(([name, { value }]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...(cookie ? { cookie } : {}), ...headers },
    })
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ')
      const [name = '', value = ''] = pair.split('=')
      const path = attributes.find((one) => one.toLowerCase().startsWith('path='))?.slice('path='.length) ?? '/'
      if (value === '') cookies.delete(name)
      else cookies.set(name, { value, path })
    }
    return response
  }
  return {
    cookies,
    get: (url) => send(url, {}),
    post: (url, form, headers = {}) =>
      send(url, { method: 'POST', body: new URLSearchParams(form) }, { origin: new URL(url).origin, ...headers }),
  }
}

/** What a client keeps to itself between the two halves of a sign-in. */
export interface Challenge {
  readonly verifier: string
  readonly challenge: string
}

export function makeChallenge(): Challenge {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}
