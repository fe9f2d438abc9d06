/**
 * The rows of the supply chain system. Columns are those of `storage/migrations/0160-supply-chain.ts`; references into other
 * systems (plants, products, deliveries, suppliers, purchase orders, accounts, lots) are their keys, without a foreign key.
 */
import type { ColumnType } from 'kysely'
import type { NullableTimestamp, Timestamp, Versioned } from './versioned.ts'

export type LocationType = 'PLANT' | 'WAREHOUSE' | 'SUPPLIER_SITE' | 'CUSTOMER_SITE' | 'PORT' | 'HUB'
export type ShipmentDirection = 'INBOUND' | 'OUTBOUND' | 'TRANSFER'
export type ShipmentStatus = 'PLANNED' | 'IN_TRANSIT' | 'DELAYED' | 'DELIVERED' | 'CANCELLED'
export type EpcisEventType = 'OBJECT' | 'AGGREGATION' | 'TRANSACTION' | 'TRANSFORMATION' | 'ASSOCIATION'
export type EpcisAction = 'ADD' | 'OBSERVE' | 'DELETE'
export type BizStep =
  | 'COMMISSIONING'
  | 'PACKING'
  | 'LOADING'
  | 'DEPARTING'
  | 'SHIPPING'
  | 'ARRIVING'
  | 'RECEIVING'
  | 'INSPECTING'
  | 'STORING'
  | 'UNLOADING'
  | 'TRANSPORTING'
type Disposition =
  | 'ACTIVE'
  | 'IN_PROGRESS'
  | 'IN_TRANSIT'
  | 'DAMAGED'
  | 'CONTAINER_CLOSED'
  | 'SELLABLE_ACCESSIBLE'
  | 'EXPIRED'
  | 'RECALLED'
export type ForecastStatus = 'DRAFT' | 'PUBLISHED' | 'SUPERSEDED'

/** A column that the database computes. */
type Computed<T> = ColumnType<T, never, never>

/** Locations are `loc-0001`. */
export interface LocationRow extends Versioned {
  gln: string
  name: string
  type: LocationType
  /** A plant in erp. */
  plant_id: string | null
  /** A supplier in procurement. */
  supplier_id: string | null
  /** An account in crm. */
  account_id: string | null
  street: string | null
  city: string
  country_code: string
  latitude: string | null
  longitude: string | null
}

/** Trade items are `itm-0001`. */
export interface TradeItemRow extends Versioned {
  gtin: string
  /** A product in erp. */
  product_id: string
  name: string
  unit: string
  units_per_case: number
  net_weight_kg: string | null
}

/** Shipments are `SHP-2026-00001`. */
export interface ShipmentRow extends Versioned {
  direction: ShipmentDirection
  status: ShipmentStatus
  carrier: string
  tracking_number: string | null
  origin_id: string
  destination_id: string
  /** A supplier in procurement. */
  supplier_id: string | null
  /** A purchase order in procurement. */
  purchase_order_id: string | null
  /** An outbound delivery in erp. */
  delivery_id: string | null
  planned_departure: Timestamp
  planned_arrival: Timestamp
  departed_at: NullableTimestamp
  estimated_arrival: NullableTimestamp
  arrived_at: NullableTimestamp
  /** When it arrived, else when it is estimated to, else when it is planned to. */
  expected_arrival: Computed<Date>
  /** Whether that is after the plan; false for what is cancelled. */
  is_late: Computed<boolean>
  freight_cost: string | null
  currency: string
  delay_reason: string | null
  owner_id: string
}

/** Logistic units are `lu-00001`. */
export interface LogisticUnitRow extends Versioned {
  sscc: string
  shipment_id: string
  trade_item_id: string
  quantity: string
  unit: string
  /** The number of a material lot in mes. */
  lot_number: string | null
  packed_at: NullableTimestamp
}

/** Events are `evt-000001`; a trigger refuses every change of one. */
export interface EpcisEventRow extends Versioned {
  /** `urn:uuid:…`. */
  event_id: string
  type: EpcisEventType
  action: EpcisAction | null
  biz_step: BizStep
  disposition: Disposition | null
  event_time: Timestamp
  record_time: Timestamp
  /** The offset where it happened, `+01:00`. */
  event_time_zone: string
  read_point_id: string
  biz_location_id: string | null
  shipment_id: string | null
  /** GS1 Digital Link URIs; written as JSON text. */
  epcs: ColumnType<readonly string[], string, never>
  recorded_by: string
}

/** A view: an event once for each thing that it is about. */
export interface TraceRow extends EpcisEventRow {
  epc: string
}

/** Error declarations are `err-00001`: an event that is wrong, and the one that is right. */
export interface ErrorDeclarationRow extends Versioned {
  event_id: string
  reason: 'DID_NOT_OCCUR' | 'INCORRECT_DATA'
  corrective_event_id: string | null
  declaration_time: Timestamp
  declared_by: string
}

/** Forecasts are `fc-00001`. */
export interface ForecastRow extends Versioned {
  /** A product in erp. */
  product_id: string
  /** A plant in erp. */
  plant_id: string
  /** The first of a month. */
  period: string
  method: 'STATISTICAL' | 'CONSENSUS' | 'MANUAL'
  status: ForecastStatus
  /** What it forecasts, as one key: `prd-0001 plant-1010 2026-11`. */
  series: Computed<string>
  quantity: string
  unit: string
  actual_quantity: string | null
  prepared_by: string
}

/** The tables of this group, by qualified name. */
export interface SupplyChainTables {
  'supply_chain.locations': LocationRow
  'supply_chain.trade_items': TradeItemRow
  'supply_chain.shipments': ShipmentRow
  'supply_chain.logistic_units': LogisticUnitRow
  'supply_chain.epcis_events': EpcisEventRow
  'supply_chain.traces': TraceRow
  'supply_chain.error_declarations': ErrorDeclarationRow
  'supply_chain.forecasts': ForecastRow
}
