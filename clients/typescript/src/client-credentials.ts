/**
 * Tokens for an agent that proves itself with its key (`private_key_jwt`, RFC 7523). A token is kept until shortly before it ends, and
 * however many requests wait for a new one, it is asked for once.
 */
import type { JWK } from 'jose'
import { MandateError } from './mandate-error.ts'
import { findTokenEndpoint, requestToken } from './request-token.ts'
import { importSigningKey } from './signing-key.ts'
import type { AccessToken, TokenSource } from './token-source.ts'

export interface ClientCredentialsOptions {
  /** The issuer, whose metadata (RFC 8414) names the token endpoint; or else `tokenEndpoint`. */
  readonly issuer?: string
  readonly tokenEndpoint?: string
  /** The principal id of the agent, `agent:invoice-agent`. */
  readonly clientId: string
  /** The private key, of which the register of agents has the public half. */
  readonly key: JWK
  /** Scopes with spaces between them; left out, all that the roles give. */
  readonly scope?: string
  /** A private key to bind the tokens to (DPoP, RFC 9449). It may be the same as `key`; better is one that never leaves the process. */
  readonly dpop?: JWK
  readonly fetch?: typeof fetch
}

interface Kept {
  readonly token: AccessToken
  readonly refreshAtMs: number
  readonly endsAtMs: number
}

/** Makes the source. */
export function clientCredentials(options: ClientCredentialsOptions): TokenSource {
  const { issuer, tokenEndpoint, clientId, scope, dpop, fetch = globalThis.fetch } = options
  if ((issuer === undefined) === (tokenEndpoint === undefined)) {
    throw new TypeError('Name either `issuer` or `tokenEndpoint`.')
  }
  let kept: Kept | null = null
  let refreshing: Promise<Kept> | null = null

  async function refresh(): Promise<Kept> {
    const endpoint = tokenEndpoint ?? (await findTokenEndpoint(issuer ?? '', fetch))
    const key = await importSigningKey(options.key)
    const proofKey = dpop === undefined ? null : await importSigningKey(dpop)
    const audience = issuer ?? endpoint
    const token = await requestToken({ endpoint, audience, clientId, key, proofKey, scope: scope ?? null, fetch })
    return { ...token, refreshAtMs: token.endsAtMs - marginMs(token.endsAtMs - Date.now()) }
  }

  async function refreshOnce(): Promise<Kept> {
    refreshing ??= refresh().finally(() => {
      refreshing = null
    })
    kept = await refreshing
    return kept
  }

  return {
    async get() {
      const now = Date.now()
      if (kept !== null && now < kept.refreshAtMs) return kept.token
      const last = kept
      try {
        return (await refreshOnce()).token
      } catch (error) {
        // An issuer that is away for a moment costs nothing while the token is still good.
        if (last !== null && Date.now() < last.endsAtMs && error instanceof MandateError && error.retryable) {
          return last.token
        }
        throw error
      }
    },
    async renew(refused) {
      // Somebody else has been refused with it before, and there is a newer one.
      if (kept !== null && kept.token.value !== refused.value) return kept.token
      kept = null
      return (await refreshOnce()).token
    },
  }
}

/** How long before its end a token is replaced: a fifth of its life, half a minute at most. */
function marginMs(lifeMs: number): number {
  return Math.min(30_000, lifeMs / 5)
}
