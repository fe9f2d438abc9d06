/** The rows of requests, grants and campaigns. Columns are those of `storage/migrations/0013-access.ts`. */
import type { ColumnType, Generated } from 'kysely'
import type { CallerKind } from '../../lib/caller.ts'
import type { NullableTimestamp, Timestamp } from './versioned.ts'

export type RequestStatus = 'REQUESTED' | 'APPROVED' | 'REFUSED' | 'WITHDRAWN'
export type GrantStatus = 'ACTIVE' | 'EXPIRED' | 'REVOKED'
export type CampaignStatus = 'OPEN' | 'CLOSED'
export type ItemKind = 'GRANT' | 'ASSIGNMENT'
export type ItemStatus = 'PENDING' | 'KEPT' | 'REDUCED' | 'REVOKED'

/** A PostgreSQL array. */
type Texts = ColumnType<string[], readonly string[], readonly string[]>
type NullableTexts = ColumnType<string[] | null, readonly string[] | null, never>

interface AccessRequestRow {
  readonly id: string
  readonly principal: string
  readonly kind: CallerKind
  /** The roles that the principal held when it asked. */
  readonly roles: Texts
  readonly coordinates: Texts
  readonly scopes: Texts
  readonly purpose: string
  readonly reason: string
  readonly duration_ms: number
  /** The role whose holders decide. */
  readonly decider: string
  readonly policy_revision: string
  status: RequestStatus
  decided_by: string | null
  decided_at: NullableTimestamp
  decision_reason: string | null
  version: number
  readonly created_at: Timestamp
  updated_at: Timestamp
}

interface GrantRow {
  readonly id: string
  readonly request_id: string
  readonly principal: string
  readonly kind: CallerKind
  coordinates: Texts
  readonly scopes: Texts
  readonly purpose: string
  readonly decider: string
  readonly granted_by: string
  readonly granted_at: Timestamp
  expires_at: Timestamp
  status: GrantStatus
  ended_by: string | null
  ended_at: NullableTimestamp
  end_reason: string | null
  last_used_at: NullableTimestamp
  uses: Generated<number>
  version: number
}

interface CampaignRow {
  readonly id: string
  readonly title: string
  /** Only what gives one of these is certified; null for everything. */
  readonly scopes: NullableTexts
  readonly due_at: Timestamp
  status: CampaignStatus
  readonly started_by: string
  readonly started_at: Timestamp
  closed_at: NullableTimestamp
}

interface CampaignItemRow {
  readonly id: string
  readonly campaign_id: string
  readonly kind: ItemKind
  /** The grant, or the assignment. */
  subject_id: string
  readonly principal: string
  /** The assigned role; null for a grant. */
  readonly role_key: string | null
  readonly scopes: Texts
  readonly coordinates: Texts
  readonly purpose: string | null
  ends_at: NullableTimestamp
  /** The role whose holders decide; null where whoever reviews access does. */
  readonly decider: string | null
  readonly last_used_at: NullableTimestamp
  readonly uses: number | null
  status: ItemStatus
  decided_by: string | null
  decided_at: NullableTimestamp
  decision_reason: string | null
  version: number
}

export interface AccessTables {
  'mandate.access_requests': AccessRequestRow
  'mandate.grants': GrantRow
  'mandate.campaigns': CampaignRow
  'mandate.campaign_items': CampaignItemRow
}
