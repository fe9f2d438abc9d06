/**
 * The rows of the procurement system. Columns are those of `storage/migrations/0140-procurement.ts`; references into other
 * systems (products, plants, shipments, lots) are their ids, without a foreign key.
 */
import type { NullableTimestamp, Versioned } from './versioned.ts'

export type ContractStatus = 'DRAFT' | 'ACTIVE' | 'EXPIRED' | 'TERMINATED'
export type RequisitionStatus = 'DRAFT' | 'SUBMITTED' | 'APPROVED' | 'REJECTED' | 'ORDERED' | 'WITHDRAWN'
/** SAP, `PurchasingProcessingStatus`. */
export type PurchaseOrderStatus =
  'IN_PREPARATION' | 'IN_RELEASE' | 'REJECTED' | 'RELEASED' | 'SENT' | 'COMPLETED' | 'CANCELLED'
export type GoodsReceiptStatus = 'POSTED' | 'REVERSED'

/** Suppliers are `sup-001`; finance keeps its creditor record under the same id. */
export interface ProcurementSupplierRow extends Versioned {
  name: string
  status: 'ACTIVE' | 'BLOCKED'
  category: string
  vat_identifier: string | null
  email: string | null
  phone: string | null
  street: string | null
  postal_code: string | null
  city: string | null
  country_code: string
  payment_terms_days: number
  /** A principal, `person:jonas.weber`. */
  owner_id: string
  rating: 'A' | 'B' | 'C'
  /** GS1, 13 digits. */
  gln: string | null
}

/** Contracts are `ctr-0001`. */
export interface SupplyContractRow extends Versioned {
  supplier_id: string
  title: string
  type: 'QUANTITY' | 'VALUE'
  status: ContractStatus
  valid_from: string
  valid_to: string
  target_value: string
  /** The sum of the orders that were released from it. */
  released_value: string
  currency: string
  owner_id: string
  terminate_reason: string | null
}

/** Requisitions are `PR-2026-00001`. */
export interface RequisitionRow extends Versioned {
  title: string
  justification: string | null
  status: RequisitionStatus
  requested_by: string
  /** Who made the record for `requested_by`; null when they did so themselves. */
  prepared_by: string | null
  /** `CC-4100` */
  cost_center: string
  needed_by: string
  currency: string
  total: string
  decided_by: string | null
  decided_at: NullableTimestamp
  decision_note: string | null
}

/** Items are `pri-00001`. */
export interface RequisitionItemRow extends Versioned {
  requisition_id: string
  item_number: number
  /** A product in erp. */
  product_id: string | null
  description: string
  /** A plant in erp. */
  plant_id: string
  quantity: string
  unit: string
  estimated_price: string
  supplier_id: string | null
  /** The order that it became. */
  purchase_order_id: string | null
}

/** Purchase orders are `PO-2026-00001`. */
export interface PurchaseOrderRow extends Versioned {
  supplier_id: string
  contract_id: string | null
  requisition_id: string | null
  type: 'STANDARD' | 'FRAMEWORK' | 'RUSH'
  status: PurchaseOrderStatus
  order_date: string
  currency: string
  net_total: string
  payment_terms_days: number
  /** Incoterms 2020, `DAP Havelberg`. */
  incoterms: string | null
  buyer_id: string
  /** Who made the record for the buyer; null when the buyer did so. */
  prepared_by: string | null
  released_by: string | null
  released_at: NullableTimestamp
  status_reason: string | null
}

/** Items are `poi-00001`, numbered 10, 20 … in their order. */
export interface PurchaseOrderItemRow extends Versioned {
  purchase_order_id: string
  item_number: number
  /** A product in erp. */
  product_id: string | null
  description: string
  /** A plant in erp. */
  plant_id: string
  quantity: string
  unit: string
  net_price: string
  net_amount: string
  delivery_date: string
  /** At most a tenth more than ordered. */
  received_quantity: string
  invoiced_quantity: string
}

/** Goods receipts are `GR-2026-00001`. */
export interface GoodsReceiptRow extends Versioned {
  purchase_order_id: string
  /** A plant in erp. */
  plant_id: string
  posting_date: string
  delivery_note: string
  received_by: string
  status: GoodsReceiptStatus
  /** A shipment in supply-chain. */
  shipment_id: string | null
  reverse_reason: string | null
}

/** Items are `gri-00001`. */
export interface GoodsReceiptItemRow extends Versioned {
  goods_receipt_id: string
  purchase_order_item_id: string
  quantity: string
  unit: string
  /** A material lot in mes. */
  lot_id: string | null
}

/** The tables of this group, by qualified name. */
export interface ProcurementTables {
  'procurement.suppliers': ProcurementSupplierRow
  'procurement.contracts': SupplyContractRow
  'procurement.requisitions': RequisitionRow
  'procurement.requisition_items': RequisitionItemRow
  'procurement.purchase_orders': PurchaseOrderRow
  'procurement.purchase_order_items': PurchaseOrderItemRow
  'procurement.goods_receipts': GoodsReceiptRow
  'procurement.goods_receipt_items': GoodsReceiptItemRow
}
