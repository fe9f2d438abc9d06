/** Makes DPoP proofs (RFC 9449, section 4.2): the client's side, for the command line and for tests. */
import { createHash } from 'node:crypto'
import { importJWK, SignJWT } from 'jose'
import type { World } from '../../lib/world.ts'
import { type PrivateJwk, publicPart } from './private-keys.ts'

export interface ProofOptions {
  readonly key: PrivateJwk
  readonly method: string
  /** The address of the request, without query. */
  readonly address: string
  /** The access token that it goes with; none at the token endpoint. */
  readonly token?: string
  readonly world: World
}

/** Makes one proof, for one request. */
export async function makeProof({ key, method, address, token, world }: ProofOptions): Promise<string> {
  const { kty, crv, x, y } = publicPart(key)
  const ath = token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') }
  return await new SignJWT({ htm: method, htu: address, ...ath })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } as never })
    .setJti(world.newId())
    .setIssuedAt(Math.floor(world.now().getTime() / 1000))
    .sign(await importJWK(key, 'ES256'))
}
