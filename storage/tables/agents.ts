/** The rows of the workforce. Columns are those of `storage/migrations/0010-agents.ts`. */
import type { ColumnType } from 'kysely'
import type { NullableTimestamp, Timestamp } from './versioned.ts'

/** Read as what it holds, written as JSON text: an array would otherwise become a PostgreSQL array. */
type Json<T> = ColumnType<T, string, string>

export type AgentStatus = 'DRAFT' | 'PENDING_APPROVAL' | 'ACTIVE' | 'SUSPENDED' | 'QUARANTINED' | 'RETIRED'
export type AgentEnvironment = 'DEVELOPMENT' | 'TEST' | 'PRODUCTION'
/** What a budget counts, and over which calendar period: the words of `policies/engine/revision.ts`. */
export type BudgetMeasure = 'cost' | 'sensitive-rows' | 'distinct-entities' | 'money' | 'mutations'
export type BudgetPeriod = 'minute' | 'hour' | 'day' | 'month'
export type RoleVersionStatus = 'IN_REVIEW' | 'ACTIVE' | 'DEPRECATED' | 'RETIRED'

/** Agents are `agent:support-agent`. */
interface AgentRow {
  readonly id: string
  name: string
  description: string
  /** The person who answers for it. */
  owner_id: string
  sponsor_id: string | null
  environment: AgentEnvironment
  /** Where its data must stay, `EU`; null for no demand. */
  data_residency: string | null
  constraints: Json<readonly string[]>
  /** Where other agents reach it (A2A); null where none does. */
  a2a_url: string | null
  status: AgentStatus
  /** Why it left ACTIVE; null where nobody said. */
  status_reason: string | null
  /** Tokens issued before this moment are refused; null where it never left ACTIVE. */
  tokens_valid_from: NullableTimestamp
  /** Since when its owner has been gone from the directory of people; null while the owner is there. */
  owner_missing_since: NullableTimestamp
  version: number
  readonly created_at: Timestamp
  readonly created_by: string
  updated_at: Timestamp
  updated_by: string
}

interface AgentAssignmentRow {
  readonly id: string
  readonly agent_id: string
  readonly role_key: string
  readonly valid_from: Timestamp
  readonly valid_until: NullableTimestamp
  readonly assigned_at: Timestamp
  readonly assigned_by: string
  /** From this moment it gives nothing, whatever `valid_until` says. */
  ended_at: NullableTimestamp
  ended_by: string | null
}

interface AgentKeyRow {
  /** The thumbprint of the key (RFC 7638). */
  readonly kid: string
  readonly agent_id: string
  readonly jwk: Json<Readonly<Record<string, unknown>>>
  readonly not_before: Timestamp
  expires_at: NullableTimestamp
  readonly added_at: Timestamp
  readonly added_by: string
  revoked_at: NullableTimestamp
  revoked_by: string | null
}

/** One limit of one agent. */
export interface AgentBudgetRow {
  readonly agent_id: string
  readonly measure: BudgetMeasure
  readonly per: BudgetPeriod
  /** ISO 4217; empty for what is no money. */
  readonly currency: string
  amount: number
  on_breach: 'quarantine' | null
  set_at: Timestamp
  set_by: string
}

interface RoleVersionRow {
  readonly role_key: string
  readonly version: number
  readonly checksum: string
  readonly definition: Json<Readonly<Record<string, unknown>>>
  status: RoleVersionStatus
  /** What it opens beyond the version that was active when it came, in words; empty where it only narrows. */
  readonly widens: Json<readonly string[]>
  readonly created_at: Timestamp
  decided_at: NullableTimestamp
  decided_by: string | null
}

export interface AgentTables {
  'mandate.agents': AgentRow
  'mandate.agent_assignments': AgentAssignmentRow
  'mandate.agent_keys': AgentKeyRow
  'mandate.agent_budgets': AgentBudgetRow
  'mandate.role_versions': RoleVersionRow
}
