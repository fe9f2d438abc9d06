/**
 * Sales and purchase invoices over the year. Amounts come from the same arithmetic that the finance system uses for new
 * invoices; what is old is paid, what is new waits, and a little is disputed, cancelled or overdue.
 */
import { computeTotals, type LineDraft } from '../finance/invoice-totals.ts'
import { formatDecimal, priceScale } from '../finance/decimal.ts'
import { house } from '../finance/house.ts'
import { countryOf, type AccountRow } from './accounts.ts'
import { vatIdentifier } from './contact-data.ts'
import { accountants, jonasWeber } from './employees.ts'
import { dayOf, endOfData, later, referenceDay, workingTime, type Country, type Random } from './random.ts'
import { numberedId, type SeedRow } from './rows.ts'
import { supplies, type Supply, type SupplierRow } from './suppliers.ts'

export type InvoiceRow = SeedRow<'finance.invoices'>
type LineRow = SeedRow<'finance.invoice_lines'>
type VatRow = SeedRow<'finance.invoice_vat'>
type Status = InvoiceRow['status']

const salesCount = 1250
const purchaseCount = 750
/** Paid invoices of the demo's account. */
const demoPaid = 18

const goods = [
  ['Handheld scanner HX-40', 52_000, 89_000, 'C62'],
  ['Maintenance, monthly', 30_000, 240_000, 'MON'],
  ['Warehouse management licence, monthly', 45_000, 380_000, 'MON'],
  ['Service technician', 9_800, 14_500, 'HUR'],
  ['Battery pack', 4_900, 8_900, 'C62'],
  ['Training day', 120_000, 190_000, 'DAY'],
] as const

/** How VAT is charged across a border: goods leave untaxed. */
const vatAbroad = { FR: 'INTRA_COMMUNITY', GB: 'EXPORT' } as const

interface Draft {
  readonly direction: InvoiceRow['direction']
  readonly at: string
  readonly account: AccountRow | null
  readonly supplier: SupplierRow | null
  /** The status that it must have, whatever chance says. */
  readonly status: Status | null
}

export interface Invoices {
  readonly invoices: InvoiceRow[]
  readonly lines: LineRow[]
  readonly vat: VatRow[]
}

/** All invoices, numbered year by year in the order in which they were issued. */
export function makeInvoices(
  random: Random,
  accounts: readonly AccountRow[],
  suppliers: readonly SupplierRow[],
): Invoices {
  const [demoAccount = null, ...rest] = accounts
  const others = rest.filter(({ type }) => type === 'CUSTOMER')
  const drafts = [
    // The demo's account has a few open invoices, whatever chance says, and the rest of its year is paid.
    ...Array.from({ length: demoPaid }, () =>
      draft(random, random.int(100, 359), { account: demoAccount, status: 'PAID' }),
    ),
    ...[12, 19, 47].map((age) => draft(random, age, { account: demoAccount, status: 'APPROVED' })),
    ...Array.from({ length: salesCount - demoPaid - 3 }, () =>
      draft(random, random.int(0, 359), { account: random.pick(others) }),
    ),
    // And the demo's supplier waits for its money; so does one that changed its bank by e-mail a few days ago.
    ...[3, 9, 16].map((age) => draft(random, age, { supplier: suppliers[0] ?? null, status: 'APPROVED' })),
    ...[12].map((age) => draft(random, age, { supplier: suppliers[16] ?? null, status: 'SCHEDULED' })),
    ...Array.from({ length: purchaseCount - 4 }, () =>
      draft(random, random.int(0, 359), { supplier: random.pick(suppliers) }),
    ),
  ]
  const result: Invoices = { invoices: [], lines: [], vat: [] }
  const numbers = new Map<string, number>()
  for (const one of drafts.toSorted((a, b) => a.at.localeCompare(b.at))) {
    const year = one.at.slice(0, 4)
    const number = (numbers.get(year) ?? 0) + 1
    numbers.set(year, number)
    addInvoice(random, result, one, numberedId(`INV-${year}-`, number, 5))
  }
  return result
}

function draft(random: Random, age: number, given: Partial<Omit<Draft, 'direction' | 'at'>>): Draft {
  const { account = null, supplier = null, status = null } = given
  return { direction: account ? 'SALES' : 'PURCHASE', at: workingTime(random, age), account, supplier, status }
}

function addInvoice(random: Random, result: Invoices, draft: Draft, id: string): void {
  const { direction, at, account, supplier } = draft
  const sales = direction === 'SALES'
  const country = account ? countryOf(account) : (supplier?.country_code as Country)
  const issueDate = dayOf(at)
  const terms = sales ? (account?.tier === 'STRATEGIC' ? 45 : 30) : (supplier?.payment_terms_days ?? 30)
  const dueDate = dayOf(at, terms)
  const items = makeLines(random, draft, country)
  const totals = computeTotals(items)
  const creditNote = sales && draft.status === null && random.chance(3)
  const status = draft.status ?? (sales ? salesStatus(random, at, dueDate) : purchaseStatus(random, at, dueDate))
  const approved =
    status === 'APPROVED' || status === 'SCHEDULED' || status === 'PAID' || (sales && status === 'DISPUTED')
  const approvedAt = later(at, random.int(60, 2_000))
  const paid = status === 'PAID'
  const capturedBy = random.pick(accountants)
  const settled = later(`${dueDate}T09:00:00.000Z`, random.int(-4_000, 4_000))
  const partner = { name: account?.name ?? supplier?.name ?? '', country }
  const partnerVat = supplier?.vat_identifier ?? vatIdentifier(random, country)
  const common = { version: 1, created_at: at, updated_at: at }

  items.forEach((item, index) => {
    result.lines.push({
      id: numberedId('line-', result.lines.length + 1, 5),
      ...common,
      invoice_id: id,
      line_number: index + 1,
      item_name: item.itemName,
      quantity: item.quantity,
      unit_code: item.unitCode,
      net_price: item.netPrice,
      net_amount: totals.netAmounts[index] ?? '0.00',
      vat_category: item.vatCategory,
      vat_rate: item.vatRate,
    })
  })
  for (const { category, rate, taxableAmount, taxAmount } of totals.vat) {
    result.vat.push({
      id: numberedId('vat-', result.vat.length + 1, 5),
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
    updated_at: paid && settled < endOfData ? settled : approved && approvedAt < endOfData ? approvedAt : at,
    direction,
    supplier_number: supplier ? supplierNumber(random, supplier, id) : null,
    issue_date: issueDate,
    type_code: creditNote ? 'CREDIT_NOTE' : 'COMMERCIAL_INVOICE',
    currency: 'EUR',
    due_date: dueDate,
    buyer_reference: sales ? null : 'Purchasing',
    purchase_order_reference:
      status === 'RECEIVED' || status === 'CANCELLED' ? null : `PO-${random.int(10_000, 99_999)}`,
    payment_terms: `${terms} days net`,
    note: sales ? null : random.chance(20) ? 'Please quote our invoice number with your payment.' : null,
    status,
    status_reason: reasons[status] ?? null,
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
    created_by: capturedBy,
    created_for: null,
    approved_by: approved ? jonasWeber : null,
    approved_at: approved ? approvedAt : null,
  })
}

const reasons: Partial<Record<Status, string>> = {
  DISPUTED: 'The quantity does not fit the delivery note.',
  CANCELLED: 'Captured twice.',
}

type SeedLine = LineDraft & {
  readonly itemName: string
  readonly unitCode: string
  readonly vatCategory: LineRow['vat_category']
}

function makeLines(random: Random, { supplier }: Draft, country: Country): SeedLine[] {
  const catalog: readonly (readonly [string, number, number, string])[] = supplier
    ? supplies[supplier.category as Supply]
    : goods
  return Array.from({ length: random.int(1, 4) }, () => {
    const [itemName, low, high, unitCode] = random.pick(catalog)
    const quantity = unitCode === 'MON' ? 1 : unitCode === 'HUR' ? random.int(2, 40) : random.int(1, 24)
    return {
      itemName,
      unitCode,
      quantity: `${quantity}.0000`,
      // Prices in cents, written with the four decimals that prices have.
      netPrice: formatDecimal(BigInt(random.int(low, high)) * 100n, priceScale),
      vatCategory: country === 'DE' ? 'STANDARD' : vatAbroad[country],
      vatRate: country === 'DE' ? '19.00' : '0.00',
    }
  })
}

function salesStatus(random: Random, at: string, dueDate: string): Status {
  if (dayOf(at, 2) > referenceDay) return 'RECEIVED'
  if (random.chance(2)) return random.pick<Status>(['DISPUTED', 'CANCELLED'])
  // A few customers pay late, and a few have not paid for months.
  if (dayOf(dueDate, 30) < referenceDay) return random.chance(97) ? 'PAID' : 'APPROVED'
  return dueDate < referenceDay && random.chance(75) ? 'PAID' : 'APPROVED'
}

function purchaseStatus(random: Random, at: string, dueDate: string): Status {
  if (dayOf(at, 4) > referenceDay) return random.pick(['RECEIVED', 'RECEIVED', 'MATCHED'])
  if (random.chance(3)) return random.pick<Status>(['DISPUTED', 'CANCELLED'])
  if (dueDate < referenceDay) return 'PAID'
  return random.weighted<Status>([
    ['MATCHED', 30],
    ['APPROVED', 40],
    ['SCHEDULED', 30],
  ])
}

/** Suppliers number in their own ways; the end of our id keeps it unique. */
function supplierNumber(random: Random, supplier: SupplierRow, id: string): string {
  const tail = id.slice(-5)
  return Number(supplier.id.slice(-3)) % 2 === 0 ? `RE-${id.slice(4, 8)}/${tail}` : `${random.int(10, 99)}${tail}`
}
