import { describe, expect, test } from 'vitest'
import { refuseIdentity } from '../../../gateway/identity/refusals.ts'
import { describeProtectedResource } from '../../../gateway/identity/metadata.ts'

const resource = describeProtectedResource({
  resource: 'http://localhost:4000/graphql',
  issuers: ['http://localhost:4000'],
})
const metadata = 'http://localhost:4000/.well-known/oauth-protected-resource/graphql'

describe('the protected resource (RFC 9728)', () => {
  test('names itself, its issuers and the one way to send a token, and no scopes', () => {
    expect(resource.document).toEqual({
      resource: 'http://localhost:4000/graphql',
      authorization_servers: ['http://localhost:4000'],
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: ['ES256', 'EdDSA'],
      resource_name: 'Mandate',
    })
  })

  test('is served at the path derived from the resource, and at the root', () => {
    expect(resource.paths).toEqual([
      '/.well-known/oauth-protected-resource/graphql',
      '/.well-known/oauth-protected-resource',
    ])
    expect(describeProtectedResource({ resource: 'https://a.test', issuers: [] }).paths).toEqual([
      '/.well-known/oauth-protected-resource',
    ])
  })

  test('row 42: without a token the challenge names the metadata, both ways to send a token, and no error', () => {
    expect(resource.challenge({ rawHeaders: [] })).toBe(
      `Bearer realm="mandate", resource_metadata="${metadata}", DPoP algs="ES256 EdDSA"`,
    )
  })

  test('row 42: with a token, or what was meant as one, it says invalid_token and no cause', () => {
    for (const request of [
      { rawHeaders: ['authorization', 'Bearer x'] },
      { rawHeaders: ['AUTHORIZATION', ''] },
      { rawHeaders: [], url: '/graphql?access_token=x' },
    ]) {
      expect(resource.challenge(request)).toBe(
        `Bearer realm="mandate", resource_metadata="${metadata}", error="invalid_token", error_description="The access token was refused"`,
      )
    }
  })

  test.each([
    ['token-bound', 'invalid_token'],
    ['proof-required', 'invalid_token'],
    ['proof-missing', 'invalid_dpop_proof'],
    ['proof-replayed', 'invalid_dpop_proof'],
  ] as const)('row 44: refused for %s, it asks for DPoP and says %s', (cause, error) => {
    expect(resource.challenge({ rawHeaders: ['authorization', 'DPoP x'] }, refuseIdentity(cause, ''))).toBe(
      `DPoP realm="mandate", resource_metadata="${metadata}", algs="ES256 EdDSA", error="${error}"`,
    )
  })
})
