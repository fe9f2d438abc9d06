/** What procurement adds to an invoice of finance: whether it bills what was ordered and received. */
import type { ProcurementResolver } from './model.ts'
import { loadItems } from './purchase-orders.ts'
import { matchInvoice, type BilledLine } from './three-way-match.ts'

/** A reference of the gateway: the key, and what `threeWayMatch` requires where it is asked for. */
interface InvoiceReference {
  readonly id: string
  readonly direction?: unknown
  readonly typeCode?: unknown
  readonly currency?: unknown
  readonly supplier?: unknown
  readonly purchaseOrderReference?: unknown
  readonly allLines?: unknown
}

export const invoiceFields = {
  threeWayMatch: (async (reference, _, { records }) => {
    const { id, direction, typeCode, currency, purchaseOrderReference: orderId, allLines: lines } = reference
    // Without what the contract requires there is nothing to judge, and a guess would be a wrong answer.
    if (typeof direction !== 'string' || typeof typeCode !== 'string' || typeof currency !== 'string') {
      throw new Error(`The invoice ${id} came without what a match is made from.`)
    }
    if (direction !== 'PURCHASE' || typeCode === 'CREDIT_NOTE') return null
    if (!Array.isArray(lines) || lines.length === 0 || !lines.every(isLine)) {
      throw new Error(`The invoice ${id} came without the lines that a match is made from.`)
    }
    const order = await records.load('PurchaseOrder', typeof orderId === 'string' ? orderId : null)
    const items = await loadItems(records, order?.id)
    return matchInvoice({ currency, supplierId: idOf(reference.supplier), lines }, order, items)
  }) satisfies ProcurementResolver<InvoiceReference>,
}

const decimalForm = /^-?\d{1,16}(?:\.\d{1,4})?$/

function isLine(line: unknown): line is BilledLine {
  if (!isObject(line)) return false
  const { lineNumber, purchaseOrderItemNumber: item, unitCode } = line
  const amounts = [line['quantity'], line['netPrice'], line['billedBefore']]
  return (
    typeof lineNumber === 'number' &&
    (item === null || typeof item === 'number') &&
    typeof unitCode === 'string' &&
    amounts.every((amount) => typeof amount === 'string' && decimalForm.test(amount))
  )
}

function idOf(entity: unknown): string | null {
  return isObject(entity) && typeof entity['id'] === 'string' ? entity['id'] : null
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
