/** How much a coordinate is really used: what the ledger holds of it since a moment. A refused request is no use. */
import type { Coordinate } from '../../lib/labels.ts'
import type { LedgerReader } from '../../storage/stores/ledger.ts'

export interface Usage {
  readonly requests: number
  /** True when there were more requests than were counted. */
  readonly orMore: boolean
  readonly principals: readonly string[]
}

/** The use of all the coordinates together. */
export async function usageOf(
  coordinates: readonly Coordinate[],
  since: Date,
  reader: Pick<LedgerReader, 'whoTouched'>,
): Promise<Usage> {
  const requests = new Set<string>()
  const principals = new Set<string>()
  let orMore = false
  for (const coordinate of coordinates) {
    const { items, hasMore } = await reader.whoTouched(coordinate, { since, limit: 1000 })
    orMore ||= hasMore
    for (const { verb, requestId, principal } of items) {
      if (verb === 'denied' || verb === 'asked') continue
      requests.add(requestId)
      if (principal !== null) principals.add(principal)
    }
  }
  return { requests: requests.size, orMore, principals: [...principals].sort() }
}

/** `12 requests by agent:support-agent and 2 others`. */
export function describeUsage({ requests, orMore, principals }: Usage): string {
  if (requests === 0) return orMore ? 'only refused, as far as it was counted' : 'not used'
  const [first = 'somebody', ...others] = principals
  const rest =
    others.length === 0 ? '' : others.length === 1 ? ` and ${others[0] ?? ''}` : ` and ${others.length} others`
  return `${requests}${orMore ? ' or more' : ''} ${requests === 1 && !orMore ? 'request' : 'requests'} by ${first}${rest}`
}
