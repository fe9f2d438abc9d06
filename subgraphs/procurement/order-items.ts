/** The items of a purchase order: what each must say, how one changes, and what they cost together. */
import { dayOf, money, netAmountOf, quantityOf, readPrice, readQuantity } from '../amounts.ts'
import { invalid, optional, readValues, required, text } from '../inputs.ts'
import { requireItem } from './items.ts'
import type { OrderItemRecord, ProcurementResolver, RequisitionItemRecord, RequisitionRecord } from './model.ts'
import { plantId, productId, unitCode } from './references.ts'
import { estimateOf } from './requisition-items.ts'
import { stub } from '../stubs.ts'

type ItemResolver = ProcurementResolver<OrderItemRecord>

/** An item that is ordered from a contract. */
export interface ContractItem extends Readonly<Record<string, unknown>> {
  readonly quantity: string
  readonly netPrice: string
  readonly deliveryDate: string
}

/** An item of an approved requisition that is ordered. */
export interface OrderedItem {
  readonly itemNumber: number
  readonly netPrice: string
  readonly deliveryDate?: string | null
}

/** What changes of an item; what is left out stays. */
export interface OrderItemChange extends Readonly<Record<string, unknown>> {
  readonly itemNumber: number
  readonly quantity?: string | null
  readonly netPrice?: string | null
  readonly deliveryDate?: string | null
}

/** An item before it is numbered and added up. */
interface ItemDraft extends Readonly<Record<string, unknown>> {
  readonly quantity: string
  readonly netPrice: string
}

/** Numbers of items are ten apart, as in SAP. */
const step = 10

export const orderItemFields = {
  purchaseOrder: (({ purchaseOrderId }, _, { records }) =>
    records.load('PurchaseOrder', purchaseOrderId)) satisfies ItemResolver,
  product: (({ productId }) => stub(productId)) satisfies ItemResolver,
  plant: (({ plantId }) => stub(plantId)) satisfies ItemResolver,
}

/** Reads items that are ordered from a contract. @throws `INVALID_INPUT` naming the item and the field. */
export function readContractItems(items: readonly ContractItem[], path: string, now: Date): readonly ItemDraft[] {
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
      quantity: readQuantity(`${at}.quantity`, item.quantity),
      netPrice: readPrice(`${at}.netPrice`, item.netPrice),
      deliveryDate: readDay(`${at}.deliveryDate`, item.deliveryDate, now),
    }
  })
}

/** Reads items of a requisition that are ordered: as they were approved, at the price that the supplier asks. */
export function readOrderedItems(
  ordered: readonly OrderedItem[],
  requisition: RequisitionRecord,
  approved: readonly RequisitionItemRecord[],
  now: Date,
): readonly { readonly from: RequisitionItemRecord; readonly draft: ItemDraft }[] {
  return ordered.map(({ netPrice, deliveryDate }, index) => {
    const at = `input.requisitionItems.${index}`
    const from = requireItem(approved, ordered, index, at)
    if (from.purchaseOrderId !== null) {
      throw invalid(`${at}.itemNumber`, `names an item that is in the order \`${from.purchaseOrderId}\` already`)
    }
    const { productId: product, description, plantId: plant, quantity, unit } = from
    const draft = {
      productId: product,
      description,
      plantId: plant,
      quantity,
      unit,
      netPrice: readPrice(`${at}.netPrice`, netPrice),
      // What was needed long ago is needed at once.
      deliveryDate:
        deliveryDate == null ? laterDay(requisition.neededBy, now) : readDay(`${at}.deliveryDate`, deliveryDate, now),
    }
    return { from, draft }
  })
}

/** Reads what changes of an item of an order. */
export function readOrderItemChange(change: OrderItemChange, item: OrderItemRecord, at: string, now: Date) {
  const { quantity, netPrice, deliveryDate } = change
  const fields = {
    description: required(text(200)),
    quantity: required(),
    netPrice: required(),
    deliveryDate: required(),
  }
  const values = {
    ...readValues(change, fields, at),
    quantity: quantity == null ? item.quantity : readQuantity(`${at}.quantity`, quantity),
    netPrice: netPrice == null ? item.netPrice : readPrice(`${at}.netPrice`, netPrice),
    deliveryDate: deliveryDate == null ? item.deliveryDate : readDay(`${at}.deliveryDate`, deliveryDate, now),
  }
  return { ...values, netAmount: money(netAmountOf(values.quantity, values.netPrice)) }
}

/** Items as they are stored: numbered after `after`, each with its net amount. */
export function numberItems(drafts: readonly ItemDraft[], after = 0) {
  return drafts.map((draft, index) => ({
    ...draft,
    itemNumber: after + (index + 1) * step,
    netAmount: money(netAmountOf(draft.quantity, draft.netPrice)),
  }))
}

/** What items cost together. */
export function netTotalOf(items: readonly { readonly quantity: string; readonly netPrice: string }[]): bigint {
  return items.reduce((sum, { quantity, netPrice }) => sum + netAmountOf(quantity, netPrice), 0n)
}

/** What was approved may come a little dearer: ten per cent. More than that somebody has to approve again. */
export function requireWithinApproved(
  argument: string,
  total: bigint,
  approved: readonly RequisitionItemRecord[],
): void {
  const estimate = estimateOf(approved)
  if (total * 10n <= estimate * 11n) return
  throw invalid(
    argument,
    `makes a total of \`${money(total)}\`, more than ten per cent above the approved \`${money(estimate)}\``,
  )
}

/** Goods may come in a tenth more than ordered. */
export function isWithinTolerance(received: bigint, { quantity }: Pick<OrderItemRecord, 'quantity'>): boolean {
  return received * 10n <= quantityOf(quantity) * 11n
}

function readDay(argument: string, day: string, now: Date): string {
  if (day < dayOf(now)) throw invalid(argument, 'cannot be in the past')
  return day
}

function laterDay(day: string, now: Date): string {
  const today = dayOf(now)
  return day < today ? today : day
}
