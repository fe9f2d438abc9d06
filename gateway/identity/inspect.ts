/**
 * Looks at a token before any cryptography: its form, what its header may say, and which issuer it names. Everything here is
 * unverified and used to refuse, or to choose from the static list of issuers, and for nothing else.
 */
import { maxTokenLength } from './bearer.ts'
import { refuseIdentity } from './refusals.ts'
import { parseStrictObject, RepeatedMember } from './strict-json.ts'

/** Members that would let a token bring its own key, or ask for a processing rule that we do not follow. */
const forbiddenMembers = ['crit', 'jku', 'x5u', 'jwk', 'x5c', 'b64', 'zip', 'enc', 'epk']

const accessTokenType = /^(?:application\/)?at\+jwt$/i

/** Refuses what cannot be an access token; gives the issuer that it claims to come from. */
export function inspectToken(token: string): { readonly claimedIssuer: string } {
  if (token.length > maxTokenLength) throw refuseIdentity('token-too-long', `The token has ${token.length} characters.`)
  const segments = token.split('.')
  if (segments.length === 5) throw refuseIdentity('token-encrypted', 'The token is encrypted (JWE).')
  const [header, payload, signature] = segments
  if (segments.length !== 3 || header === undefined || payload === undefined || signature === undefined) {
    throw refuseIdentity('token-malformed', `The token has ${segments.length} parts.`)
  }
  inspectHeader(parsePart(header, 'header'))
  const { iss } = parsePart(payload, 'payload')
  if (typeof iss !== 'string') throw refuseIdentity('claim-missing', 'The claim `iss` is missing.')
  return { claimedIssuer: iss }
}

function inspectHeader(header: Readonly<Record<string, unknown>>): void {
  const forbidden = forbiddenMembers.find((member) => Object.hasOwn(header, member))
  if (forbidden !== undefined) throw refuseIdentity('header-forbidden', `The header has the member \`${forbidden}\`.`)
  const { alg, kid, typ } = header
  if (typeof alg !== 'string' || alg.toLowerCase() === 'none' || alg.startsWith('HS')) {
    throw refuseIdentity('algorithm-refused', 'The token is not signed with a public-key algorithm.')
  }
  if (typeof typ !== 'string' || !accessTokenType.test(typ)) {
    throw refuseIdentity('type-wrong', 'The header does not say that this is an access token (`typ`).')
  }
  if (typeof kid !== 'string' || kid === '') throw refuseIdentity('key-id-missing', 'The header names no key (`kid`).')
}

function parsePart(segment: string, name: string): Readonly<Record<string, unknown>> {
  const bytes = Buffer.from(segment, 'base64url')
  if (bytes.toString('base64url') !== segment) {
    throw refuseIdentity('token-malformed', `The ${name} of the token is not canonical base64url.`)
  }
  try {
    return parseStrictObject(bytes)
  } catch (error) {
    if (error instanceof RepeatedMember) throw refuseIdentity('member-repeated', `${name}: ${error.message}`)
    throw refuseIdentity('token-malformed', `The ${name} of the token is not one JSON object.`)
  }
}
