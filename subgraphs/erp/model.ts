/** The ERP system's records and resolvers as types. */
import type {
  DeliveryItemRow,
  DeliveryRow,
  PlantRow,
  ProductRow,
  SalesOrderItemRow,
  SalesOrderRow,
  StockRow,
} from '../../storage/tables/erp.ts'
import type { FieldResolver, SubgraphContext } from '../context.ts'
import type { RecordOfRow } from '../sources/record-of-row.ts'

export type PlantRecord = RecordOfRow<PlantRow>
export type ProductRecord = RecordOfRow<ProductRow>
export type StockRecord = RecordOfRow<StockRow>
export type SalesOrderRecord = RecordOfRow<SalesOrderRow>
export type SalesOrderItemRecord = RecordOfRow<SalesOrderItemRow>
export type DeliveryRecord = RecordOfRow<DeliveryRow>
export type DeliveryItemRecord = RecordOfRow<DeliveryItemRow>

// A type, not an interface: only a type alias fits an index signature.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
type ErpModel = {
  readonly Plant: PlantRecord
  readonly Product: ProductRecord
  readonly StockLevel: StockRecord
  readonly SalesOrder: SalesOrderRecord
  readonly SalesOrderItem: SalesOrderItemRecord
  readonly Delivery: DeliveryRecord
  readonly DeliveryItem: DeliveryItemRecord
}

/** The records of this system during one fetch. */
export type ErpRecords = SubgraphContext<unknown, ErpModel>['records']

/** A resolver of a field of this system. */
export type ErpResolver<Source, Args = unknown> = FieldResolver<Source, Args, unknown, ErpModel>

/** A resolver of a mutation: `Input` names the fields that it reads by name. */
export type ErpMutation<Input = unknown> = ErpResolver<
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

/** The most items that an order or a delivery has: what one list can show. */
export const maxItems = 100

export const lastOrderedFirst = { field: 'orderDate', direction: 'DESC' } as const
export const lastPlannedFirst = { field: 'plannedGoodsIssue', direction: 'DESC' } as const
export const byItemNumber = { field: 'itemNumber', direction: 'ASC' } as const
export const byStorageLocation = { field: 'storageLocation', direction: 'ASC' } as const

/** A filter on a field, where values are given. */
export function oneOf(field: string, values: readonly string[] | null | undefined) {
  return values ? { [field]: { in: values } } : {}
}
