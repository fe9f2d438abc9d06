/** Requests, grants and campaigns in the form of the contract; all of it is the same after it has been JSON. */
import { formatDuration } from '../../../lib/duration.ts'
import { refusal } from '../../../lib/errors.ts'
import type { AccessRequest } from '../../../storage/stores/access-requests.ts'
import type { Campaign, CampaignItem, CampaignProgress } from '../../../storage/stores/campaigns.ts'
import type { Grant } from '../../../storage/stores/grants.ts'
import type { Listed, Page } from '../../../storage/stores/page.ts'
import { boundedFirst } from '../../sources/page-size.ts'

export interface PageArgs {
  readonly first: number
  readonly after?: string | null
}

/** A page that may be asked for. @throws `INVALID_INPUT` */
export function readPage({ first, after = null }: PageArgs): Page {
  if (after !== null && !/^[\w-]{1,64}$/u.test(after)) {
    throw refusal('INVALID_INPUT', 'The argument `after` is not a cursor; pass the `endCursor` of the page before.', {
      argument: 'after',
    })
  }
  return { first: boundedFirst(first), after }
}

/** A page as a connection; the cursor of a thing is its id. */
export function connectionNode<Item extends { readonly id: string }, Node>(
  { items, hasMore }: Listed<Item>,
  shape: (item: Item) => Node,
) {
  const edges = items.map((item) => ({ cursor: item.id, node: shape(item) }))
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: { hasNextPage: hasMore, endCursor: edges.at(-1)?.cursor ?? null },
  }
}

/** A request, with the grant that came of it. */
export function requestNode(request: AccessRequest, grant: Grant | null) {
  return {
    id: request.id,
    principal: request.principal,
    kind: request.kind.toUpperCase(),
    roles: request.roles,
    coordinates: request.coordinates,
    scopes: request.scopes,
    purpose: request.purpose,
    reason: request.reason,
    duration: formatDuration(request.durationMs),
    decider: request.decider,
    status: request.status,
    decidedBy: request.decidedBy,
    decidedAt: isoOf(request.decidedAt),
    decisionReason: request.decisionReason,
    grant: grant === null ? null : grantNode(grant),
    version: request.version,
    createdAt: request.createdAt.toISOString(),
  }
}

/** A grant. */
export function grantNode(grant: Grant) {
  return {
    ...grant,
    kind: grant.kind.toUpperCase(),
    grantedAt: grant.grantedAt.toISOString(),
    expiresAt: grant.expiresAt.toISOString(),
    endedAt: isoOf(grant.endedAt),
    lastUsedAt: isoOf(grant.lastUsedAt),
  }
}

/** Whether a campaign is over: its due moment counts, not when somebody writes it down. */
export function isOver({ status, dueAt }: Campaign, now: Date): boolean {
  return status === 'CLOSED' || dueAt <= now
}

/** A campaign, with how far it is. */
export function campaignNode(campaign: Campaign, progress: CampaignProgress | undefined, now: Date) {
  const { PENDING, KEPT, REDUCED, REVOKED } = progress ?? { PENDING: 0, KEPT: 0, REDUCED: 0, REVOKED: 0 }
  const over = isOver(campaign, now)
  return {
    ...campaign,
    status: over ? 'CLOSED' : 'OPEN',
    dueAt: campaign.dueAt.toISOString(),
    startedAt: campaign.startedAt.toISOString(),
    closedAt: isoOf(campaign.closedAt ?? (over ? campaign.dueAt : null)),
    progress: {
      total: PENDING + KEPT + REDUCED + REVOKED,
      pending: over ? 0 : PENDING,
      kept: KEPT,
      reduced: REDUCED,
      revoked: over ? REVOKED + PENDING : REVOKED,
    },
  }
}

/** An item of a campaign; one that nobody answered in time is revoked. */
export function itemNode(item: CampaignItem, over: boolean) {
  return {
    ...item,
    status: over && item.status === 'PENDING' ? 'REVOKED' : item.status,
    endsAt: isoOf(item.endsAt),
    lastUsedAt: isoOf(item.lastUsedAt),
    decidedAt: isoOf(item.decidedAt),
  }
}

function isoOf(time: Date | null): string | null {
  return time === null ? null : time.toISOString()
}
