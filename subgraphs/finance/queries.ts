/** The root queries of finance: by id, and page by page. */
import { byId, pages, type Listing } from '../lookups.ts'
import { lastIssuedFirst, newestFirst } from './model.ts'

const invoices: Listing = {
  filter: {
    direction: 'direction',
    statuses: 'status',
    accountId: 'accountId',
    supplierId: 'supplierId',
    number: 'number',
    issueDate: 'issueDate',
    dueDate: 'dueDate',
    grossTotal: 'grossTotal',
  },
  sort: { ID: 'id', ISSUE_DATE: 'issueDate', DUE_DATE: 'dueDate', GROSS_TOTAL: 'grossTotal' },
  otherwise: lastIssuedFirst,
}

const payments: Listing = {
  filter: {
    statuses: 'status',
    supplierId: 'supplierId',
    invoiceId: 'invoiceId',
    executionDate: 'executionDate',
    amount: 'amount',
  },
  sort: { ID: 'id', EXECUTION_DATE: 'executionDate', AMOUNT: 'amount' },
  otherwise: newestFirst,
}

const journalEntries: Listing = {
  filter: {
    postingDate: 'postingDate',
    invoiceId: 'invoiceId',
    paymentId: 'paymentId',
    description: 'description',
  },
  sort: { ID: 'id', POSTING_DATE: 'postingDate' },
  otherwise: { field: 'postingDate', direction: 'DESC' },
}

export const queries = {
  invoice: byId('Invoice'),
  invoices: pages('Invoice', invoices),
  payment: byId('Payment'),
  payments: pages('Payment', payments),
  journalEntry: byId('JournalEntry'),
  journalEntries: pages('JournalEntry', journalEntries),
}
