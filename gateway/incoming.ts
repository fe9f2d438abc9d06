/** A GraphQL request as HTTP brought it: its body bounded and parsed as JSON, nothing else looked at. */
import type { IncomingHttpHeaders } from 'node:http'

export interface Incoming {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  /** Names and values in turn, as received: duplicates are visible only here. */
  readonly rawHeaders: readonly string[]
  readonly url: string
  /** The query string with its `?`, or empty. */
  readonly search: string
  readonly body: unknown
}

/** The document's text (GraphQL over HTTP, sections 5.1 and 5.2), or an empty string when there is none to look at. */
export function documentText({ method, search, body }: Incoming): string {
  if (method === 'GET') return new URLSearchParams(search).get('query') ?? ''
  const query: unknown = typeof body === 'object' && body !== null && 'query' in body ? body.query : ''
  return typeof query === 'string' ? query : ''
}

/** The variables as they were sent; none where they are not an object, which Apollo Server refuses by itself. */
export function sentVariables({ method, search, body }: Incoming): Readonly<Record<string, unknown>> {
  const given: unknown =
    method === 'GET'
      ? parsedOrNull(new URLSearchParams(search).get('variables'))
      : typeof body === 'object' && body !== null && 'variables' in body
        ? body.variables
        : null
  return typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as Record<string, unknown>) : {}
}

function parsedOrNull(text: string | null): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}
