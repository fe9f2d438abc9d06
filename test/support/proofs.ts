/** A client that holds a key: proofs that are right but for what a test changes, headers and claims of any form. */
import { createHash } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import type { World } from '../../lib/world.ts'
import { createProofCheck, type ProofCheck } from '../../gateway/identity/proof-check.ts'
import type { SigningAlgorithm } from '../../gateway/identity/verify.ts'
import { type SigningKey, makeSigningKey, signParts } from './identity.ts'

export interface ProofParts {
  /** Members to put over a good header or good claims; `undefined` leaves one out. */
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
  /** Signs in place of the client's key, which the header still names. */
  readonly signer?: SigningKey
}

export interface KeyHolder {
  readonly key: SigningKey
  /** What `cnf.jkt` says of its tokens. */
  readonly thumbprint: string
  /** A proof for one request with this token. */
  prove(token: string | null, parts?: ProofParts): Promise<string>
}

/** Makes a client with a key of its own. */
export async function createKeyHolder(
  world: World,
  address: string,
  { alg = 'ES256', method = 'POST' }: { readonly alg?: SigningAlgorithm; readonly method?: string } = {},
): Promise<KeyHolder> {
  const key = await makeSigningKey(alg)
  const { kty, crv, x, y } = key.publicJwk
  const jwk = { kty, crv, x, y }
  return {
    key,
    thumbprint: await calculateJwkThumbprint(key.publicJwk),
    prove: (token, { header = {}, claims = {}, signer = key } = {}) =>
      signParts(
        signer,
        { typ: 'dpop+jwt', alg, jwk, ...header },
        {
          jti: `proof-${world.newId()}`,
          htm: method,
          htu: address,
          iat: Math.floor(world.now().getTime() / 1000),
          ...(token === null ? {} : { ath: createHash('sha256').update(token).digest('base64url') }),
          ...claims,
        },
      ),
  }
}

/** A check that remembers in this process. */
export function createMemoryProofs(world: World, address: string): ProofCheck {
  const used = new Set<string>()
  const setIfAbsent = (key: string) => Promise.resolve(!used.has(key) && used.add(key) === used)
  return createProofCheck({ cache: { setIfAbsent }, world, addresses: [address] })
}
