/** The inventory's tables as Kysely types; `storage/migrations/0011-inventory.ts` makes them. */
import type { ColumnType } from 'kysely'
import type { NullableTimestamp, Timestamp, Versioned } from './versioned.ts'

export type PilotStage =
  | 'DISCOVERED'
  | 'REGISTERED'
  | 'UNDER_REVIEW'
  | 'SCALE'
  | 'REFINE'
  | 'CONSOLIDATE'
  | 'RETIRE'
  | 'PROMOTED'
  | 'MERGED'
  | 'RETIRED'

/** The risk categories of the EU AI Act (Regulation 2024/1689). */
export type RiskTier = 'MINIMAL' | 'LIMITED' | 'HIGH' | 'UNACCEPTABLE'

export type DiscoveredBy = 'MANUAL' | 'IMPORT' | 'GATEWAY_TRAFFIC' | 'OAUTH_GRANT'

export type FindingState = 'OPEN' | 'CONFIRMED' | 'RESOLVED' | 'DISMISSED'

export type Resolution = 'MERGE' | 'SPLIT' | 'JUSTIFIED'

/** How far two pilots agree: LIKELY is the same work twice, OVERLAP a part of it. */
export type Strength = 'LIKELY' | 'OVERLAP'

interface Signed extends Versioned {
  created_by: string
  updated_by: string
}

interface PilotTable extends Signed {
  natural_key: string
  stage: PilotStage
  name: string
  department: string
  business_owner: string | null
  technical_owner: string | null
  purpose: string
  role: string | null
  responsibilities: string[]
  capabilities: string[]
  systems: string[]
  data_entities: string[]
  data_classes: string[]
  workflow_steps: string[]
  evidence: string[]
  platform: string | null
  model: string | null
  /** Decimal text. */
  monthly_cost: string | null
  monthly_volume: number | null
  risk_tier: RiskTier | null
  discovered_by: DiscoveredBy
  principal: string | null
  issuer: string | null
  last_seen_at: NullableTimestamp
  merged_into: string | null
  agent_id: string | null
}

interface PilotStepTable {
  pilot_id: string
  version: number
  from_stage: PilotStage | null
  to_stage: PilotStage
  reason: string | null
  taken_by: string
  taken_at: Timestamp
}

interface DuplicateFindingTable extends Versioned {
  pilot_a: string
  pilot_b: string
  state: FindingState
  resolution: Resolution | null
  strength: Strength
  score: number
  compared: number
  /** Read parsed, written as JSON text. */
  components: ColumnType<unknown, string, string>
  inputs_hash: string
  decided_by: string | null
  decided_at: NullableTimestamp
  reason: string | null
}

interface DiscoveryOverflowTable {
  issuer: string
  unlisted: number
  first_at: Timestamp
  last_at: Timestamp
}

interface PilotImportPartTable {
  owner: string
  upload: string
  number: number
  of: number
  content: string
  received_at: Timestamp
}

export interface InventoryTables {
  'mandate.pilots': PilotTable
  'mandate.pilot_steps': PilotStepTable
  'mandate.duplicate_findings': DuplicateFindingTable
  'mandate.discovery_overflow': DiscoveryOverflowTable
  'mandate.pilot_import_parts': PilotImportPartTable
}
