/**
 * Certification campaigns: what was granted and assigned at a moment, put before those who answer for it. Each item is kept, reduced
 * or revoked; at the due moment everything that nobody has answered is revoked.
 */
import { type Kysely, type Selectable, type SqlBool, sql } from 'kysely'
import type { Coordinate } from '../../lib/labels.ts'
import type { AccessTables, CampaignStatus, ItemKind, ItemStatus } from '../tables/access.ts'
import type { Tables } from '../tables.ts'
import { type Sight, seenWith } from './access-requests.ts'
import { createAssignmentStore } from './agent-assignments.ts'
import { createGrantStore } from './grants.ts'
import { type Listed, type Page, allOf, pageOf } from './page.ts'

export interface NewCampaign {
  readonly id: string
  readonly title: string
  /** Only what gives one of these scopes is certified; null for everything. */
  readonly scopes: readonly string[] | null
  readonly dueAt: Date
  readonly startedBy: string
  readonly startedAt: Date
}

export interface Campaign extends NewCampaign {
  readonly status: CampaignStatus
  readonly closedAt: Date | null
}

export interface NewCampaignItem {
  readonly id: string
  readonly campaignId: string
  readonly kind: ItemKind
  /** The grant, or the assignment. */
  readonly subjectId: string
  readonly principal: string
  /** The assigned role; null for a grant. */
  readonly roleKey: string | null
  readonly scopes: readonly string[]
  /** Where the scopes count; empty for a role, whose scopes count everywhere. */
  readonly coordinates: readonly Coordinate[]
  readonly purpose: string | null
  readonly endsAt: Date | null
  /** The role whose holders decide; null where whoever reviews access does. */
  readonly decider: string | null
  readonly lastUsedAt: Date | null
  readonly uses: number | null
}

export interface CampaignItem extends NewCampaignItem {
  readonly status: ItemStatus
  readonly decidedBy: string | null
  readonly decidedAt: Date | null
  readonly decisionReason: string | null
  readonly version: number
}

export interface ItemFilter {
  /** In one of these states. */
  readonly status?: readonly ItemStatus[]
}

export interface ItemStep {
  readonly to: Exclude<ItemStatus, 'PENDING'>
  readonly version: number
  readonly by: string
  readonly reason: string
  readonly now: Date
}

/** How many items of a campaign are in each state. */
export type CampaignProgress = Readonly<Record<ItemStatus, number>>

/** What the end of a campaign took away. */
export interface ClosedCampaign {
  readonly campaign: Campaign
  readonly revoked: readonly CampaignItem[]
}

export interface CampaignStore {
  get(id: string): Promise<Campaign | null>
  list(page: Page): Promise<Listed<Campaign>>
  /** By campaign; one without items has none. */
  progress(ids: readonly string[]): Promise<ReadonlyMap<string, CampaignProgress>>
  item(id: string): Promise<CampaignItem | null>
  items(campaignId: string, filter: ItemFilter, sight: Sight | null, page: Page): Promise<Listed<CampaignItem>>
  start(campaign: NewCampaign, items: readonly NewCampaignItem[]): Promise<Campaign>
  /** Answers a pending item; null where it has been answered, or is not at this version. */
  step(id: string, step: ItemStep): Promise<CampaignItem | null>
  /** Lets the other unanswered items about the assignment of this one ask about what has taken its place. */
  follow(item: CampaignItem, next: { readonly assignmentId: string; readonly endsAt: Date }): Promise<void>
  /** Revokes what nobody has answered in one campaign that is due, and closes it; null where none is. Run it in a transaction. */
  closeNextDue(by: string, now: Date): Promise<ClosedCampaign | null>
}

/** Opens the campaigns. `kysely` may be a transaction of the caller's. */
export function createCampaignStore(kysely: Kysely<Tables>): CampaignStore {
  const campaigns = () => kysely.selectFrom('mandate.campaigns').selectAll()
  const items = () => kysely.selectFrom('mandate.campaign_items').selectAll()

  /** Ends what an item stands for, where that has not ended by itself. */
  async function revoke({ kind, subjectId }: CampaignItem, campaign: Campaign, by: string, now: Date): Promise<void> {
    if (kind === 'ASSIGNMENT') await createAssignmentStore(kysely).end(subjectId, by, now)
    else {
      const reason = `nobody answered in the campaign \`${campaign.title}\``
      await createGrantStore(kysely).end(subjectId, { to: 'REVOKED', by, reason, now })
    }
  }

  return {
    async get(id) {
      const row = await campaigns().where('id', '=', id).executeTakeFirst()
      return row ? toCampaign(row) : null
    },
    async list(page) {
      const rows = await campaigns()
        .where(allOf(page.after === null ? null : sql<SqlBool>`id < ${page.after}`))
        .orderBy('id', 'desc')
        .limit(page.first + 1)
        .execute()
      return pageOf(rows, page, toCampaign)
    },
    async progress(ids) {
      const rows = await kysely
        .selectFrom('mandate.campaign_items')
        .select((row) => ['campaign_id', 'status', row.fn.countAll<number>().as('count')])
        .where(sql<SqlBool>`campaign_id = any(${ids})`)
        .groupBy(['campaign_id', 'status'])
        .execute()
      const none: CampaignProgress = { PENDING: 0, KEPT: 0, REDUCED: 0, REVOKED: 0 }
      const progress = new Map<string, CampaignProgress>()
      for (const { campaign_id: id, status, count } of rows) {
        progress.set(id, { ...(progress.get(id) ?? none), [status]: count })
      }
      return progress
    },
    async item(id) {
      const row = await items().where('id', '=', id).executeTakeFirst()
      return row ? toItem(row) : null
    },
    async items(campaignId, { status }, sight, page) {
      const rows = await items()
        .where('campaign_id', '=', campaignId)
        .where(
          allOf(
            status === undefined ? null : sql<SqlBool>`status = any(${status})`,
            sight === null ? null : seenWith(sight),
            page.after === null ? null : sql<SqlBool>`id < ${page.after}`,
          ),
        )
        .orderBy('id', 'desc')
        .limit(page.first + 1)
        .execute()
      return pageOf(rows, page, toItem)
    },
    async start({ id, title, scopes, dueAt, startedBy, startedAt }, snapshot) {
      const campaign = await kysely
        .insertInto('mandate.campaigns')
        .values({ id, title, scopes, due_at: dueAt, status: 'OPEN', started_by: startedBy, started_at: startedAt })
        .returningAll()
        .executeTakeFirstOrThrow()
      for (const item of snapshot) await kysely.insertInto('mandate.campaign_items').values(rowOf(item)).execute()
      return toCampaign(campaign)
    },
    async follow({ id, subjectId }, { assignmentId, endsAt }) {
      await kysely
        .updateTable('mandate.campaign_items')
        .set(({ eb }) => ({ subject_id: assignmentId, ends_at: endsAt, version: eb('version', '+', 1) }))
        .where('kind', '=', 'ASSIGNMENT')
        .where('subject_id', '=', subjectId)
        .where('id', '!=', id)
        .where('status', '=', 'PENDING')
        .execute()
    },
    async step(id, { to, version, by, reason, now }) {
      const row = await kysely
        .updateTable('mandate.campaign_items')
        .set({
          status: to,
          decided_by: by,
          decided_at: now,
          decision_reason: reason,
          version: sql<number>`version + 1`,
        })
        .where('id', '=', id)
        .where('status', '=', 'PENDING')
        .where('version', '=', version)
        .returningAll()
        .executeTakeFirst()
      return row ? toItem(row) : null
    },
    async closeNextDue(by, now) {
      // Of two gateways at once, the second waits here, and then finds the campaign closed.
      const closed = await kysely
        .updateTable('mandate.campaigns')
        .set({ status: 'CLOSED', closed_at: now })
        .where('status', '=', 'OPEN')
        .where('id', '=', (from) =>
          from
            .selectFrom('mandate.campaigns')
            .select('id')
            .where('status', '=', 'OPEN')
            .where('due_at', '<=', now)
            .orderBy('due_at')
            .limit(1),
        )
        .returningAll()
        .executeTakeFirst()
      if (!closed) return null
      const rows = await kysely
        .updateTable('mandate.campaign_items')
        .set({
          status: 'REVOKED',
          decided_by: by,
          decided_at: now,
          decision_reason: 'nobody answered',
          version: sql<number>`version + 1`,
        })
        .where('campaign_id', '=', closed.id)
        .where('status', '=', 'PENDING')
        .returningAll()
        .execute()
      const campaign = toCampaign(closed)
      const revoked = rows.map(toItem)
      for (const item of revoked) await revoke(item, campaign, by, now)
      return { campaign, revoked }
    },
  }
}

function rowOf(item: NewCampaignItem) {
  return {
    id: item.id,
    campaign_id: item.campaignId,
    kind: item.kind,
    subject_id: item.subjectId,
    principal: item.principal,
    role_key: item.roleKey,
    scopes: item.scopes,
    coordinates: item.coordinates,
    purpose: item.purpose,
    ends_at: item.endsAt,
    decider: item.decider,
    last_used_at: item.lastUsedAt,
    uses: item.uses,
    status: 'PENDING' as const,
    version: 1,
  }
}

function toCampaign(row: Selectable<AccessTables['mandate.campaigns']>): Campaign {
  return {
    id: row.id,
    title: row.title,
    scopes: row.scopes,
    dueAt: row.due_at,
    status: row.status,
    startedBy: row.started_by,
    startedAt: row.started_at,
    closedAt: row.closed_at,
  }
}

function toItem(row: Selectable<AccessTables['mandate.campaign_items']>): CampaignItem {
  return {
    id: row.id,
    campaignId: row.campaign_id,
    kind: row.kind,
    subjectId: row.subject_id,
    principal: row.principal,
    roleKey: row.role_key,
    scopes: row.scopes,
    coordinates: row.coordinates as Coordinate[],
    purpose: row.purpose,
    endsAt: row.ends_at,
    decider: row.decider,
    lastUsedAt: row.last_used_at,
    uses: row.uses,
    status: row.status,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
    decisionReason: row.decision_reason,
    version: row.version,
  }
}
