/** RFC 8414 and OpenID Connect Discovery. What the library would publish names endpoints that are switched off here. */
import { proofAlgorithms } from './proof.ts'
import { exchangeGrant } from './token-exchange.ts'

/** Where the development issuer answers. */
export const issuerPaths = {
  token: '/oauth/token',
  authorize: '/oauth/authorize',
  signIn: '/oauth/sign-in',
  keys: '/.well-known/jwks.json',
  metadata: ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'],
} as const

/** The only assurance that a page without a password gives (OpenID Connect Core, section 2: `acr`). */
export const developmentAcr = '0'

/** The metadata document. */
export function describeServer(issuer: string): Readonly<Record<string, unknown>> {
  return {
    issuer,
    authorization_endpoint: `${issuer}${issuerPaths.authorize}`,
    token_endpoint: `${issuer}${issuerPaths.token}`,
    jwks_uri: `${issuer}${issuerPaths.keys}`,
    grant_types_supported: ['client_credentials', 'authorization_code', exchangeGrant],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    authorization_response_iss_parameter_supported: true,
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['private_key_jwt', 'none'],
    token_endpoint_auth_signing_alg_values_supported: [...proofAlgorithms],
    dpop_signing_alg_values_supported: [...proofAlgorithms],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    acr_values_supported: [developmentAcr],
    claims_supported: ['sub', 'acr', 'auth_time'],
  }
}
