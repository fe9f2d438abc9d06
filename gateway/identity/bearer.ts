/**
 * Finds the one access token, its proof and what is declared in a request (RFC 6750, section 2.1; RFC 9449, section 7.1). It reads the headers as they
 * came over the wire, because Node's parsed headers silently keep the first of two `Authorization` headers.
 */
import { refuseIdentity } from './refusals.ts'

/** The part of an HTTP request that says who is calling; Node's `IncomingMessage` is one. */
export interface IdentityRequest {
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[]
  readonly url?: string | undefined
  readonly method?: string | undefined
}

/** How a token was sent: as what it is worth by itself, or with a proof of the key that it is bound to. */
export interface PresentedToken {
  readonly scheme: 'Bearer' | 'DPoP'
  readonly token: string
}

/** An access token longer than this is refused before it is looked at. */
export const maxTokenLength = 8 * 1024

/** True when the request carries credentials of any kind; `WWW-Authenticate` names an error only then (RFC 6750, section 3.1). */
export function carriesCredentials(request: IdentityRequest): boolean {
  return headerValues(request, 'authorization').length > 0 || hasTokenInQuery(request.url)
}

/** The access token of a request; throws an identity refusal. */
export function readAccessToken(request: IdentityRequest): PresentedToken {
  if (hasTokenInQuery(request.url)) throw refuseIdentity('token-in-query', 'A token came in the query of the address.')
  const [value, ...others] = headerValues(request, 'authorization')
  if (value === undefined) throw refuseIdentity('token-missing', 'There is no Authorization header.')
  if (others.length > 0)
    throw refuseIdentity('header-repeated', `There are ${others.length + 1} Authorization headers.`)
  if (value.length > maxTokenLength + 'Bearer '.length) {
    throw refuseIdentity('token-too-long', `The Authorization header has ${value.length} characters.`)
  }
  const [, scheme, token] = /^(bearer|dpop) ([A-Za-z0-9._~+/-]+=*)$/iu.exec(value) ?? []
  if (scheme === undefined || token === undefined) {
    throw refuseIdentity('header-malformed', 'The Authorization header is not one Bearer or DPoP token.')
  }
  return { scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', token }
}

/** The one DPoP proof of a request; throws an identity refusal. */
export function readProof(request: IdentityRequest): string {
  const [value, ...others] = headerValues(request, 'dpop')
  if (value === undefined) throw refuseIdentity('proof-missing', 'There is no DPoP header.')
  if (others.length > 0) throw refuseIdentity('proof-repeated', `There are ${others.length + 1} DPoP headers.`)
  return value
}

/** The declared purpose, or null when the request declares none; throws an identity refusal when it declares several. */
export function readPurpose(request: IdentityRequest): string | null {
  const [value, ...others] = headerValues(request, 'mandate-purpose')
  if (others.length > 0)
    throw refuseIdentity('purpose-repeated', `There are ${others.length + 1} mandate-purpose headers.`)
  return value ?? null
}

/** The task that the request says it belongs to, or null; throws an identity refusal for several or a malformed one. */
export function readTask(request: IdentityRequest): string | null {
  const [value, ...others] = headerValues(request, 'mandate-task')
  if (value === undefined) return null
  if (others.length === 0 && /^[A-Za-z0-9](?:[A-Za-z0-9._:-]{0,98}[A-Za-z0-9])?$/u.test(value)) return value
  throw refuseIdentity('task-malformed', 'The mandate-task header is repeated, or not a task id.')
}

function headerValues(request: IdentityRequest, name: string): string[] {
  const { rawHeaders } = request
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name)
}

function hasTokenInQuery(url: string | undefined): boolean {
  const query = url?.split('?').slice(1).join('?')
  return query !== undefined && new URLSearchParams(query).has('access_token')
}
