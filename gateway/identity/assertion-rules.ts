/**
 * What a client assertion (RFC 7523) must be beyond what oidc-provider checks: made for this issuer, short-lived, used once.
 * The library looks for a replay and notes the assertion in two steps, so two at once would both pass; here it is one step.
 */
import type { UsedOnce } from './used-once.ts'

/** The sentence that refuses an assertion, or null. */
export type AssertionRules = (claims: Readonly<Record<string, unknown>>) => string | null

const maxLifetimeSeconds = 300
/** The library accepts assertions this long after `exp`. */
export const assertionToleranceSeconds = 15

/** Makes the rules; `used` remembers the assertions that came before. */
export function createAssertionRules(audiences: readonly string[], used: UsedOnce): AssertionRules {
  return ({ iss, aud, jti, iat, exp }) => {
    if (typeof aud !== 'string' || !audiences.includes(aud)) return 'aud must be the issuer and nothing else'
    if (typeof iat !== 'number' || typeof exp !== 'number') return 'iat and exp must be numbers'
    if (exp - iat > maxLifetimeSeconds) return `an assertion may live for ${maxLifetimeSeconds} seconds`
    const fresh = used.first(JSON.stringify(['assertion', iss, jti]), exp + assertionToleranceSeconds)
    return fresh ? null : 'an assertion can be used once'
  }
}
