/**
 * What the generator plans before rows are made of it: orders, jobs, receipts and lots as objects that point at one another.
 * Days are numbers (0 is the first of the twelve months), moments are text, quantities whole units, prices cents. Ids are
 * given when a slice is complete, in the order of time.
 */
import type { AccountRow } from './accounts.ts'
import type { Product } from './products.ts'
import type { SeedRow } from './rows.ts'
import type { SupplierRow } from './suppliers.ts'

/** Somebody needs so much of a product at a plant on a day; planning says from which lot it comes. */
export interface Need {
  readonly product: Product
  readonly plant: number
  readonly day: number
  readonly quantity: number
  /** What it is for. */
  readonly order: SalesOrder | null
  /** Null while the lot is not there yet. */
  lot: Lot | null
}

/** Some of a product that was made or came together. */
export interface Lot {
  id: string
  number: string
  readonly product: Product
  readonly plant: number
  readonly quantity: number
  /** What is left of it. */
  left: number
  readonly at: string
  /** Where it comes from; both null for what was there when the year began. */
  readonly job: Job | null
  readonly receipt: Receipt | null
  readonly supplier: SupplierRow | null
  /** Measured outside its limits. */
  failed: boolean
  /** When something was last taken of it. */
  usedAt: string | null
}

export interface SalesOrder {
  id: string
  readonly at: string
  readonly day: number
  readonly requestedDay: number
  readonly account: AccountRow
  readonly reference: string
  readonly type: SeedRow<'erp.sales_orders'>['type']
  readonly block: SeedRow<'erp.sales_orders'>['delivery_block']
  readonly cancelled: boolean
  readonly opportunityId: string | null
  readonly owner: string
  readonly items: SalesItem[]
  readonly deliveries: Delivery[]
  /** What has to be there for it, delivery document or not. */
  readonly demand: Need[]
}

export interface SalesItem {
  id: string
  readonly order: SalesOrder
  readonly number: number
  readonly product: Product
  readonly quantity: number
  readonly cents: number
  delivered: number
}

export interface Delivery {
  id: string
  readonly order: SalesOrder
  readonly plant: number
  readonly at: string
  readonly issueDay: number
  readonly lines: readonly { readonly item: SalesItem; readonly quantity: number; readonly need: Need }[]
  readonly status: SeedRow<'erp.deliveries'>['status']
  /** When the customer has it, or will. */
  readonly arrivesAt: string
  readonly issuedAt: string | null
  readonly deliveredAt: string | null
}

export interface Job {
  id: string
  readonly product: Product
  readonly plant: number
  readonly quantity: number
  readonly scrap: number
  readonly startDay: number
  readonly endDay: number
  readonly start: string
  readonly end: string
  readonly state: SeedRow<'mes.job_orders'>['state']
  readonly order: SalesOrder | null
  readonly inputs: readonly Need[]
  lot: Lot | null
}

export interface PurchaseOrder {
  id: string
  readonly supplier: SupplierRow
  readonly day: number
  readonly at: string
  readonly plant: number
  readonly type: SeedRow<'procurement.purchase_orders'>['type']
  readonly buyer: string
  /** A status that it must have, whatever became of it. */
  readonly status: SeedRow<'procurement.purchase_orders'>['status'] | null
  readonly reason: string | null
  readonly requisition: Requisition | null
  readonly items: readonly PurchaseItem[]
  readonly receipts: Receipt[]
  readonly shipments: Shipment[]
  contractId: string | null
}

/** What is ordered, before it is an item of anything. */
export interface ItemWish {
  readonly product: Product | null
  readonly description: string
  readonly unit: string
  readonly quantity: number
  readonly cents: number
}

export interface Requisition {
  id: string
  readonly at: string
  readonly status: SeedRow<'procurement.requisitions'>['status']
  readonly title: string
  readonly requestedBy: string
  readonly costCenter: string
  readonly plant: number
  readonly neededDay: number
  readonly supplier: SupplierRow
  readonly wishes: readonly ItemWish[]
  readonly decidedAt: string | null
  order: PurchaseOrder | null
}

export interface PurchaseItem {
  id: string
  readonly number: number
  readonly product: Product | null
  readonly description: string
  readonly unit: string
  readonly quantity: number
  readonly cents: number
  readonly deliveryDay: number
  received: number
  invoiced: number
}

export interface Receipt {
  id: string
  readonly order: PurchaseOrder
  readonly day: number
  readonly at: string
  readonly lines: { readonly item: PurchaseItem; readonly quantity: number; readonly lot: Lot | null }[]
  readonly shipment: Shipment | null
}

export interface Shipment {
  id: string
  readonly direction: SeedRow<'supply_chain.shipments'>['direction']
  readonly order: PurchaseOrder | null
  readonly delivery: Delivery | null
  readonly plant: number
  readonly plannedDeparture: string
  readonly plannedArrival: string
  readonly departedAt: string | null
  readonly arrivedAt: string | null
  readonly estimatedArrival: string | null
  readonly status: SeedRow<'supply_chain.shipments'>['status']
  readonly delayReason: string | null
  readonly contents: { readonly product: Product; readonly quantity: number; readonly lot: Lot | null }[]
}

/** Takes some of a lot at a moment. */
export function takeFrom(lot: Lot, quantity: number, at: string): void {
  if (lot.left < quantity) throw new RangeError(`Lot ${lot.number} has ${lot.left} left, not ${quantity}.`)
  lot.left -= quantity
  if (lot.usedAt === null || lot.usedAt < at) lot.usedAt = at
}
