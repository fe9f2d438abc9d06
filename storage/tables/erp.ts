/**
 * The rows of the ERP system. Columns are those of `storage/migrations/0130-erp.ts`; money and quantities are decimal text,
 * days are `YYYY-MM-DD`; references into other systems (accounts, opportunities, lots) are their ids, without a foreign key.
 */
import type { ColumnType } from 'kysely'
import type { NullableTimestamp, Versioned } from './versioned.ts'

export type ProductType = 'FINISHED_GOOD' | 'SEMI_FINISHED' | 'RAW_MATERIAL' | 'TRADING_GOOD' | 'SPARE_PART' | 'SERVICE'
export type ProductStatus = 'ACTIVE' | 'PHASING_OUT' | 'DISCONTINUED'
/** UN/ECE Recommendation 20: piece, kilogram, metre, hour, month, day. */
export type ErpUnit = 'C62' | 'KGM' | 'MTR' | 'HUR' | 'MON' | 'DAY'
export type SupplySituation = 'SUFFICIENT' | 'REORDER' | 'CRITICAL'
export type SalesOrderType = 'STANDARD' | 'RUSH' | 'RETURN'
export type SalesOrderStatus = 'NOT_PROCESSED' | 'PARTIALLY_PROCESSED' | 'COMPLETELY_PROCESSED' | 'CANCELLED'
export type DeliveryBlock = 'CREDIT_LIMIT' | 'EXPORT_CONTROL' | 'CUSTOMER_REQUEST' | 'PRICE_CHECK'
export type DeliveryStatus = 'CREATED' | 'PICKED' | 'GOODS_ISSUED' | 'DELIVERED' | 'CANCELLED'

/** Plants are `plant-1010`. */
export interface PlantRow extends Versioned {
  /** `1010` */
  code: string
  name: string
  street: string
  city: string
  postal_code: string
  country_code: string
  /** A principal, `person:ruth.meyer`. */
  manager_id: string
  /** `Europe/Berlin` */
  time_zone: string
}

/** Products are `prd-0001`. */
export interface ProductRow extends Versioned {
  name: string
  type: ProductType
  product_group: string
  description: string | null
  base_unit: ErpUnit
  /** 13 digits with a right check digit. */
  gtin: string | null
  gross_weight_kg: string | null
  status: ProductStatus
  procurement_type: 'MAKE' | 'BUY'
  standard_cost: string
  list_price: string | null
  currency: string
  owner_id: string
}

/** Stock of a product in a storage location of a plant, `stk-00001`. */
export interface StockRow extends Versioned {
  product_id: string
  plant_id: string
  /** `RM01` raw material, `FG01` finished goods, `SP01` spare parts. */
  storage_location: string
  unrestricted_quantity: string
  quality_inspection_quantity: string
  blocked_quantity: string
  reorder_point: string
  /** At most the reorder point. */
  safety_stock: string
  unit: ErpUnit
  /** Made by the database from what is free, the reorder point and the safety stock. */
  supply_situation: ColumnType<SupplySituation, never, never>
}

/** Sales orders are `SO-2026-00001`. */
export interface SalesOrderRow extends Versioned {
  /** An account in crm. */
  account_id: string
  customer_reference: string | null
  type: SalesOrderType
  order_date: string
  requested_delivery_date: string
  status: SalesOrderStatus
  delivery_block: DeliveryBlock | null
  currency: string
  net_total: string
  owner_id: string
  cancel_reason: string | null
  /** An opportunity in crm. */
  opportunity_id: string | null
}

/** Items are `soi-00001`, numbered 10, 20 … within their order. */
export interface SalesOrderItemRow extends Versioned {
  sales_order_id: string
  item_number: number
  product_id: string
  plant_id: string
  quantity: string
  unit: ErpUnit
  net_price: string
  net_amount: string
  /** What has left the plant: the sum over deliveries that are GOODS_ISSUED or DELIVERED. */
  delivered_quantity: string
}

/** Outbound deliveries are `DLV-2026-00001`. */
export interface DeliveryRow extends Versioned {
  sales_order_id: string
  /** An account in crm. */
  account_id: string
  plant_id: string
  status: DeliveryStatus
  planned_goods_issue: string
  goods_issued_at: NullableTimestamp
  delivered_at: NullableTimestamp
}

/** Items of deliveries are `dli-00001`. */
export interface DeliveryItemRow extends Versioned {
  delivery_id: string
  sales_order_item_id: string
  product_id: string
  quantity: string
  unit: ErpUnit
  /** A material lot in mes. */
  lot_id: string | null
}

/** The tables of this group, by qualified name. */
export interface ErpTables {
  'erp.plants': PlantRow
  'erp.products': ProductRow
  'erp.stock': StockRow
  'erp.sales_orders': SalesOrderRow
  'erp.sales_order_items': SalesOrderItemRow
  'erp.deliveries': DeliveryRow
  'erp.delivery_items': DeliveryItemRow
}
