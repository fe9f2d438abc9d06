/**
 * The rows of the manufacturing execution system. Columns are those of `storage/migrations/0150-mes.ts`; quantities and
 * measured values are decimal text; references into other systems are their ids, without a foreign key.
 */
import type { NullableTimestamp, Timestamp, Versioned } from './versioned.ts'

export type EquipmentLevel = 'SITE' | 'AREA' | 'WORK_CENTER' | 'WORK_UNIT'
export type EquipmentState = 'RUNNING' | 'IDLE' | 'DOWN' | 'MAINTENANCE'
export type JobOrderState =
  'NOT_ALLOWED_TO_START' | 'ALLOWED_TO_START' | 'RUNNING' | 'INTERRUPTED' | 'ENDED' | 'ABORTED'
export type OperationState = 'PENDING' | 'RUNNING' | 'COMPLETED' | 'SKIPPED'
export type LotStatus = 'AVAILABLE' | 'QUARANTINE' | 'BLOCKED' | 'CONSUMED'
export type DowntimeReason =
  'BREAKDOWN' | 'CHANGEOVER' | 'MATERIAL_SHORTAGE' | 'PLANNED_MAINTENANCE' | 'QUALITY' | 'NO_OPERATOR'

/** Equipment is `eq-0001`; a site has no parent, everything else has one. */
export interface EquipmentRow extends Versioned {
  name: string
  level: EquipmentLevel
  parent_id: string | null
  /** A plant in erp. */
  plant_id: string
  state: EquipmentState
  description: string | null
  /** A configuration item in itsm. */
  configuration_item_id: string | null
}

/** Job orders are `JO-2026-00001`. */
export interface JobOrderRow extends Versioned {
  /** A product in erp. */
  product_id: string
  /** A plant in erp. */
  plant_id: string
  work_center_id: string
  /** A sales order in erp; null for what is made to stock. */
  sales_order_id: string | null
  quantity: string
  unit: string
  /** 1, the most urgent, to 9. */
  priority: number
  state: JobOrderState
  planned_start: Timestamp
  planned_end: Timestamp
  actual_start: NullableTimestamp
  actual_end: NullableTimestamp
  /** A principal, `person:ruth.meyer`. */
  supervisor_id: string
  state_reason: string | null
}

/** Operations are `op-00001`. */
export interface OperationRow extends Versioned {
  job_order_id: string
  /** 10, 20 …: the order in which they are done. */
  sequence: number
  name: string
  work_unit_id: string
  state: OperationState
  planned_minutes: number
  /** Null until it is COMPLETED. */
  actual_minutes: number | null
}

/** Job responses are `jr-00001`. */
export interface JobResponseRow extends Versioned {
  job_order_id: string
  operation_id: string | null
  started_at: Timestamp
  ended_at: Timestamp
  good_quantity: string
  scrap_quantity: string
  reported_by: string
  note: string | null
}

/** A view: what the responses of a job order add up to, under its id; an order without responses has no row. */
export interface JobOrderProgressRow {
  id: string
  version: number
  created_at: Date
  updated_at: Date
  good_quantity: string
  scrap_quantity: string
}

/** Lots are `lot-00001`; `quantity` is what is left. */
export interface MaterialLotRow extends Versioned {
  lot_number: string
  /** A product in erp. */
  product_id: string
  /** A plant in erp. */
  plant_id: string
  status: LotStatus
  quantity: string
  unit: string
  produced_by_job_order_id: string | null
  /** A supplier in procurement. */
  supplier_id: string | null
  /** A goods receipt in procurement. */
  goods_receipt_id: string | null
  /** A shipment in supply-chain: what it came with. */
  shipment_id: string | null
  expires_on: string | null
  status_reason: string | null
}

/** Material actuals are `mat-00001`: what a job order took from a lot, or made as one. */
export interface MaterialActualRow extends Versioned {
  job_order_id: string
  lot_id: string
  use: 'CONSUMED' | 'PRODUCED'
  quantity: string
  unit: string
}

/** Quality results are `qr-00001`. */
export interface QualityResultRow extends Versioned {
  lot_id: string
  job_order_id: string | null
  operation_id: string | null
  characteristic: string
  measured_value: string
  unit: string
  lower_limit: string | null
  upper_limit: string | null
  verdict: 'PASS' | 'FAIL'
  measured_at: Timestamp
  measured_by: string
  /** On whose behalf it was recorded. */
  measured_for: string | null
}

/** Downtimes are `dt-00001`; one without an end goes on. */
export interface DowntimeRow extends Versioned {
  equipment_id: string
  started_at: Timestamp
  ended_at: NullableTimestamp
  reason: DowntimeReason
  comment: string | null
  /** An incident in itsm. */
  incident_id: string | null
  job_order_id: string | null
  reported_by: string
}

/** The tables of this group, by qualified name. */
export interface MesTables {
  'mes.equipment': EquipmentRow
  'mes.job_orders': JobOrderRow
  'mes.operations': OperationRow
  'mes.job_responses': JobResponseRow
  'mes.job_order_progress': JobOrderProgressRow
  'mes.material_lots': MaterialLotRow
  'mes.material_actuals': MaterialActualRow
  'mes.quality_results': QualityResultRow
  'mes.downtimes': DowntimeRow
}
