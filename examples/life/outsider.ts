/**
 * An issuer of another department, which the company trusts for agents, and a pilot that somebody runs under it. It lives on this
 * machine and as long as the demo; its key never leaves the process.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'

export interface OutsideIssuer extends AsyncDisposable {
  /** `http://127.0.0.1:41234` */
  readonly issuer: string
  /** What the gateway's `mandate.yaml` says to trust it. */
  readonly settings: string
  /** A token (RFC 9068) for an agent with this role. */
  token(agent: string, role: string, audience: string): Promise<string>
}

/** Starts the issuer on a free port. */
export async function startOutsideIssuer(newId: () => string): Promise<OutsideIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  const keys = JSON.stringify({ keys: [{ ...jwk, kid, alg: 'ES256', use: 'sig' }] })
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/jwk-set+json').end(keys)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    issuer,
    settings: [
      'identity:',
      '  issuers:',
      `    - issuer: ${issuer}`,
      `      jwksUri: ${issuer}/jwks.json`,
      '      algorithms: [ES256]',
      '      kinds: [agent]',
      '',
    ].join('\n'),
    token: (agent, role, audience) =>
      new SignJWT({ client_id: agent, kind: 'agent', roles: [role], scope: 'finance:read' })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
        .setIssuer(issuer)
        .setSubject(agent)
        .setAudience(audience)
        .setJti(newId())
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
