/** Asks an issuer for one access token, with an assertion that is signed with the agent's key. */
import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { makeDpopProof } from './dpop-proof.ts'
import { MandateError } from './mandate-error.ts'
import { parseJson, recordOf } from './read-answer.ts'
import type { SigningKey } from './signing-key.ts'
import type { AccessToken } from './token-source.ts'

export interface TokenRequest {
  readonly endpoint: string
  /** Whom the assertion is for: the issuer, or its token endpoint. */
  readonly audience: string
  readonly clientId: string
  readonly key: SigningKey
  readonly proofKey: SigningKey | null
  readonly scope: string | null
  readonly fetch: typeof fetch
}

const timeoutMs = 10_000
/** What is taken for the life of a token whose answer does not say it. */
const unknownLifeSeconds = 60

/** Finds the token endpoint in the metadata of the issuer (RFC 8414, section 3). */
export async function findTokenEndpoint(issuer: string, fetch: TokenRequest['fetch']): Promise<string> {
  const { origin, pathname } = new URL(issuer)
  const path = pathname === '/' ? '' : pathname
  const address = `${origin}/.well-known/oauth-authorization-server${path}`
  const { status, body } = await send(fetch, address, { headers: { accept: 'application/json' } })
  const endpoint = body?.['token_endpoint']
  // INVARIANT: the metadata of another issuer is not believed (RFC 8414, section 3.3).
  if (status === 200 && body?.['issuer'] === issuer && typeof endpoint === 'string') return endpoint
  throw refused(address, status, `The metadata at ${address} (status ${status}) is not that of the issuer ${issuer}.`)
}

/** Gets the token. */
export async function requestToken(
  request: TokenRequest,
): Promise<{ readonly token: AccessToken; readonly endsAtMs: number }> {
  const { endpoint, clientId, proofKey, scope, fetch } = request
  const proof = proofKey && (await makeDpopProof(proofKey, { method: 'POST', address: endpoint }))
  const askedAtMs = Date.now()
  const { status, body } = await send(fetch, endpoint, {
    method: 'POST',
    headers: { accept: 'application/json', ...(proof === null ? {} : { dpop: proof }) },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await signAssertion(request),
      ...(scope === null ? {} : { scope }),
    }),
  })
  const value = body?.['access_token']
  if (status !== 200 || typeof value !== 'string') {
    const { error = status, error_description: description } = body ?? {}
    const told = typeof description === 'string' ? `${String(error)}: ${description}` : String(error)
    throw refused(endpoint, status, `The issuer gives \`${clientId}\` no token (${told}).`)
  }
  const life = body?.['expires_in']
  const seconds = typeof life === 'number' && life > 0 ? life : unknownLifeSeconds
  const prove =
    proofKey && ((method: string, address: string) => makeDpopProof(proofKey, { method, address, token: value }))
  return { token: Object.freeze({ value, prove }), endsAtMs: askedAtMs + seconds * 1_000 }
}

async function signAssertion({ audience, clientId, key }: TokenRequest): Promise<string> {
  return await new SignJWT({})
    .setProtectedHeader({ alg: key.alg, kid: key.kid })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(key.key)
}

async function send(fetch: TokenRequest['fetch'], address: string, init: RequestInit) {
  try {
    const response = await fetch(address, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
    return { status: response.status, body: recordOf(parseJson(await response.text())) }
  } catch (cause) {
    throw new MandateError({
      code: 'TOKEN_UNREACHABLE',
      message: `No issuer answers at ${address}.`,
      next: 'Retry in a few seconds; see that the issuer runs and that its address is right.',
      cause,
    })
  }
}

function refused(address: string, status: number, message: string): MandateError {
  const passing = status === 429 || status >= 500
  return new MandateError({
    code: passing ? 'TOKEN_UNREACHABLE' : 'TOKEN_REFUSED',
    message,
    next: passing
      ? 'Retry in a few seconds.'
      : `See that ${new URL(address).origin} knows the agent and its key, and that the agent is active.`,
    status,
  })
}
