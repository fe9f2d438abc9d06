/**
 * Verifies a JWT access token (RFC 9068) against the static list of trusted issuers, with every option of the library set.
 * What a header may say is decided before any key is looked for; the result is cached for a few seconds by the token's hash.
 */
import { createHash } from 'node:crypto'
import { errors, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import type { CallerKind } from '../../lib/caller.ts'
import { isRefusal } from '../../lib/errors.ts'
import type { World } from '../../lib/world.ts'
import { parseClaims, type CallerClaims } from './claims.ts'
import { inspectToken } from './inspect.ts'
import type { KeySet } from './keys.ts'
import { refuseIdentity } from './refusals.ts'

export type SigningAlgorithm = 'ES256' | 'EdDSA' | 'RS256' | 'PS256'

/** One issuer whose access tokens are accepted. */
export interface TrustedIssuer {
  /** `iss`, compared character by character. */
  readonly issuer: string
  /** The `aud` that means this gateway. */
  readonly audience: string
  readonly algorithms: readonly SigningAlgorithm[]
  readonly keys: KeySet
  /** For which kinds of principals it may speak. */
  readonly kinds: readonly CallerKind[]
  /** A token older than this is refused whatever its `exp` says. Default 1 hour. */
  readonly maxTokenAgeSeconds?: number
}

export interface VerifierOptions {
  readonly issuers: readonly TrustedIssuer[]
  readonly world: Pick<World, 'now'>
  /** How many verified tokens are remembered. Default 10 000. */
  readonly cachedTokens?: number
}

/** Verifies one token; throws an identity refusal. */
export type TokenVerifier = (token: string) => Promise<CallerClaims>

const clockToleranceSeconds = 5
const cacheMs = 30_000

/** Makes the verifier for a fixed list of issuers. */
export function createTokenVerifier({ issuers, world, cachedTokens = 10_000 }: VerifierOptions): TokenVerifier {
  const byName = new Map(issuers.map((issuer) => [issuer.issuer, issuer]))
  if (byName.size !== issuers.length) throw new TypeError('Each issuer may stand in the list of issuers only once.')
  const verified = new LRUCache<string, { readonly claims: CallerClaims; readonly until: number }>({
    max: cachedTokens,
  })

  return async (token) => {
    const key = createHash('sha256').update(token).digest('base64url')
    const now = world.now().getTime()
    const known = verified.get(key)
    if (known !== undefined && now < known.until) return known.claims
    verified.delete(key)
    const { claimedIssuer } = inspectToken(token)
    const issuer = byName.get(claimedIssuer)
    if (issuer === undefined) throw refuseIdentity('issuer-unknown', 'The token names an issuer that is not trusted.')
    const claims = await verifyToken(token, issuer, world.now())
    verified.set(key, { claims, until: Math.min(now + cacheMs, claims.expiresAt * 1000) })
    return claims
  }
}

async function verifyToken(token: string, issuer: TrustedIssuer, now: Date): Promise<CallerClaims> {
  try {
    const { payload } = await jwtVerify(token, issuer.keys.find, {
      algorithms: [...issuer.algorithms],
      issuer: issuer.issuer,
      audience: issuer.audience,
      typ: 'at+jwt',
      requiredClaims: ['sub', 'exp', 'iat', 'jti', 'client_id'],
      maxTokenAge: issuer.maxTokenAgeSeconds ?? 3600,
      clockTolerance: clockToleranceSeconds,
      currentDate: now,
    })
    return parseClaims(payload, issuer.kinds)
  } catch (error) {
    throw isRefusal(error) ? error : toRefusal(error)
  }
}

function toRefusal(error: unknown): Error {
  if (error instanceof errors.JWTExpired) {
    return error.claim === 'iat'
      ? refuseIdentity('token-too-old', 'The token was issued longer ago than its issuer may have issued it.')
      : refuseIdentity('token-expired', 'The token is past its `exp`.')
  }
  if (error instanceof errors.JWTClaimValidationFailed) return claimRefusal(error)
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) {
    return refuseIdentity('algorithm-refused', 'The algorithm of the token is not one that its issuer uses.')
  }
  if (error instanceof errors.JWKSMultipleMatchingKeys) {
    return refuseIdentity('key-unknown', 'The issuer has several keys with this id.')
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return refuseIdentity('signature-wrong', 'The signature of the token does not verify.')
  }
  return refuseIdentity('token-malformed', 'The token is not a JWT that can be verified.')
}

function claimRefusal({ claim, reason }: errors.JWTClaimValidationFailed): Error {
  if (reason === 'missing') return refuseIdentity('claim-missing', `The claim \`${claim}\` is missing.`)
  if (claim === 'aud') return refuseIdentity('audience-wrong', 'The token is meant for another audience.')
  if (claim === 'typ') return refuseIdentity('type-wrong', 'The token is not an access token.')
  if (reason === 'check_failed' && (claim === 'iat' || claim === 'nbf')) {
    return refuseIdentity('not-yet-valid', `The claim \`${claim}\` lies in the future.`)
  }
  return refuseIdentity('claim-wrong', `The claim \`${claim}\` does not have the expected value.`)
}
