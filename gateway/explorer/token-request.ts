/**
 * Who may have a demo token: the explorer's own page, in a browser on this machine. A token is a right, so each sign that a
 * request comes from somewhere else is enough to refuse it.
 */
import type { IncomingMessage } from 'node:http'
import { refusal } from '../../lib/errors.ts'
import { isLocalRequest } from '../identity/local-only.ts'
import type { ExplorerIdentity } from './options.ts'

/** Throws unless the request comes from the explorer's page on this machine. */
export function assertOwnPage(request: IncomingMessage): void {
  const { headers } = request
  // The remote address, and a Host that is this machine's: a foreign name pointed at 127.0.0.1 is not.
  if (!isLocalRequest(request)) throw notHere('to this machine only')
  // A form or a simple cross-site request cannot set it.
  if (headers['mandate-explorer'] !== '1')
    throw notHere('to its own page only; the header `mandate-explorer` is missing')
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin') throw notHere('to its own page only')
  const { origin, host } = headers
  if (origin !== undefined && origin !== `http://${host ?? ''}`) throw notHere('to its own page only')
}

/** The identity that the body of the request names. */
export function requestedIdentity(body: unknown, identities: readonly ExplorerIdentity[]): ExplorerIdentity {
  const name: unknown = typeof body === 'object' && body !== null && 'identity' in body ? body.identity : undefined
  const found = identities.find((identity) => identity.name === name)
  if (found) return found
  const known = identities.map((identity) => identity.name)
  throw refusal('BAD_REQUEST', 'The body must be {"identity": "…"} with one of the names in `known`.', {
    known,
    next: 'Send {"identity": "…"} with one of the names in `known`.',
  })
}

function notHere(whom: string) {
  return refusal('EXPLORER_NOT_HERE', `The explorer gives tokens ${whom}.`)
}
