/** The procurement system's records and resolvers as types, and the orders that several of its lists share. */
import type {
  GoodsReceiptItemRow,
  GoodsReceiptRow,
  ProcurementSupplierRow,
  PurchaseOrderItemRow,
  PurchaseOrderRow,
  RequisitionItemRow,
  RequisitionRow,
  SupplyContractRow,
} from '../../storage/tables/procurement.ts'
import type { FieldResolver, SubgraphContext } from '../context.ts'
import type { RecordOfRow } from '../sources/record-of-row.ts'

export type SupplierRecord = RecordOfRow<ProcurementSupplierRow>
export type ContractRecord = RecordOfRow<SupplyContractRow>
export type RequisitionRecord = RecordOfRow<RequisitionRow>
export type RequisitionItemRecord = RecordOfRow<RequisitionItemRow>
export type OrderRecord = RecordOfRow<PurchaseOrderRow>
export type OrderItemRecord = RecordOfRow<PurchaseOrderItemRow>
export type ReceiptRecord = RecordOfRow<GoodsReceiptRow>
export type ReceiptItemRecord = RecordOfRow<GoodsReceiptItemRow>

// A type, not an interface: only a type alias fits an index signature.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
type ProcurementModel = {
  readonly Supplier: SupplierRecord
  readonly SupplyContract: ContractRecord
  readonly PurchaseRequisition: RequisitionRecord
  readonly PurchaseRequisitionItem: RequisitionItemRecord
  readonly PurchaseOrder: OrderRecord
  readonly PurchaseOrderItem: OrderItemRecord
  readonly GoodsReceipt: ReceiptRecord
  readonly GoodsReceiptItem: ReceiptItemRecord
}

/** The records of one fetch. */
export type ProcurementRecords = SubgraphContext<unknown, ProcurementModel>['records']

/** A resolver of a field of this system. */
export type ProcurementResolver<Source, Args = unknown> = FieldResolver<Source, Args, unknown, ProcurementModel>

/** A resolver of a mutation: `Input` names the fields that it reads by name. */
export type ProcurementMutation<Input = unknown> = ProcurementResolver<
  unknown,
  { readonly input: Input & { readonly idempotencyKey: string } & Readonly<Record<string, unknown>> }
>

/** What the input of a change of an existing record always has. */
export interface ExistingRecord {
  readonly id: string
  readonly expectedVersion: number
}

/** The arguments of a list inside an entity. */
export interface InnerListArgs {
  readonly first: number
}

export interface StatusListArgs extends InnerListArgs {
  readonly statuses?: readonly string[] | null
}

export const newestFirst = { field: 'createdAt', direction: 'DESC' } as const
export const lastOrderedFirst = { field: 'orderDate', direction: 'DESC' } as const
export const lastEndingFirst = { field: 'validTo', direction: 'DESC' } as const
export const lastPostedFirst = { field: 'postingDate', direction: 'DESC' } as const
export const byItemNumber = { field: 'itemNumber', direction: 'ASC' } as const

/** The most items that a requisition, an order or a receipt can have. */
export const maxItems = 100

/** A filter on statuses, where they are given. */
export function withStatuses(statuses: readonly string[] | null | undefined) {
  return statuses ? { status: { in: statuses } } : {}
}
