/** A private key of the agent, ready to sign. */
import { calculateJwkThumbprint, type CryptoKey, importJWK, type JWK } from 'jose'

export interface SigningKey {
  readonly alg: string
  readonly kid: string
  readonly key: CryptoKey | Uint8Array
  /** What others may see of it. */
  readonly publicJwk: JWK
}

/** Reads a private JWK: ES256 or Ed25519, or another kind that names its `alg`. */
export async function importSigningKey(jwk: JWK): Promise<SigningKey> {
  const alg = jwk.alg ?? (jwk.crv === 'P-256' ? 'ES256' : jwk.crv === 'Ed25519' ? 'EdDSA' : undefined)
  if (alg === undefined) throw new TypeError('The key must name its `alg`.')
  if (jwk.d === undefined) throw new TypeError('The key is not a private key: it has no `d`.')
  const { kty, crv, x, y, n, e } = jwk
  const members = Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined)
  const publicJwk = Object.fromEntries(members) as unknown as JWK
  return { alg, kid: jwk.kid ?? (await calculateJwkThumbprint(jwk)), key: await importJWK(jwk, alg), publicJwk }
}
