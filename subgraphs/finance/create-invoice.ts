/** Captures an invoice: everything that it says about money is computed from its lines, and checked against what it shows. */
import { requireReference } from '../acts.ts'
import { countryCode, currencyCode, invalid, optional, readValues, required, text } from '../inputs.ts'
import { addDays, dayOf, requireSameAmount } from '../amounts.ts'
import { house } from './house.ts'
import { readInvoiceLines, type GivenLine } from './invoice-lines.ts'
import { computeTotals } from './invoice-totals.ts'
import type { FinanceMutation, InvoiceRecord, SupplierRecord } from './model.ts'

interface CreateInput {
  readonly direction: InvoiceRecord['direction']
  readonly number?: string | null
  readonly issueDate: string
  readonly dueDate?: string | null
  readonly currency: string
  readonly accountId?: string | null
  readonly supplierId?: string | null
  readonly lines: readonly GivenLine[]
  readonly purchaseOrderReference?: string | null
  readonly grossTotal?: string | null
}

/** Days until a sales invoice is due. */
const salesTermsDays = 30

/** Fields that one direction needs and the other must not have. */
const onlyFor = {
  SALES: ['accountId', 'buyerName', 'buyerCountryCode'],
  PURCHASE: ['supplierId', 'number'],
} as const

const creatable = {
  typeCode: required(),
  currency: required(currencyCode),
  buyerReference: optional(text(100)),
  purchaseOrderReference: optional(text(100)),
  note: optional(text(4_000)),
}

export const createInvoice: FinanceMutation<CreateInput> = async (_, args, { records, caller, now }, info) => {
  const { direction, number, supplierId, issueDate, lines, grossTotal } = args.input
  const [supplier, captured] = await Promise.all([
    records.load('Supplier', supplierId),
    supplierId && number
      ? records.find('Invoice', { supplierId: { eq: supplierId }, supplierNumber: { eq: number } })
      : null,
  ])
  return records.change(info, args, async (apply) => {
    requireFieldsOf(direction, args.input)
    if (issueDate > dayOf(now)) throw invalid('input.issueDate', 'cannot be in the future')
    if (captured) throw invalid('input.number', `was captured before, as \`${captured.id}\``)
    const items = readInvoiceLines(lines)
    requireOrderOfItems(args.input)
    const totals = computeTotals(items)
    if (grossTotal != null) requireSameAmount('input.grossTotal', grossTotal, totals.grossTotal)
    const invoice = await apply('Invoice', {
      kind: 'create',
      values: {
        ...readValues(args.input, creatable),
        ...(direction === 'SALES' ? salesParties(args.input) : purchaseParties(args.input, supplier)),
        ...termsOf(args.input, direction === 'SALES' ? salesTermsDays : (supplier?.paymentTermsDays ?? salesTermsDays)),
        direction,
        issueDate,
        status: 'RECEIVED',
        lineTotal: totals.lineTotal,
        taxExclusiveTotal: totals.lineTotal,
        vatTotal: totals.vatTotal,
        grossTotal: totals.grossTotal,
        paidAmount: '0.00',
        amountDue: totals.grossTotal,
        createdBy: caller.id,
        createdFor: caller.onBehalfOf,
      },
    })
    for (const [index, item] of items.entries()) {
      const values = { ...item, invoiceId: invoice.id, lineNumber: index + 1, netAmount: totals.netAmounts[index] }
      await apply('InvoiceLine', { kind: 'create', values })
    }
    for (const group of totals.vat) {
      await apply('InvoiceVat', { kind: 'create', values: { ...group, invoiceId: invoice.id } })
    }
    return { invoice }
  })
}

function requireFieldsOf(direction: InvoiceRecord['direction'], input: Readonly<Record<string, unknown>>): void {
  const other = direction === 'SALES' ? 'PURCHASE' : 'SALES'
  for (const field of onlyFor[direction]) {
    if (input[field] == null) throw invalid(`input.${field}`, `is needed for \`${direction}\``)
  }
  for (const field of onlyFor[other]) {
    if (input[field] != null) throw invalid(`input.${field}`, `is only for \`${other}\``)
  }
}

/** A line that names an item says nothing without the order that has it (EN 16931, BT-132 and BT-13). */
function requireOrderOfItems({ lines, purchaseOrderReference }: CreateInput): void {
  if (purchaseOrderReference != null || lines.every(({ purchaseOrderItemNumber }) => purchaseOrderItemNumber == null)) {
    return
  }
  throw invalid('input.purchaseOrderReference', 'is needed when a line has `purchaseOrderItemNumber`')
}

/** We sell: the account is the crm's, so the invoice says itself whom it is for. */
function salesParties(input: CreateInput & Readonly<Record<string, unknown>>) {
  const accountId = String(input.accountId)
  if (!/^acc-\d{4,}$/.test(accountId)) throw invalid('input.accountId', 'must be the id of an account, like `acc-0001`')
  if (input.currency !== house.currency) throw invalid('input.currency', `must be \`${house.currency}\` for \`SALES\``)
  return {
    ...readValues(input, { buyerName: required(text(200)), buyerCountryCode: required(countryCode) }),
    accountId,
    sellerName: house.name,
    sellerVatIdentifier: house.vatIdentifier,
    sellerCountryCode: house.country,
  }
}

/** We buy: the supplier's record says who sells. */
function purchaseParties(input: CreateInput & Readonly<Record<string, unknown>>, found: SupplierRecord | null) {
  const supplier = requireReference(found, 'input.supplierId', String(input.supplierId))
  if (supplier.status !== 'ACTIVE') throw invalid('input.supplierId', 'names a supplier that is `BLOCKED`')
  const { number } = readValues(input, { number: required(text(50)) })
  return {
    supplierId: supplier.id,
    supplierNumber: number,
    sellerName: supplier.name,
    sellerVatIdentifier: supplier.vatIdentifier,
    sellerCountryCode: supplier.countryCode,
    buyerName: house.name,
    buyerVatIdentifier: house.vatIdentifier,
    buyerCountryCode: house.country,
  }
}

function termsOf({ issueDate, dueDate }: CreateInput, days: number) {
  if (dueDate == null) return { dueDate: addDays(issueDate, days), paymentTerms: `${days} days net` }
  if (dueDate < issueDate) throw invalid('input.dueDate', 'cannot be before `issueDate`')
  return { dueDate, paymentTerms: `due on ${dueDate}` }
}
