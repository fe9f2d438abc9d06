/**
 * What a client assertion (RFC 7523) must be beyond what oidc-provider checks: made for this issuer, short-lived, used once.
 * The library looks for a replay and notes the assertion in two steps, so two at once would both pass; here it is one step.
 */
import type { World } from '../../lib/world.ts'

/** The sentence that refuses an assertion, or null. */
export type AssertionRules = (claims: Readonly<Record<string, unknown>>) => string | null

const maxLifetimeSeconds = 300
/** The library accepts assertions this long after `exp`. */
export const assertionToleranceSeconds = 15

/** Makes the rules, with their memory of the assertions already used. */
export function createAssertionRules(audiences: readonly string[], world: Pick<World, 'now'>): AssertionRules {
  const used = new Map<string, number>()
  return ({ iss, aud, jti, iat, exp }) => {
    if (typeof aud !== 'string' || !audiences.includes(aud)) return 'aud must be the issuer and nothing else'
    if (typeof iat !== 'number' || typeof exp !== 'number') return 'iat and exp must be numbers'
    if (exp - iat > maxLifetimeSeconds) return `an assertion may live for ${maxLifetimeSeconds} seconds`
    const now = world.now().getTime() / 1000
    for (const [key, until] of used) if (until < now) used.delete(key)
    const key = JSON.stringify([iss, jti])
    if (used.has(key)) return 'an assertion can be used once'
    used.set(key, exp + assertionToleranceSeconds)
    return null
  }
}
