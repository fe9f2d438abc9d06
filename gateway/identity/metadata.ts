/**
 * How a client without a token finds its way: the protected resource metadata (RFC 9728) and the `WWW-Authenticate` header
 * that points to it. Scopes are not listed: some must not be known of.
 */
import { carriesCredentials, type IdentityRequest } from './bearer.ts'
import { proofAlgorithms } from './proof.ts'
import { type IdentityCause, refusalReason } from './refusals.ts'

export interface ResourceOptions {
  /** The address of the GraphQL endpoint, which is also the audience of its tokens. */
  readonly resource: string
  readonly issuers: readonly string[]
}

export interface ProtectedResource {
  /** The metadata document. */
  readonly document: Readonly<Record<string, unknown>>
  /** The paths to serve it at: the one that RFC 9728 derives from the resource, and the one at the root. */
  readonly paths: readonly string[]
  /** The value of `WWW-Authenticate` for an answer with status 401, and the refusal that it goes with. */
  challenge(request: IdentityRequest, refused?: unknown): string
}

/** What a DPoP client is told, where the refusal was about its proof or the want of one (RFC 9449, section 7.1). */
const proofErrors: Partial<Record<IdentityCause, string>> = {
  'token-bound': 'invalid_token',
  'proof-required': 'invalid_token',
  'proof-missing': 'invalid_dpop_proof',
  'proof-repeated': 'invalid_dpop_proof',
  'proof-invalid': 'invalid_dpop_proof',
  'proof-replayed': 'invalid_dpop_proof',
}

const wellKnown = '/.well-known/oauth-protected-resource'

/** Describes the gateway as a protected resource. */
export function describeProtectedResource({ resource, issuers }: ResourceOptions): ProtectedResource {
  const { origin, pathname } = new URL(resource)
  const path = pathname === '/' ? wellKnown : `${wellKnown}${pathname}`
  const parameters = `realm="mandate", resource_metadata="${origin}${path}"`
  const algorithms = `algs="${proofAlgorithms.join(' ')}"`
  return Object.freeze({
    document: Object.freeze({
      resource,
      authorization_servers: [...issuers],
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: [...proofAlgorithms],
      resource_name: 'Mandate',
    }),
    paths: Object.freeze([...new Set([path, wellKnown])]),
    challenge(request: IdentityRequest, refused?: unknown) {
      const cause = refusalReason(refused)?.cause
      const proofError = cause === undefined ? undefined : proofErrors[cause]
      if (proofError !== undefined) return `DPoP ${parameters}, ${algorithms}, error="${proofError}"`
      return carriesCredentials(request)
        ? `Bearer ${parameters}, error="invalid_token", error_description="The access token was refused"`
        : `Bearer ${parameters}, DPoP ${algorithms}`
    },
  })
}
