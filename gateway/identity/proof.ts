/**
 * Verifies one DPoP proof (RFC 9449, section 4.3): a JWT that the client signs for one request, with the key that its token is
 * bound to. Whether the proof came before is asked elsewhere; nothing here is remembered.
 */
import { createHash } from 'node:crypto'
import { type JWK, calculateJwkThumbprint, compactVerify, errors, importJWK } from 'jose'
import { z } from 'zod'
import { parseStrictObject } from './strict-json.ts'

/** The signatures of a proof; each has its one kind of key. */
export const proofAlgorithms = ['ES256', 'EdDSA'] as const

/** A proof is good from this many seconds before it was made, for clocks that differ … */
const aheadSeconds = 5
/** … to this many after. */
export const proofLifetimeSeconds = 60

const maxProofLength = 4 * 1024

/** What a proof must say. */
export interface ProofDemand {
  readonly method: string
  /** The addresses that mean this endpoint, without query and fragment. */
  readonly addresses: readonly string[]
  /** The token that it comes with; null at the token endpoint, where there is none yet. */
  readonly token: string | null
  readonly now: Date
}

/** A proof that verified. */
export interface Proof {
  /** SHA-256 thumbprint of its key (RFC 7638), as in `cnf.jkt`. */
  readonly thumbprint: string
  /** `jti`, chosen by the client. */
  readonly id: string
}

/** A proof that must not pass; the message says what is wrong with it, for its sender. */
export class InvalidProof extends Error {
  override readonly name = 'InvalidProof'
}

const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

// Strict, so that a private member, or one that would name another key, refuses the proof.
const proofHeader = z.strictObject({
  typ: z.literal('dpop+jwt'),
  alg: z.enum(proofAlgorithms),
  jwk: z.discriminatedUnion('kty', [
    z.strictObject({ ...named(), kty: z.literal('EC'), crv: z.literal('P-256'), x: coordinate, y: coordinate }),
    z.strictObject({ ...named(), kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: coordinate }),
  ]),
})

const proofClaims = z.looseObject({
  jti: z.string().min(8).max(256),
  htm: z.string(),
  htu: z.string().max(2048),
  iat: z.int().nonnegative(),
  ath: z.string().optional(),
})

function named() {
  return { kid: z.string().optional(), alg: z.string().optional(), use: z.literal('sig').optional() }
}

/** Verifies a proof; throws {@link InvalidProof}. */
export async function verifyProof(proof: string, demand: ProofDemand): Promise<Proof> {
  if (proof.length > maxProofLength) throw new InvalidProof(`The proof is longer than ${maxProofLength} characters.`)
  const [header, payload, ...rest] = proof.split('.')
  if (header === undefined || payload === undefined || rest.length !== 1) {
    throw new InvalidProof('The proof is not a signed JWT.')
  }
  const { alg, jwk } = parse(proofHeader, header, 'header')
  if ((alg === 'ES256') !== (jwk.kty === 'EC')) throw new InvalidProof('The key of the proof is not one for its `alg`.')
  const key = jwk as JWK
  await verifySignature(proof, key, alg)
  const claims = parse(proofClaims, payload, 'payload')
  assertFits(claims, demand)
  return { thumbprint: await calculateJwkThumbprint(key), id: claims.jti }
}

async function verifySignature(proof: string, jwk: JWK, alg: string): Promise<void> {
  try {
    await compactVerify(proof, await importJWK(jwk, alg), { algorithms: [alg] })
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof DOMException || error instanceof TypeError) {
      throw new InvalidProof('The signature of the proof does not verify with the key in it.', { cause: error })
    }
    throw error
  }
}

function assertFits(claims: z.infer<typeof proofClaims>, { method, addresses, token, now }: ProofDemand): void {
  const { htm, htu, iat, ath } = claims
  if (htm !== method) throw new InvalidProof(`The proof is for the method \`${shown(htm)}\`, not for \`${method}\`.`)
  const address = withoutQuery(htu)
  if (address === null || !addresses.some((one) => withoutQuery(one) === address)) {
    throw new InvalidProof(`The proof is for the address \`${shown(htu)}\`, not for \`${addresses[0] ?? ''}\`.`)
  }
  const age = now.getTime() / 1000 - iat
  if (age > proofLifetimeSeconds) throw new InvalidProof(`The proof is older than ${proofLifetimeSeconds} seconds.`)
  if (age < -aheadSeconds) throw new InvalidProof('The proof was made in the future: its `iat` is ahead of our clock.')
  if (token === null) return
  if (ath !== createHash('sha256').update(token).digest('base64url')) {
    throw new InvalidProof('The proof is for another access token: `ath` is not the SHA-256 of this one.')
  }
}

/** Query and fragment do not count (section 4.3); null for what is no address. */
function withoutQuery(text: string): string | null {
  const url = URL.parse(text)
  if (url === null) return null
  url.search = ''
  url.hash = ''
  return url.href
}

function parse<T>(schema: z.ZodType<T>, segment: string, name: string): T {
  const bytes = Buffer.from(segment, 'base64url')
  if (bytes.toString('base64url') !== segment) {
    throw new InvalidProof(`The ${name} of the proof is not canonical base64url.`)
  }
  let value: unknown
  try {
    value = parseStrictObject(bytes)
  } catch (cause) {
    throw new InvalidProof(`The ${name} of the proof is not one JSON object without repeated members.`, { cause })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const at = issue?.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]] : (issue?.path ?? [])
  throw new InvalidProof(`The member \`${shown(at.join('.'))}\` in the ${name} of the proof is not as it must be.`)
}

function shown(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, '?').slice(0, 128)
}
