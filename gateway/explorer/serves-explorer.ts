/** Tells a browser that opens `/graphql` from a program that sends an operation there (RFC 9110, section 12.5.1). */
import type { IncomingHttpHeaders } from 'node:http'

interface PageRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
}

/** The answers that the endpoint gives when it is not a page. */
const dataTypes = ['application/graphql-response+json', 'application/json']

/** True for a GET without an operation that would rather have a page than data. */
export function servesExplorer({ method, url, headers }: PageRequest): boolean {
  if (method !== 'GET' || new URLSearchParams(url.split('?')[1] ?? '').has('query')) return false
  const ranges = parseAccept(headers.accept ?? '')
  const page = qualityOf('text/html', ranges)
  return page > 0 && dataTypes.every((type) => page > qualityOf(type, ranges))
}

interface MediaRange {
  readonly range: string
  readonly quality: number
}

function parseAccept(accept: string): readonly MediaRange[] {
  return accept.split(',').map((part) => {
    const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))
    const quality = weight === undefined ? 1 : Number(weight.slice(2))
    return { range, quality: quality >= 0 && quality <= 1 ? quality : 0 }
  })
}

/** The weight of the most specific range that fits; 0 when none does. */
function qualityOf(type: string, ranges: readonly MediaRange[]): number {
  const wanted = [type, `${type.split('/')[0] ?? ''}/*`, '*/*']
  for (const candidate of wanted) {
    const found = ranges.find(({ range }) => range === candidate)
    if (found) return found.quality
  }
  return 0
}
