/**
 * The rows of the service management system. Columns are those of `storage/migrations/0110-itsm.ts`; references into other
 * systems (accounts, contacts, cases) are their ids, without a foreign key.
 */
import type { NullableTimestamp, Timestamp, Versioned } from './versioned.ts'

export type IncidentState = 'NEW' | 'IN_PROGRESS' | 'ON_HOLD' | 'RESOLVED' | 'CLOSED' | 'CANCELED'
export type IncidentLevel = 'HIGH' | 'MEDIUM' | 'LOW'
export type IncidentPriority = 'P1_CRITICAL' | 'P2_HIGH' | 'P3_MODERATE' | 'P4_LOW' | 'P5_PLANNING'
type IncidentOnHoldReason = 'AWAITING_CALLER' | 'AWAITING_CHANGE' | 'AWAITING_PROBLEM' | 'AWAITING_VENDOR'
type IncidentCategory = 'HARDWARE' | 'SOFTWARE' | 'NETWORK' | 'DATABASE' | 'ACCESS' | 'INQUIRY'
type IncidentCloseCode =
  | 'SOLUTION_PROVIDED'
  | 'WORKAROUND_PROVIDED'
  | 'RESOLVED_BY_CHANGE'
  | 'RESOLVED_BY_PROBLEM'
  | 'RESOLVED_BY_CALLER'
  | 'DUPLICATE'
  | 'KNOWN_ERROR'
  | 'USER_ERROR'
  | 'NO_RESOLUTION_PROVIDED'

export type ChangeType = 'NORMAL' | 'STANDARD' | 'EMERGENCY'
export type ChangeState = 'NEW' | 'ASSESS' | 'AUTHORIZE' | 'SCHEDULED' | 'IMPLEMENT' | 'REVIEW' | 'CLOSED' | 'CANCELED'
type ChangeApproval = 'NOT_REQUESTED' | 'REQUESTED' | 'APPROVED' | 'REJECTED'
type ChangeCloseCode = 'SUCCESSFUL' | 'SUCCESSFUL_WITH_ISSUES' | 'UNSUCCESSFUL'

type ConfigurationItemClass = 'BUSINESS_SERVICE' | 'APPLICATION' | 'SERVER' | 'DATABASE' | 'NETWORK_GEAR' | 'HANDHELD'
type OperationalStatus = 'OPERATIONAL' | 'NON_OPERATIONAL' | 'REPAIR_IN_PROGRESS' | 'DR_STANDBY' | 'RETIRED'

/** Configuration items are `CI-0001`. */
export interface ConfigurationItemRow extends Versioned {
  name: string
  class: ConfigurationItemClass
  operational_status: OperationalStatus
  environment: 'PRODUCTION' | 'TEST' | 'DEVELOPMENT'
  /** A principal, `person:ana.silva`. */
  owner_id: string
  support_group: string
  location: string | null
  serial_number: string | null
  /** An account in crm; null for what serves all. */
  account_id: string | null
}

/** Relations are `rel-0001`; the consumer depends on the provider. */
export interface CiRelationRow extends Versioned {
  type: 'DEPENDS_ON' | 'RUNS_ON' | 'CONNECTS_TO'
  provider_id: string
  consumer_id: string
}

/** Changes are `CHG0030001`. */
export interface ChangeRow extends Versioned {
  type: ChangeType
  state: ChangeState
  short_description: string
  description: string | null
  justification: string | null
  implementation_plan: string | null
  backout_plan: string | null
  risk: 'HIGH' | 'MODERATE' | 'LOW'
  approval: ChangeApproval
  approved_by: string | null
  approved_at: NullableTimestamp
  requested_by: string
  /** Who made the record: an agent, where it did so for `requested_by`. */
  opened_by: string
  assignment_group: string | null
  assigned_to: string | null
  configuration_item_id: string | null
  planned_start: NullableTimestamp
  planned_end: NullableTimestamp
  actual_start: NullableTimestamp
  actual_end: NullableTimestamp
  close_code: ChangeCloseCode | null
  close_notes: string | null
}

/** Incidents are `INC0010001`. */
export interface IncidentRow extends Versioned {
  short_description: string
  description: string | null
  state: IncidentState
  on_hold_reason: IncidentOnHoldReason | null
  category: IncidentCategory
  impact: IncidentLevel
  urgency: IncidentLevel
  priority: IncidentPriority
  assignment_group: string | null
  assigned_to: string | null
  opened_by: string
  /** A contact in crm. */
  caller_id: string | null
  /** An account in crm. */
  account_id: string | null
  configuration_item_id: string | null
  /** A case in crm. */
  case_id: string | null
  change_id: string | null
  close_code: IncidentCloseCode | null
  close_notes: string | null
  reopen_count: number
  opened_at: Timestamp
  resolved_at: NullableTimestamp
  closed_at: NullableTimestamp
}

/** Notes are `note-00001`. */
export interface WorkNoteRow extends Versioned {
  incident_id: string
  kind: 'WORK_NOTE' | 'COMMENT'
  text: string
  author_id: string
}

/** The tables of this group, by qualified name. */
export interface ItsmTables {
  'itsm.configuration_items': ConfigurationItemRow
  'itsm.ci_relations': CiRelationRow
  'itsm.changes': ChangeRow
  'itsm.incidents': IncidentRow
  'itsm.work_notes': WorkNoteRow
}
