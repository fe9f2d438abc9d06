/**
 * How a client without a token finds its way: the protected resource metadata (RFC 9728) and the `WWW-Authenticate` header
 * that points to it. Scopes are not listed: some must not be known of.
 */
import { carriesCredentials, type IdentityRequest } from './bearer.ts'

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
  /** The value of `WWW-Authenticate` for an answer with status 401. */
  challenge(request: IdentityRequest): string
}

const wellKnown = '/.well-known/oauth-protected-resource'

/** Describes the gateway as a protected resource. */
export function describeProtectedResource({ resource, issuers }: ResourceOptions): ProtectedResource {
  const { origin, pathname } = new URL(resource)
  const path = pathname === '/' ? wellKnown : `${wellKnown}${pathname}`
  const parameters = `realm="mandate", resource_metadata="${origin}${path}"`
  return Object.freeze({
    document: Object.freeze({
      resource,
      authorization_servers: [...issuers],
      bearer_methods_supported: ['header'],
      resource_name: 'Mandate',
    }),
    paths: Object.freeze([...new Set([path, wellKnown])]),
    challenge: (request: IdentityRequest) =>
      carriesCredentials(request)
        ? `Bearer ${parameters}, error="invalid_token", error_description="The access token was refused"`
        : `Bearer ${parameters}`,
  })
}
