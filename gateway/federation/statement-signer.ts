/**
 * Signs what the gateway tells a subgraph (`lib/statement.ts`) as a JWT that lives for seconds: Ed25519, made by a key that
 * exists in this process only. A subgraph process gets the public half.
 *
 * The compact form (RFC 7515, section 3.1) is put together here, over Node's own signature, because every fetch needs one: through
 * Web Crypto the three of an ordinary query cost as much as planning and executing it (decision 4). jose verifies them.
 */
import { generateKeyPair, type KeyObject, sign as signBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { type JWK, calculateJwkThumbprint, exportJWK } from 'jose'
import type { Statement } from '../../lib/statement.ts'
import type { World } from '../../lib/world.ts'

/** Long enough for a fetch that waits for a socket; short enough that a leaked one is useless. */
const lifetimeSeconds = 30

export interface StatementSigner {
  /** The statement as a signed token. */
  sign(statement: Statement): string
  /** The public keys, as a JWK set (RFC 7517), for the subgraphs. */
  readonly jwks: { readonly keys: readonly JWK[] }
}

/** Makes a signer with a new key. */
export async function createStatementSigner(world: World): Promise<StatementSigner> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('ed25519')
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  const header = encode({ alg: 'Ed25519', typ: 'mandate-statement+jwt', kid })
  return {
    sign: (statement) => sign(header, claimsOf(statement, world), privateKey),
    jwks: { keys: [{ ...jwk, kid, alg: 'Ed25519', use: 'sig' }] },
  }
}

function claimsOf({ audience, caller, ...claims }: Statement, world: World) {
  const now = Math.floor(world.now().getTime() / 1000)
  return {
    ...claims,
    caller,
    iss: 'mandate-gateway',
    aud: audience,
    sub: caller.id,
    iat: now,
    exp: now + lifetimeSeconds,
    jti: world.newId(),
  }
}

function sign(header: string, claims: object, key: KeyObject): string {
  const signed = `${header}.${encode(claims)}`
  return `${signed}.${signBytes(null, Buffer.from(signed), key).toString('base64url')}`
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
