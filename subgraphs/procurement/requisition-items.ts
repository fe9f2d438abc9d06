/** The items of a requisition: what each must say, how one changes, and what they are estimated to cost together. */
import { money, netAmountOf, readPrice, readQuantity } from '../amounts.ts'
import { invalid, optional, readValues, required, text } from '../inputs.ts'
import { requireReference } from '../acts.ts'
import {
  maxItems,
  type ProcurementRecords,
  type ProcurementResolver,
  type RequisitionItemRecord,
  type SupplierRecord,
} from './model.ts'
import { plantId, productId, unitCode } from './references.ts'
import { stub } from '../stubs.ts'

type ItemResolver = ProcurementResolver<RequisitionItemRecord>

/** An item as `createRequisition` takes it. */
export interface GivenItem extends Readonly<Record<string, unknown>> {
  readonly quantity: string
  readonly estimatedPrice: string
  readonly supplierId?: string | null
}

/** What changes of an item; what is left out stays. */
export interface ItemChange extends Readonly<Record<string, unknown>> {
  readonly itemNumber: number
  readonly quantity?: string | null
  readonly estimatedPrice?: string | null
  readonly supplierId?: string | null
}

interface Estimate {
  readonly quantity: string
  readonly estimatedPrice: string
}

/** Numbers of items are ten apart, as in SAP, so that what comes later finds room. */
const step = 10

export const requisitionItemFields = {
  product: (({ productId }) => stub(productId)) satisfies ItemResolver,
  plant: (({ plantId }) => stub(plantId)) satisfies ItemResolver,
  supplier: (({ supplierId }, _, { records }) => records.load('Supplier', supplierId)) satisfies ItemResolver,
  purchaseOrder: (({ purchaseOrderId }, _, { records }) =>
    records.load('PurchaseOrder', purchaseOrderId)) satisfies ItemResolver,
}

/** The suppliers that items wish for, in their order. */
export function loadWishes(
  records: ProcurementRecords,
  items: readonly { readonly supplierId?: string | null }[],
): Promise<readonly (SupplierRecord | null)[]> {
  return Promise.all(items.map(({ supplierId }) => records.load('Supplier', supplierId)))
}

/** Reads new items; their numbers follow `after`. @throws `INVALID_INPUT` naming the item and the field. */
export function readItems(
  items: readonly GivenItem[],
  wishes: readonly (SupplierRecord | null)[],
  path: string,
  after = 0,
) {
  return items.map((item, index) => {
    const at = `${path}.${index}`
    return {
      ...readValues(
        item,
        {
          productId: optional(productId),
          description: required(text(200)),
          plantId: required(plantId),
          unit: required(unitCode),
        },
        at,
      ),
      itemNumber: after + (index + 1) * step,
      quantity: readQuantity(`${at}.quantity`, item.quantity),
      estimatedPrice: readPrice(`${at}.estimatedPrice`, item.estimatedPrice),
      supplierId: readWish(item, wishes[index] ?? null, at) ?? null,
    }
  })
}

/** Reads what changes of an item. */
export function readItemChange(change: ItemChange, wish: SupplierRecord | null, at: string) {
  const { quantity, estimatedPrice } = change
  const values = readValues(
    change,
    { description: required(text(200)), quantity: required(), estimatedPrice: required() },
    at,
  )
  return {
    ...values,
    ...(quantity == null ? {} : { quantity: readQuantity(`${at}.quantity`, quantity) }),
    ...(estimatedPrice == null ? {} : { estimatedPrice: readPrice(`${at}.estimatedPrice`, estimatedPrice) }),
    ...(change.supplierId === undefined ? {} : { supplierId: readWish(change, wish, at) }),
  }
}

/** What items are estimated to cost. */
export function estimateOf(items: readonly Estimate[]): bigint {
  return items.reduce((sum, { quantity, estimatedPrice }) => sum + netAmountOf(quantity, estimatedPrice), 0n)
}

/** As {@link estimateOf}, as a record has it. */
export function totalOf(items: readonly Estimate[]): string {
  return money(estimateOf(items))
}

/** Passes for 1 to 100 items. */
export function requireItemCount(argument: string, count: number): void {
  if (count < 1 || count > maxItems) throw invalid(argument, `must leave 1 to ${maxItems} items`)
}

function readWish({ supplierId }: { readonly supplierId?: string | null }, wish: SupplierRecord | null, at: string) {
  if (supplierId == null) return supplierId
  return requireReference(wish, `${at}.supplierId`, supplierId).id
}
