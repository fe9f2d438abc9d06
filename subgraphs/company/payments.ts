/** Payments of purchase invoices: released where the invoice is paid, on their way where it is scheduled. */
import { makeIban } from '../finance/iban.ts'
import { accountants, jonasWeber } from './employees.ts'
import type { InvoiceRow } from './invoices.ts'
import { dayOf, earlier, endOfData, later, type Random } from './random.ts'
import type { Numbers, SeedRow } from './rows.ts'
import type { BankRow } from './suppliers.ts'

export type PaymentRow = SeedRow<'finance.payments'>

/** One payment for each invoice that needs one, numbered year by year. */
export function makePayments(
  random: Random,
  invoices: readonly InvoiceRow[],
  banks: readonly BankRow[],
  numbers: Numbers,
): PaymentRow[] {
  const bankOf = new Map(banks.map((bank) => [bank.supplier_id, bank]))
  const drafts = invoices
    .filter(({ direction, status }) => direction === 'PURCHASE' && (status === 'PAID' || status === 'SCHEDULED'))
    .map((invoice) => ({ invoice, prepared: preparedAt(random, invoice) }))
    .toSorted((a, b) => (a.prepared < b.prepared ? -1 : a.prepared > b.prepared ? 1 : 0))
  return drafts.flatMap(({ invoice, prepared }) => {
    const bank = bankOf.get(invoice.supplier_id ?? '')
    if (!bank) return []
    return [makePayment(random, numbers.next(`PAY-${prepared.slice(0, 4)}-`, 5), invoice, bank, prepared)]
  })
}

/** Soon after the approval while the invoice is open; a few days before it was due where it is paid. */
function preparedAt(random: Random, { approved_at, due_date, created_at, status }: InvoiceRow): string {
  const approved = later(approved_at ?? created_at, 30)
  if (status === 'SCHEDULED') return earlier(later(approved, random.int(0, 2_000)), endOfData)
  const beforeDue = later(`${due_date}T08:00:00.000Z`, -random.int(1_500, 6_000))
  return earlier(beforeDue > approved ? beforeDue : approved, endOfData)
}

function makePayment(random: Random, id: string, invoice: InvoiceRow, bank: BankRow, prepared: string): PaymentRow {
  const released = invoice.status === 'PAID'
  const approved = released || random.chance(50)
  const approvedAt = later(prepared, random.int(5, 20))
  const releasedAt = later(approvedAt, random.int(5, 20))
  return {
    id,
    version: released ? 3 : approved ? 2 : 1,
    created_at: prepared,
    updated_at: released ? releasedAt : approved ? approvedAt : prepared,
    status: released ? 'RELEASED' : approved ? 'APPROVED' : 'PREPARED',
    invoice_id: invoice.id,
    supplier_id: bank.supplier_id,
    amount: invoice.gross_total,
    currency: invoice.currency,
    beneficiary_account_holder: bank.account_holder,
    beneficiary_bic: bank.bic,
    // Prepared before the supplier changed its bank: the money went, or would go, to the account before.
    ...(prepared < bank.changed_at && bank.version > 1
      ? { beneficiary_iban: earlierIban(bank.iban), bank_details_version: bank.version - 1 }
      : { beneficiary_iban: bank.iban, bank_details_version: bank.version }),
    remittance_information: `Invoice ${invoice.supplier_number ?? invoice.id}`,
    execution_date: dayOf(prepared, random.int(1, 3)),
    prepared_by: random.pick(accountants),
    prepared_for: null,
    approved_by: approved ? jonasWeber : null,
    approved_at: approved ? approvedAt : null,
    released_by: released ? random.pick(accountants) : null,
    released_at: released ? releasedAt : null,
    cancel_reason: null,
  }
}

/** The account that a supplier had before: at the same bank, with another number. */
function earlierIban(iban: string): string {
  return makeIban(iban.slice(0, 2), `${iban.slice(4, -2)}07`)
}
