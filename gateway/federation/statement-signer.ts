/**
 * Signs what the gateway tells a subgraph (`lib/statement.ts`) as a JWT that lives for seconds: Ed25519, made by a key that
 * exists in this process only. A subgraph process gets the public half.
 */
import { type CryptoKey, type JWK, SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import type { Statement } from '../../lib/statement.ts'
import type { World } from '../../lib/world.ts'

/** Long enough for a fetch that waits for a socket; short enough that a leaked one is useless. */
const lifetimeSeconds = 30

export interface StatementSigner {
  sign(statement: Statement): Promise<string>
  /** The public keys, as a JWK set (RFC 7517), for the subgraphs. */
  readonly jwks: { readonly keys: readonly JWK[] }
}

export async function createStatementSigner(world: World): Promise<StatementSigner> {
  const { privateKey, publicKey } = await generateKeyPair('Ed25519')
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  return {
    sign: (statement) => sign(statement, privateKey, kid, world),
    jwks: { keys: [{ ...jwk, kid, alg: 'Ed25519', use: 'sig' }] },
  }
}

function sign(statement: Statement, key: CryptoKey, kid: string, world: World): Promise<string> {
  const now = Math.floor(world.now().getTime() / 1000)
  const { audience, caller, ...claims } = statement
  return new SignJWT({ ...claims, caller })
    .setProtectedHeader({ alg: 'Ed25519', typ: 'mandate-statement+jwt', kid })
    .setIssuer('mandate-gateway')
    .setAudience(audience)
    .setSubject(caller.id)
    .setIssuedAt(now)
    .setExpirationTime(now + lifetimeSeconds)
    .setJti(world.newId())
    .sign(key)
}
