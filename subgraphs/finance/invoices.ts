/** Invoices: what hangs on one, and how one is matched, approved, disputed and cancelled. Capturing: `create-invoice.ts`. */
import { refusal } from '../../lib/errors.ts'
import { requireStep, requireVersion } from '../acts.ts'
import { invalid, readValues, required, text } from '../inputs.ts'
import { requireSecondPrincipal } from '../separation-of-duty.ts'
import { amountOf, requireSameAmount } from '../amounts.ts'
import { person, stub } from '../stubs.ts'
import { maxLines } from './invoice-lines.ts'
import { invoiceSteps } from './invoice-states.ts'
import {
  byLineNumber,
  newestFirst,
  type ExistingRecord,
  type FinanceMutation,
  type FinanceResolver,
  type InnerListArgs,
  type InvoiceLineRecord,
  type InvoiceRecord,
} from './model.ts'
import { isOrderId } from './purchase-orders.ts'

type InvoiceResolver<Args = unknown> = FinanceResolver<InvoiceRecord, Args>
type Status = InvoiceRecord['status']

/** More categories and rates than an invoice of a hundred lines can have. */
const maxVatGroups = 100

export const invoiceFields = {
  seller: ((invoice) => ({
    name: invoice.sellerName,
    vatIdentifier: invoice.sellerVatIdentifier,
    countryCode: invoice.sellerCountryCode,
  })) satisfies InvoiceResolver,
  buyer: ((invoice) => ({
    name: invoice.buyerName,
    vatIdentifier: invoice.buyerVatIdentifier,
    countryCode: invoice.buyerCountryCode,
  })) satisfies InvoiceResolver,
  account: (({ accountId }) => stub(accountId)) satisfies InvoiceResolver,
  supplier: (({ supplierId }) => stub(supplierId)) satisfies InvoiceResolver,
  purchaseOrder: (({ direction, purchaseOrderReference }) =>
    direction === 'PURCHASE' && purchaseOrderReference !== null && isOrderId(purchaseOrderReference)
      ? stub(purchaseOrderReference)
      : null) satisfies InvoiceResolver,
  lines: (({ id }, { first }, { records }) =>
    records.list('InvoiceLine', 'invoiceId', id, {
      first,
      sort: [byLineNumber],
    })) satisfies InvoiceResolver<InnerListArgs>,
  allLines: (({ id }, _, { records }) =>
    records.list('InvoiceLine', 'invoiceId', id, { first: maxLines, sort: [byLineNumber] })) satisfies InvoiceResolver,
  vatBreakdown: (({ id }, _, { records }) =>
    records.list('InvoiceVat', 'invoiceId', id, { first: maxVatGroups, sort: [] })) satisfies InvoiceResolver,
  approver: (({ approvedBy }) => person(approvedBy)) satisfies InvoiceResolver,
  payments: (({ id }, { first }, { records }) =>
    records.list('Payment', 'invoiceId', id, { first, sort: [newestFirst] })) satisfies InvoiceResolver<InnerListArgs>,
}

export const invoiceLineFields = {
  billedBefore: (async ({ id }, _, { records }) => {
    const before = await records.load('BilledBefore', id)
    if (!before) throw new Error(`The line ${id} has no invoice, against the foreign key of its table.`)
    return before.quantity
  }) satisfies FinanceResolver<InvoiceLineRecord>,
}

export const matchInvoice: FinanceMutation<ExistingRecord> = async (_, args, { records }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('Invoice', id)
  return records.change(info, args, async (apply) => {
    requireNext(requireVersion(found, 'Invoice', args.input), 'MATCHED')
    const matched = readValues(args.input, { purchaseOrderReference: required(orderReference) })
    const values = { ...matched, status: 'MATCHED', statusReason: null }
    return { invoice: await apply('Invoice', { kind: 'update', id, expectedVersion, values }) }
  })
}

export const approveInvoice: FinanceMutation<ExistingRecord & { readonly grossTotal: string }> = async (
  _,
  args,
  { records, caller, now },
  info,
) => {
  const { id, expectedVersion, grossTotal } = args.input
  const found = await records.load('Invoice', id)
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'Invoice', args.input)
    requireNext(current, 'APPROVED')
    requireSecondPrincipal(caller, [current.createdBy, current.createdFor], 'approve an invoice that they captured')
    requireSameAmount('input.grossTotal', grossTotal, current.grossTotal)
    const values = { status: 'APPROVED', statusReason: null, approvedBy: caller.id, approvedAt: now }
    return { invoice: await apply('Invoice', { kind: 'update', id, expectedVersion, values }) }
  })
}

export const disputeInvoice: FinanceMutation<ExistingRecord> = async (_, args, { records }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('Invoice', id)
  return records.change(info, args, async (apply) => {
    requireNext(requireVersion(found, 'Invoice', args.input), 'DISPUTED')
    const values = { status: 'DISPUTED', statusReason: reasonOf(args.input) }
    return { invoice: await apply('Invoice', { kind: 'update', id, expectedVersion, values }) }
  })
}

export const cancelInvoice: FinanceMutation<ExistingRecord> = async (_, args, { records }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('Invoice', id)
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'Invoice', args.input)
    requireNext(current, 'CANCELLED')
    if (amountOf(current.paidAmount) > 0n) throw invalid('input.id', 'names an invoice of which a part is paid')
    const values = { status: 'CANCELLED', statusReason: reasonOf(args.input) }
    return { invoice: await apply('Invoice', { kind: 'update', id, expectedVersion, values }) }
  })
}

/** What is matched is an order of ours, whatever the invoice itself calls it. */
function orderReference(value: unknown): string | null {
  return isOrderId(String(value)) ? null : 'must be the id of a purchase order, like `PO-2026-00001`'
}

/** Passes when the invoice's direction has the step, and no payment is on its way. */
function requireNext({ id, direction, status }: InvoiceRecord, next: Status): void {
  const steps: Readonly<Record<Status, readonly Status[]>> = invoiceSteps[direction]
  if (status === 'SCHEDULED') {
    throw refusal(
      'ILLEGAL_TRANSITION',
      `The Invoice \`${id}\` has a payment on its way; cancel that first with \`cancelPayment\`.`,
      { id, from: status, to: next, legal: [] },
    )
  }
  requireStep(steps, status, next, { entity: 'Invoice', id })
}

function reasonOf(input: Readonly<Record<string, unknown>>): unknown {
  return readValues(input, { reason: required(text(1_000)) })['reason']
}
