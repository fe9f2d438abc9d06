/** The general ledger: every approved invoice, every payment and receipt, and the wages of each month, balanced. */
import { decimal, formatDecimal, moneyScale } from '../decimal.ts'
import { euros } from './amounts.ts'
import type { InvoiceRow } from './invoices.ts'
import type { PaymentRow } from './payments.ts'
import { dayOf, earlier, endOfData, later } from './random.ts'
import type { Numbers, SeedRow } from './rows.ts'

type EntryRow = SeedRow<'finance.journal_entries'>
type LineRow = SeedRow<'finance.journal_lines'>

/** A line before it has an id: an account and a debit, or a credit. */
type Booking = readonly [glAccount: string, side: 'debit' | 'credit', amount: string]

interface Posting {
  readonly at: string
  readonly description: string
  readonly reference: string
  readonly invoiceId: string | null
  readonly paymentId: string | null
  readonly bookings: readonly Booking[]
}

const postedBy = 'person:karin.albers'

/** All entries with their lines, numbered year by year. */
export function makeJournal(
  invoices: readonly InvoiceRow[],
  payments: readonly PaymentRow[],
  wages: (month: string) => number,
  numbers: Numbers,
): { entries: EntryRow[]; lines: LineRow[] } {
  const postings = [
    ...invoices.filter(({ approved_at }) => approved_at !== null).map(ofInvoice),
    ...invoices.filter(({ direction, status }) => direction === 'SALES' && status === 'PAID').map(ofReceipt),
    ...payments.filter(({ status }) => status === 'RELEASED').map(ofPayment),
    ...wageMonths.map((at) => ofWages(at, wages)).filter(({ bookings }) => bookings.length > 0),
  ].toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  const entries: EntryRow[] = []
  const lines: LineRow[] = []
  for (const { at, description, reference, invoiceId, paymentId, bookings } of postings) {
    const id = numbers.next(`JE-${at.slice(0, 4)}-`, 5)
    const common = { version: 1, created_at: at, updated_at: at }
    const debits = bookings.filter(([, side]) => side === 'debit').map(([, , amount]) => amount)
    entries.push({
      id,
      ...common,
      posting_date: dayOf(at),
      description,
      reference,
      currency: 'EUR',
      total: sum(debits),
      invoice_id: invoiceId,
      payment_id: paymentId,
      posted_by: postedBy,
    })
    bookings.forEach(([glAccount, side, amount], index) => {
      lines.push({
        id: numbers.next('jline-', 5),
        ...common,
        journal_entry_id: id,
        line_number: index + 1,
        gl_account: glAccount,
        cost_center: glAccount.startsWith('5') || glAccount.startsWith('6') ? '1000' : null,
        debit: side === 'debit' ? amount : null,
        credit: side === 'credit' ? amount : null,
      })
    })
  }
  return { entries, lines }
}

function ofInvoice(invoice: InvoiceRow): Posting {
  const { id, direction, number, party } = { ...invoice, ...nameOf(invoice) }
  const sales = direction === 'SALES'
  const domestic = (sales ? invoice.buyer_country_code : invoice.seller_country_code) === 'DE'
  const net = sales ? (domestic ? '4400' : '4125') : domestic ? '5400' : '5425'
  const tax = sales ? '3806' : '1406'
  const whole = sales ? '1200' : '3300'
  // A credit note turns every line round.
  const credited = invoice.type_code === 'CREDIT_NOTE' ? !sales : sales
  const here = credited ? 'credit' : 'debit'
  const there = credited ? 'debit' : 'credit'
  const vat: Booking[] = invoice.vat_total === '0.00' ? [] : [[tax, here, invoice.vat_total]]
  return {
    at: earlier(invoice.approved_at ?? invoice.created_at, endOfData),
    description: `${sales ? 'Invoice to' : 'Invoice of'} ${party}`,
    reference: number,
    invoiceId: id,
    paymentId: null,
    bookings: [[whole, there, invoice.gross_total], [net, here, invoice.line_total], ...vat],
  }
}

function ofReceipt(invoice: InvoiceRow): Posting {
  const { number, party } = nameOf(invoice)
  const refund = invoice.type_code === 'CREDIT_NOTE'
  return {
    at: earlier(invoice.updated_at, endOfData),
    description: `${refund ? 'Refund to' : 'Receipt from'} ${party}`,
    reference: number,
    invoiceId: invoice.id,
    paymentId: null,
    bookings: [
      ['1800', refund ? 'credit' : 'debit', invoice.gross_total],
      ['1200', refund ? 'debit' : 'credit', invoice.gross_total],
    ],
  }
}

function ofPayment(payment: PaymentRow): Posting {
  return {
    at: earlier(payment.released_at ?? payment.created_at, endOfData),
    description: `Payment to ${payment.beneficiary_account_holder}`,
    reference: payment.remittance_information,
    invoiceId: payment.invoice_id,
    paymentId: payment.id,
    bookings: [
      ['3300', 'debit', payment.amount],
      ['1800', 'credit', payment.amount],
    ],
  }
}

const wageMonths = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2025, 10 + month, 27, 10)).toISOString())

/** What the people system says that everybody is paid; nothing in a slice that pays no wages. */
function ofWages(at: string, wages: (month: string) => number): Posting {
  const month = at.slice(0, 7)
  const amount = euros(wages(month))
  return {
    at: later(at, 0),
    description: `Salaries ${month}`,
    reference: `PAYROLL-${month}`,
    invoiceId: null,
    paymentId: null,
    bookings:
      amount === '0.00'
        ? []
        : [
            ['6020', 'debit', amount],
            ['3720', 'credit', amount],
          ],
  }
}

function nameOf(invoice: InvoiceRow): { number: string; party: string } {
  return {
    number: invoice.supplier_number ?? invoice.id,
    party: invoice.direction === 'SALES' ? invoice.buyer_name : invoice.seller_name,
  }
}

function sum(amounts: readonly string[]): string {
  return formatDecimal(
    amounts.reduce((total, amount) => total + decimal(amount, moneyScale), 0n),
    moneyScale,
  )
}
