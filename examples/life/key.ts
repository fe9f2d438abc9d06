/** The key of an agent that proves itself (`private_key_jwt`, RFC 7523): made here, of which only the public half is shown. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { z } from 'zod'

export interface AgentKey {
  /** What is registered. */
  readonly publicJwk: JWK
  /** Asks the issuer at `url` for an access token; gives its refusal as it came. */
  requestToken(agent: string, url: string): Promise<TokenAnswer>
}

export type TokenAnswer =
  | { readonly ok: true; readonly token: string }
  | { readonly ok: false; readonly error: string; readonly description: string }

const granted = z.object({ access_token: z.string() })
const refused = z.object({ error: z.string(), error_description: z.string().default('') })

/** Makes a key. */
export async function makeAgentKey(newId: () => string): Promise<AgentKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const publicJwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(publicJwk)
  return {
    publicJwk,
    async requestToken(agent, url) {
      const assertion = await new SignJWT({})
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer(agent)
        .setSubject(agent)
        .setAudience(url)
        .setJti(newId())
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(privateKey)
      const response = await fetch(new URL('/oauth/token', url), {
        method: 'POST',
        redirect: 'error',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: assertion,
        }),
        signal: AbortSignal.timeout(10_000),
      })
      const answer: unknown = await response.json()
      if (response.ok) return { ok: true, token: granted.parse(answer).access_token }
      const { error, error_description: description } = refused.parse(answer)
      return { ok: false, error, description }
    },
  }
}
