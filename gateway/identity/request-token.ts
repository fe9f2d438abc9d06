/**
 * Gets access tokens for demo identities at the development issuer, wherever that runs on this machine: with a client assertion
 * (RFC 7523) for the identity itself, by token exchange (RFC 8693) to act for somebody else.
 */
import { importJWK, SignJWT } from 'jose'
import { z } from 'zod'
import type { World } from '../../lib/world.ts'
import type { DemoIdentity } from './demo-identities.ts'
import { isLoopbackHost } from './loopback.ts'
import { makeProof } from './make-proof.ts'
import type { PrivateJwk } from './private-keys.ts'
import { accessTokenType, exchangeGrant } from './token-exchange.ts'

export interface TokenRequest {
  readonly identity: DemoIdentity
  readonly key: PrivateJwk
  /** Where the issuer is, without a path. */
  readonly url: string
  /** Scopes with spaces between them; without it, all that the identity's roles give. */
  readonly scope?: string
  /** The token of whom the identity is to act for; without it, the identity acts for itself. */
  readonly subjectToken?: string
  /** A key to bind the token to (RFC 9449); without it, the token is a bearer token. */
  readonly proofKey?: PrivateJwk
  /** Where the key came from, for the message about a key that the issuer does not know. */
  readonly dataFolder: string
}

/** The outside world of a request. */
export interface TokenRequestIo {
  readonly fetch: typeof fetch
  readonly world: World
}

const tokenAnswer = z.object({ access_token: z.string() })
const errorAnswer = z.object({ error: z.string(), error_description: z.string().optional() })
const resourceAnswer = z.object({ authorization_servers: z.array(z.url()) })

/**
 * The development issuer of the gateway at `url`, as its metadata (RFC 9728) names it: the gateway itself, or a process of its own
 * on this machine. The gateway's own address where the metadata cannot be had.
 */
export async function findIssuer(url: string, { fetch }: Pick<TokenRequestIo, 'fetch'>): Promise<string> {
  const servers = await fetch(new URL('/.well-known/oauth-protected-resource', url), {
    redirect: 'error',
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(5_000),
  })
    .then(async (response) => resourceAnswer.parse(await response.json()).authorization_servers)
    .catch(() => [])
  // INVARIANT: what is signed with a demo identity's key goes nowhere but to this machine.
  const here = servers.filter((server) => isLoopbackHost(new URL(server).hostname))
  return here.includes(issuerAt(url)) ? url : (here.at(-1) ?? url)
}

/** Gets the token; throws an error whose message says what to do. */
export async function requestToken(request: TokenRequest, { fetch, world }: TokenRequestIo): Promise<string> {
  const { identity, key, url, scope, subjectToken, proofKey } = request
  const endpoint = new URL('/oauth/token', url)
  const grant =
    subjectToken === undefined
      ? { grant_type: 'client_credentials' }
      : { grant_type: exchangeGrant, subject_token: subjectToken, subject_token_type: accessTokenType }
  const body = new URLSearchParams({
    ...grant,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await signAssertion(identity, key, issuerAt(url), world),
    ...(scope === undefined ? {} : { scope }),
  })
  const proof = proofKey && (await makeProof({ key: proofKey, method: 'POST', address: endpoint.href, world }))
  let response: Response
  try {
    response = await fetch(endpoint, {
      method: 'POST',
      body,
      redirect: 'error',
      headers: { accept: 'application/json', ...(proof === undefined ? {} : { dpop: proof }) },
      signal: AbortSignal.timeout(5_000),
    })
  } catch (cause) {
    throw new Error(
      `No gateway answers at ${endpoint.origin}. Start it with \`npm start\`, or name its address with --url.`,
      {
        cause,
      },
    )
  }
  const answer: unknown = await response.json().catch(() => null)
  const token = tokenAnswer.safeParse(answer)
  if (response.ok && token.success) return token.data.access_token
  throw new Error(explain(errorAnswer.safeParse(answer).data, response.status, endpoint.origin, request))
}

function explain(
  refused: z.infer<typeof errorAnswer> | undefined,
  status: number,
  origin: string,
  { identity: { name }, dataFolder, scope, subjectToken }: TokenRequest,
): string {
  switch (refused?.error) {
    case 'invalid_client':
      return `The gateway at ${origin} does not know this key of \`${name}\`: it uses another data folder than \`${dataFolder}\`. Set MANDATE_DATA to the same one.`
    case 'invalid_scope':
      if (subjectToken !== undefined) break
      return `The roles of \`${name}\` give none of the scopes \`${scope ?? ''}\`. Leave --scope out to get all that they give.`
    case undefined:
      return `What answers at ${origin} (status ${status}) is not a gateway with the development issuer. Name the gateway with --url.`
    default:
  }
  const reason = refused?.error_description ?? refused?.error ?? ''
  return `The gateway at ${origin} refused: ${reason.replace(/\.$/u, '')}.`
}

/** What the development issuer at an address calls itself: `localhost`, whatever loopback name it was reached by. */
export function issuerAt(url: string): string {
  const at = new URL(url)
  if (isLoopbackHost(at.hostname)) at.hostname = 'localhost'
  return at.origin
}

async function signAssertion(identity: DemoIdentity, key: PrivateJwk, audience: string, world: World): Promise<string> {
  const issuedAt = Math.floor(world.now().getTime() / 1000)
  return await new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: key.kid })
    .setIssuer(identity.id)
    .setSubject(identity.id)
    .setAudience(audience)
    .setJti(world.newId())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + 60)
    .sign(await importJWK(key, 'ES256'))
}
