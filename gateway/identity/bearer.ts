/**
 * Finds the one access token and the one declared purpose in a request (RFC 6750, section 2.1). It reads the headers as they
 * came over the wire, because Node's parsed headers silently keep the first of two `Authorization` headers.
 */
import { refuseIdentity } from './refusals.ts'

/** The part of an HTTP request that says who is calling; Node's `IncomingMessage` is one. */
export interface IdentityRequest {
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[]
  readonly url?: string | undefined
}

/** An access token longer than this is refused before it is looked at. */
export const maxTokenLength = 8 * 1024

/** True when the request carries credentials of any kind; `WWW-Authenticate` names an error only then (RFC 6750, section 3.1). */
export function carriesCredentials(request: IdentityRequest): boolean {
  return headerValues(request, 'authorization').length > 0 || hasTokenInQuery(request.url)
}

/** The access token of a request; throws an identity refusal. */
export function readBearerToken(request: IdentityRequest): string {
  if (hasTokenInQuery(request.url)) throw refuseIdentity('token-in-query', 'A token came in the query of the address.')
  const [value, ...others] = headerValues(request, 'authorization')
  if (value === undefined) throw refuseIdentity('token-missing', 'There is no Authorization header.')
  if (others.length > 0)
    throw refuseIdentity('header-repeated', `There are ${others.length + 1} Authorization headers.`)
  if (value.length > maxTokenLength + 'Bearer '.length) {
    throw refuseIdentity('token-too-long', `The Authorization header has ${value.length} characters.`)
  }
  const token = /^bearer ([A-Za-z0-9._~+/-]+=*)$/iu.exec(value)?.[1]
  if (token === undefined) throw refuseIdentity('header-malformed', 'The Authorization header is not one Bearer token.')
  return token
}

/** The declared purpose, or null when the request declares none; throws an identity refusal when it declares several. */
export function readPurpose(request: IdentityRequest): string | null {
  const [value, ...others] = headerValues(request, 'mandate-purpose')
  if (others.length > 0)
    throw refuseIdentity('purpose-repeated', `There are ${others.length + 1} mandate-purpose headers.`)
  return value ?? null
}

function headerValues(request: IdentityRequest, name: string): string[] {
  const { rawHeaders } = request
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name)
}

function hasTokenInQuery(url: string | undefined): boolean {
  const query = url?.split('?').slice(1).join('?')
  return query !== undefined && new URLSearchParams(query).has('access_token')
}
