/**
 * The three-way match: what an invoice bills, held against what was ordered and what was received. Nothing here reads; it
 * only judges what it is given.
 */
import { quantityOf } from '../amounts.ts'
import { formatDecimal, priceScale } from '../decimal.ts'
import type { OrderItemRecord, OrderRecord } from './model.ts'

/** What finance says of an invoice: the fields that the contract requires. */
export interface BilledInvoice {
  readonly currency: string
  readonly supplierId: string | null
  readonly lines: readonly BilledLine[]
}

export interface BilledLine {
  readonly lineNumber: number
  readonly purchaseOrderItemNumber: number | null
  readonly quantity: string
  readonly unitCode: string
  readonly netPrice: string
  /** What earlier invoices bill of the same item. */
  readonly billedBefore: string
}

/** From the mildest to the gravest. */
const verdicts = ['MATCHED', 'PRICE_MISMATCH', 'QUANTITY_MISMATCH', 'NOT_RECEIVED', 'NO_ORDER'] as const
type Verdict = (typeof verdicts)[number]

interface Difference {
  readonly lineNumber: number
  readonly itemNumber: number | null
  readonly verdict: Verdict
  readonly explanation: string
  readonly orderedQuantity?: string
  readonly receivedQuantity?: string
  readonly billedQuantity?: string
  readonly orderedPrice?: string
  readonly billedPrice?: string
}

interface ThreeWayMatch {
  readonly verdict: Verdict
  readonly purchaseOrder: OrderRecord | null
  readonly tolerances: { readonly pricePercent: string; readonly quantityPercent: string }
  readonly differences: readonly Difference[]
}

/** How far a price may lie beside the order's; of quantities nothing more than was received is paid. */
const priceTolerance = 2n
const tolerances = { pricePercent: '2.00', quantityPercent: '0.00' } as const

/** An order that nobody released, or that was called off, is none that can be billed. */
const billable: ReadonlySet<OrderRecord['status']> = new Set(['RELEASED', 'SENT', 'COMPLETED'])

/** Judges an invoice by the order that it names, which is null when there is none, and that order's items. */
export function matchInvoice(
  invoice: BilledInvoice,
  order: OrderRecord | null,
  items: readonly OrderItemRecord[],
): ThreeWayMatch {
  const problem = problemOf(invoice, order)
  const differences =
    problem === null
      ? differencesOf(invoice.lines, items)
      : invoice.lines.map(({ lineNumber }) => noOrder(lineNumber, problem))
  const gravest = Math.max(0, ...differences.map(({ verdict }) => verdicts.indexOf(verdict)))
  return {
    verdict: verdicts[gravest] ?? 'NO_ORDER',
    purchaseOrder: problem === null ? order : null,
    tolerances,
    differences,
  }
}

/** Why the order cannot be billed by this invoice; null when it can. */
function problemOf({ supplierId, currency }: BilledInvoice, order: OrderRecord | null): string | null {
  if (order === null) return 'The invoice names no order that we know.'
  if (order.supplierId !== supplierId) return `The order ${order.id} is to another supplier.`
  if (order.currency !== currency) return `The order ${order.id} is in ${order.currency}, the invoice in ${currency}.`
  if (!billable.has(order.status)) return `The order ${order.id} is ${order.status}.`
  return null
}

function differencesOf(lines: readonly BilledLine[], items: readonly OrderItemRecord[]): readonly Difference[] {
  // Lines of one invoice may bill the same item one after the other.
  const billedHere = new Map<number, bigint>()
  return lines.flatMap((line) => {
    const item = items.find(({ itemNumber }) => itemNumber === line.purchaseOrderItemNumber)
    if (!item) return [noOrder(line.lineNumber, 'The line names no item of the order.')]
    const here = (billedHere.get(item.itemNumber) ?? 0n) + quantityOf(line.quantity)
    billedHere.set(item.itemNumber, here)
    return [quantityDifference(line, item, quantityOf(line.billedBefore) + here), priceDifference(line, item)].filter(
      (difference) => difference !== null,
    )
  })
}

function quantityDifference(line: BilledLine, item: OrderItemRecord, billed: bigint): Difference | null {
  const { lineNumber, unitCode } = line
  const { itemNumber, quantity, receivedQuantity, unit } = item
  const billedQuantity = formatDecimal(billed, priceScale)
  const figures = { lineNumber, itemNumber, orderedQuantity: quantity, receivedQuantity, billedQuantity }
  if (unitCode !== unit) {
    const explanation = `Item ${itemNumber} is ordered in ${unit} and billed in ${unitCode}.`
    return { ...figures, verdict: 'QUANTITY_MISMATCH', explanation }
  }
  const received = quantityOf(receivedQuantity)
  if (received === 0n) {
    return { ...figures, verdict: 'NOT_RECEIVED', explanation: `Nothing of item ${itemNumber} was received.` }
  }
  if (billed <= received) return null
  const explanation = `Of item ${itemNumber} ${receivedQuantity} ${unit} were received and ${billedQuantity} are billed.`
  return { ...figures, verdict: 'QUANTITY_MISMATCH', explanation }
}

function priceDifference({ lineNumber, netPrice }: BilledLine, item: OrderItemRecord): Difference | null {
  const ordered = quantityOf(item.netPrice)
  const apart = quantityOf(netPrice) - ordered
  if ((apart < 0n ? -apart : apart) * 100n <= ordered * priceTolerance) return null
  return {
    lineNumber,
    itemNumber: item.itemNumber,
    verdict: 'PRICE_MISMATCH',
    explanation: `Item ${item.itemNumber} was ordered at ${item.netPrice} and is billed at ${netPrice}.`,
    orderedPrice: item.netPrice,
    billedPrice: netPrice,
  }
}

function noOrder(lineNumber: number, explanation: string): Difference {
  return { lineNumber, itemNumber: null, verdict: 'NO_ORDER', explanation }
}
