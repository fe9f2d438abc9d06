/**
 * Invoices of bills. Amounts come from the same arithmetic that the finance system uses for new invoices; what is old is
 * paid, what is new waits, and a little is disputed or overdue.
 */
import { computeTotals } from '../finance/invoice-totals.ts'
import { house } from '../finance/house.ts'
import { countryOf } from './accounts.ts'
import { priceText, quantityText } from './amounts.ts'
import type { Bill } from './bills.ts'
import { vatIdentifier } from './contact-data.ts'
import { accountants, jonasWeber } from './employees.ts'
import { dayOf, endOfData, later, referenceDay, type Country, type Random } from './random.ts'
import type { Numbers, SeedRow } from './rows.ts'

export type InvoiceRow = SeedRow<'finance.invoices'>
type LineRow = SeedRow<'finance.invoice_lines'>
type VatRow = SeedRow<'finance.invoice_vat'>
type Status = InvoiceRow['status']

/** How VAT is charged across a border: goods leave untaxed. */
const vatAbroad = { FR: 'INTRA_COMMUNITY', GB: 'EXPORT' } as const

export interface Invoices {
  readonly invoices: InvoiceRow[]
  readonly lines: LineRow[]
  readonly vat: VatRow[]
}

/** All invoices of some bills, numbered year by year in the order in which they were issued. */
export function makeInvoices(random: Random, bills: readonly Bill[], numbers: Numbers): Invoices {
  const result: Invoices = { invoices: [], lines: [], vat: [] }
  const taken = new Set(
    bills.flatMap(({ supplier, supplierNumber }) => (supplierNumber ? [`${supplier?.id} ${supplierNumber}`] : [])),
  )
  for (const bill of bills.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))) {
    bill.id = numbers.next(`INV-${bill.at.slice(0, 4)}-`, 5)
    addInvoice(random, result, bill, numbers, taken)
  }
  return result
}

function addInvoice(random: Random, result: Invoices, bill: Bill, numbers: Numbers, taken: Set<string>): void {
  const { id, direction, at, account, supplier } = bill
  const sales = direction === 'SALES'
  const country = account ? countryOf(account) : (supplier?.country_code as Country)
  const terms = sales ? (account?.tier === 'STRATEGIC' ? 45 : 30) : (supplier?.payment_terms_days ?? 30)
  const dueDate = dayOf(at, terms)
  const vatCategory: LineRow['vat_category'] = country === 'DE' ? 'STANDARD' : vatAbroad[country]
  const vatRate = country === 'DE' ? '19.00' : '0.00'
  const drafts = bill.lines.map(({ quantity, cents }) => ({
    quantity: quantityText(quantity),
    netPrice: priceText(cents),
    vatCategory,
    vatRate,
  }))
  const totals = computeTotals(drafts)
  const status = bill.status ?? (sales ? salesStatus(random, at, dueDate) : purchaseStatus(random, at, dueDate))
  const approved =
    status === 'APPROVED' || status === 'SCHEDULED' || status === 'PAID' || (sales && status === 'DISPUTED')
  const approvedAt = later(at, random.int(60, 2_000))
  const paid = status === 'PAID'
  const settled = later(`${dueDate}T09:00:00.000Z`, random.int(-4_000, 4_000))
  const partner = { name: account?.name ?? supplier?.name ?? '', country }
  const partnerVat = supplier?.vat_identifier ?? vatIdentifier(random, country)
  const common = { version: 1, created_at: at, updated_at: at }

  drafts.forEach((draft, index) => {
    const line = bill.lines[index]
    result.lines.push({
      id: numbers.next('line-', 5),
      ...common,
      invoice_id: id,
      line_number: index + 1,
      item_name: line?.name ?? '',
      quantity: draft.quantity,
      unit_code: line?.unit ?? 'C62',
      net_price: draft.netPrice,
      net_amount: totals.netAmounts[index] ?? '0.00',
      vat_category: vatCategory,
      vat_rate: vatRate,
      purchase_order_item_number: line?.item?.number ?? null,
    })
  })
  for (const { category, rate, taxableAmount, taxAmount } of totals.vat) {
    result.vat.push({
      id: numbers.next('vat-', 5),
      ...common,
      invoice_id: id,
      category: category as VatRow['category'],
      rate,
      taxable_amount: taxableAmount,
      tax_amount: taxAmount,
    })
  }
  result.invoices.push({
    id,
    version: { RECEIVED: 1, MATCHED: 2, APPROVED: 3, SCHEDULED: 4, PAID: 5, DISPUTED: 3, CANCELLED: 2 }[status],
    created_at: at,
    updated_at:
      paid && settled > at && settled < endOfData ? settled : approved && approvedAt < endOfData ? approvedAt : at,
    direction,
    supplier_number: supplier ? (bill.supplierNumber ?? supplierNumber(random, supplier.id, id, taken)) : null,
    issue_date: dayOf(at),
    type_code: bill.credit ? 'CREDIT_NOTE' : 'COMMERCIAL_INVOICE',
    currency: 'EUR',
    due_date: dueDate,
    buyer_reference: sales ? null : 'Purchasing',
    purchase_order_reference: bill.order?.id ?? bill.reference,
    payment_terms: `${terms} days net`,
    note: bill.note ?? (random.chance(15) ? 'Please quote our invoice number with your payment.' : null),
    status,
    status_reason: status === 'DISPUTED' ? 'The quantity does not fit the delivery note.' : null,
    seller_name: sales ? house.name : partner.name,
    seller_vat_identifier: sales ? house.vatIdentifier : partnerVat,
    seller_country_code: sales ? house.country : partner.country,
    buyer_name: sales ? partner.name : house.name,
    buyer_vat_identifier: sales ? partnerVat : house.vatIdentifier,
    buyer_country_code: sales ? partner.country : house.country,
    account_id: account?.id ?? null,
    supplier_id: supplier?.id ?? null,
    line_total: totals.lineTotal,
    tax_exclusive_total: totals.lineTotal,
    vat_total: totals.vatTotal,
    gross_total: totals.grossTotal,
    paid_amount: paid ? totals.grossTotal : '0.00',
    amount_due: paid ? '0.00' : totals.grossTotal,
    created_by: random.pick(accountants),
    created_for: null,
    approved_by: approved ? jonasWeber : null,
    approved_at: approved ? (approvedAt < endOfData ? approvedAt : endOfData) : null,
  })
}

function salesStatus(random: Random, at: string, dueDate: string): Status {
  if (dayOf(at, 2) > referenceDay) return 'RECEIVED'
  if (random.chance(1)) return 'DISPUTED'
  // A few customers pay late, and a few have not paid for months.
  if (dayOf(dueDate, 30) < referenceDay) return random.chance(97) ? 'PAID' : 'APPROVED'
  return dueDate < referenceDay && random.chance(75) ? 'PAID' : 'APPROVED'
}

function purchaseStatus(random: Random, at: string, dueDate: string): Status {
  if (dayOf(at, 4) > referenceDay) return random.pick(['RECEIVED', 'RECEIVED', 'MATCHED'])
  if (random.chance(2)) return 'DISPUTED'
  if (dueDate < referenceDay) return 'PAID'
  return random.weighted<Status>([
    ['MATCHED', 30],
    ['APPROVED', 40],
    ['SCHEDULED', 30],
  ])
}

/** Suppliers number in their own ways; the end of our id keeps it unique. */
function supplierNumber(random: Random, supplierId: string, id: string, taken: Set<string>): string {
  const tail = id.slice(id.lastIndexOf('-') + 1)
  for (;;) {
    const number =
      Number(supplierId.slice(4)) % 2 === 0 ? `RE-${id.slice(4, 8)}/${tail}` : `${random.int(10, 99)}${tail}`
    if (!taken.has(`${supplierId} ${number}`)) return number
  }
}
