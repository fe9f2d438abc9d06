/**
 * Asks each request with a bound token for its proof (RFC 9449): made for this request and this token, with the key that the token
 * is bound to, and never seen before by any gateway.
 */
import { createHash } from 'node:crypto'
import type { World } from '../../lib/world.ts'
import type { Cache } from '../../storage/cache.ts'
import { type IdentityRequest, readProof } from './bearer.ts'
import { InvalidProof, type Proof, proofLifetimeSeconds, verifyProof } from './proof.ts'
import { refuseIdentity } from './refusals.ts'

/** Resolves when the request proves that its sender holds the key of the token; rejects with an identity refusal. */
export type ProofCheck = (request: IdentityRequest, token: string, boundTo: string) => Promise<void>

export interface ProofCheckOptions {
  /** Shared by all gateways: a proof that one has seen is refused by all. */
  readonly cache: Pick<Cache, 'setIfAbsent'>
  readonly world: Pick<World, 'now'>
  /** The addresses that mean the endpoint; a proof for any other is refused. */
  readonly addresses: readonly string[]
}

/** Longer than a proof is good for, with room for gateways whose clocks differ. */
const rememberMs = (proofLifetimeSeconds + 60) * 1_000

/** Makes the check of a gateway. */
export function createProofCheck({ cache, world, addresses }: ProofCheckOptions): ProofCheck {
  return async (request, token, boundTo) => {
    const sent = readProof(request)
    const demand = { method: request.method ?? '', addresses, token, now: world.now() }
    const proof = await verifyProof(sent, demand).catch((error: unknown) => {
      throw error instanceof InvalidProof ? refuseProof(error.message) : error
    })
    if (proof.thumbprint !== boundTo) {
      throw refuseProof('The proof is signed with another key than the one that the token is bound to.')
    }
    // INVARIANT: last, so that nobody but the holder of the key can use an id up.
    if (!(await isFirst(cache, proof))) {
      throw refuseIdentity('proof-replayed', 'The proof has been used before.', { reason: 'It has been used before.' })
    }
  }
}

/**
 * Notes a proof; false when it was noted before. Where the shared memory is out of reach nobody can tell, so the request is refused,
 * a read as much as a mutation: a replayed read tells a thief what it was meant to keep.
 */
export async function isFirst(cache: Pick<Cache, 'setIfAbsent'>, { thumbprint, id }: Proof): Promise<boolean> {
  const key = createHash('sha256').update(`${thumbprint} ${id}`).digest('base64url')
  try {
    return await cache.setIfAbsent(`proof:${key}`, '1', rememberMs)
  } catch {
    throw refuseIdentity('proofs-unavailable', 'The memory of the proofs that were used is out of reach.')
  }
}

function refuseProof(reason: string) {
  return refuseIdentity('proof-invalid', reason, { reason })
}
