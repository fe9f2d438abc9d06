/** Makes DPoP proofs (RFC 9449, section 4.2): one for each request, good for that request alone. */
import { createHash, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import type { SigningKey } from './signing-key.ts'

export interface ProofRequest {
  readonly method: string
  /** The address of the request; its query does not count. */
  readonly address: string
  /** The access token that it goes with; none at the token endpoint. */
  readonly token?: string
}

/** Makes one proof. */
export async function makeDpopProof(
  { alg, key, publicJwk }: SigningKey,
  { method, address, token }: ProofRequest,
): Promise<string> {
  const { origin, pathname } = new URL(address)
  const ath = token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') }
  return await new SignJWT({ htm: method, htu: `${origin}${pathname}`, ...ath })
    .setProtectedHeader({ typ: 'dpop+jwt', alg, jwk: publicJwk })
    .setJti(randomUUID())
    .setIssuedAt()
    .sign(key)
}
