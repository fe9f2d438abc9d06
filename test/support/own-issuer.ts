/** An authorization server of the test's own on this machine: tokens with any claims, keys that rotate, a server that stops. */
import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { realWorld } from '../../lib/world.ts'
import { type FakeIssuer, createFakeIssuer } from './identity.ts'
import type { StackOptions } from './stack.ts'

export interface OwnIssuer extends AsyncDisposable {
  readonly forge: FakeIssuer
  /** How often its keys were asked for. */
  readonly asked: () => number
  /** Settings under which the gateway trusts it. */
  readonly settings: NonNullable<StackOptions['settings']>
  /** Stops answering, as a server that is down. */
  stop(): void
  /** A token of somebody with these roles and scopes. */
  token(subject: string, roles: readonly string[], scopes: readonly string[], more?: object): Promise<string>
}

export async function startOwnIssuer(world = realWorld): Promise<OwnIssuer> {
  let asked = 0
  let down = false
  const server: Server = createServer((_request, response) => {
    asked += 1
    if (down) response.destroy()
    else response.end(JSON.stringify({ keys: forge.keys.map((key) => key.publicJwk) }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const forge = await createFakeIssuer(world, { issuer, audience: 'http://localhost:4000/graphql' })
  const trusted = {
    issuer,
    jwksUri: `${issuer}/jwks.json`,
    algorithms: ['ES256' as const],
    kinds: ['agent' as const, 'person' as const, 'service' as const],
  }
  return {
    forge,
    asked: () => asked,
    settings: (config) => ({ ...config, identity: { ...config.identity, issuers: [trusted] } }),
    stop: () => {
      down = true
    },
    token: (subject, roles, scopes, more = {}) => {
      const claims = {
        sub: subject,
        client_id: subject,
        kind: subject.split(':')[0],
        roles,
        scope: scopes.join(' '),
        ...more,
      }
      return forge.token({ claims })
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
