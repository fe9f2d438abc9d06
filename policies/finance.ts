/** Permissions on money: invoices, where suppliers are paid, payments, journal entries. */
import type { Rules } from './rules.ts'
import {
  all,
  any,
  argumentAtLeast,
  argumentAtMost,
  argumentOneOf,
  askPerson,
  callerIs,
  callerMay,
  nobody,
  within,
} from './vocabulary.ts'

const read = callerMay('finance:read')
const readPayments = callerMay('finance:payment:read')
const readJournal = callerMay('finance:journal:read')
const readBank = callerMay('finance:bank:read')

/** While somebody is there who can stop a payment. */
const whenTreasuryWorks = within({
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '06:00',
  to: '20:00',
  timeZone: 'Europe/Berlin',
})

const upToTenThousand = any(
  callerIs('person'),
  argumentAtMost('input.amount', 10_000),
  askPerson('finance-controller', 'an agent releases more than 10 000'),
)
const approvesUpToFiveThousand = any(
  callerIs('person'),
  argumentAtMost('input.grossTotal', 5_000),
  askPerson('finance-controller', 'an agent approves an invoice of more than 5 000'),
)

export const finance: Rules<'finance'> = {
  Query: {
    invoice: read,
    invoices: read,
    payment: readPayments,
    payments: readPayments,
    journalEntry: readJournal,
    journalEntries: readJournal,
  },
  Mutation: {
    createInvoice: callerMay('finance:invoice:write'),
    matchInvoice: callerMay('finance:invoice:write'),
    disputeInvoice: callerMay('finance:invoice:write'),
    approveInvoice: all(callerMay('finance:invoice:approve'), approvesUpToFiveThousand),
    cancelInvoice: all(callerMay('finance:invoice:write'), callerIs('person')),
    createPayment: all(callerMay('finance:payment:create'), argumentAtLeast('input.amount', '0.01')),
    cancelPayment: callerMay('finance:payment:create'),
    approvePayment: all(callerMay('finance:payment:release'), callerIs('person')),
    releasePayment: all(
      callerMay('finance:payment:release'),
      any(callerIs('person'), whenTreasuryWorks),
      upToTenThousand,
    ),
    postJournalEntry: all(
      callerMay('finance:journal:post'),
      any(callerIs('person'), askPerson('finance-controller', 'an agent posts to the general ledger')),
    ),
    // A change asked for by e-mail or telephone is how money is stolen; those go through the supplier portal or a letter.
    updateSupplierBankDetails: all(
      callerMay('finance:bank:write'),
      argumentOneOf('input.changeChannel', ['PORTAL', 'LETTER']),
      any(callerIs('person'), askPerson('finance-controller', 'an agent changes where a supplier is paid')),
    ),
  },

  Account: { invoices: read, openBalance: read, creditStanding: read },
  CreditStanding: { '*': read },
  Invoice: { '*': read, payments: readPayments },
  InvoiceParty: { '*': read },
  InvoiceLine: { '*': read },
  VatBreakdown: { '*': read },
  Supplier: { paymentBlocked: read, invoices: read, bankDetails: readBank },
  PurchaseOrder: { invoices: read },
  SupplierBankDetails: {
    '*': readBank,
    // Who knows it can pretend to have called back.
    callbackReference: nobody,
  },
  Payment: { '*': readPayments, beneficiary: readBank },
  PaymentBeneficiary: { '*': readBank },
  JournalEntry: { '*': readJournal },
  JournalLine: { '*': readJournal },

  InvoiceConnection: { '*': read },
  InvoiceEdge: { '*': read },
  PaymentConnection: { '*': readPayments },
  PaymentEdge: { '*': readPayments },
  JournalEntryConnection: { '*': readJournal },
  JournalEntryEdge: { '*': readJournal },

  InvoicePayload: { '*': read },
  PaymentPayload: { '*': readPayments },
  JournalEntryPayload: { '*': readJournal },
  SupplierBankDetailsPayload: { '*': read },
}
