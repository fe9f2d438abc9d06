/** The credentials of a connector as headers. They come from references to secrets (`mapping/secrets.ts`), never from its file. */
import { z } from 'zod'
import { parseJson } from '../../../lib/parse-json.ts'

/** Credentials with every secret read. */
export type Credentials =
  | { readonly type: 'none' }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'bearer'; readonly token: string }
  | { readonly type: 'apiKey'; readonly header: string; readonly value: string }
  | {
      readonly type: 'oauth2ClientCredentials'
      readonly tokenUrl: string
      readonly clientId: string
      readonly clientSecret: string
      readonly scope: string | null
    }

export interface Authorizer {
  headers(signal: AbortSignal): Promise<Readonly<Record<string, string>>>
  /** Called when the system did not accept what {@link Authorizer.headers} gave. True when asking again may give something else. */
  renew(): boolean
}

/** Asks a token endpoint (RFC 6749, section 4.4); answers the body of a 200. */
export type TokenRequest = (
  url: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
) => Promise<string>

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.int().positive().optional(),
})

/** A token is renewed this long before it ends. */
const marginMs = 30_000
/** How long a token without `expires_in` is used. */
const unsaidMs = 300_000

/** Makes the authorizer of one connector. */
export function createAuthorizer(credentials: Credentials, now: () => Date, request: TokenRequest): Authorizer {
  switch (credentials.type) {
    case 'none':
      return fixed({})
    case 'basic':
      return fixed({ authorization: basic(credentials.username, credentials.password) })
    case 'bearer':
      return fixed({ authorization: `Bearer ${credentials.token}` })
    case 'apiKey':
      return fixed({ [credentials.header.toLowerCase()]: credentials.value })
    case 'oauth2ClientCredentials':
      return clientCredentials(credentials, now, request)
  }
}

function fixed(headers: Readonly<Record<string, string>>): Authorizer {
  return { headers: () => Promise.resolve(headers), renew: () => false }
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

function clientCredentials(
  credentials: Extract<Credentials, { type: 'oauth2ClientCredentials' }>,
  now: () => Date,
  request: TokenRequest,
): Authorizer {
  let current: { readonly token: Promise<string>; expiresMs: number } | null = null

  async function ask(signal: AbortSignal): Promise<string> {
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    if (credentials.scope !== null) body.set('scope', credentials.scope)
    // Both parts are form-encoded before they are joined (RFC 6749, section 2.3.1).
    const authorization = basic(encodeURIComponent(credentials.clientId), encodeURIComponent(credentials.clientSecret))
    const text = await request(credentials.tokenUrl, { authorization }, body.toString(), signal)
    const answer = tokenAnswer.parse(parseJson(text))
    if (current) {
      const lifeMs = answer.expires_in === undefined ? unsaidMs : answer.expires_in * 1000
      current.expiresMs = now().getTime() + Math.max(lifeMs - marginMs, 0)
    }
    return answer.access_token
  }

  return {
    async headers(signal) {
      if (current && current.expiresMs <= now().getTime()) current = null
      // Until the answer says how long it lives, every call shares the one question. It does not stop for one caller that leaves.
      current ??= {
        token: Promise.resolve().then(() => ask(AbortSignal.timeout(10_000))),
        expiresMs: Number.POSITIVE_INFINITY,
      }
      const asked = current
      try {
        return { authorization: `Bearer ${await asked.token}` }
      } catch (error) {
        if (current === asked) current = null
        signal.throwIfAborted()
        throw error
      }
    },
    renew() {
      current = null
      return true
    },
  }
}
