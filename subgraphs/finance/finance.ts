/** The finance system: invoices after EN 16931, where suppliers are paid, payments, the general ledger. */
import { defineSubgraph, recordReference, referenceItself, type SubgraphDeps } from '../define.ts'
import type { EntitySource } from '../sources/entity-source.ts'
import type { Subgraph } from '../subgraph.ts'
import { accountFields } from './accounts.ts'
import { createInvoice } from './create-invoice.ts'
import {
  approveInvoice,
  cancelInvoice,
  disputeInvoice,
  invoiceFields,
  invoiceLineFields,
  matchInvoice,
} from './invoices.ts'
import { journalEntryFields, journalLineFields, postJournalEntry } from './journal.ts'
import { approvePayment, cancelPayment, createPayment, paymentFields, releasePayment } from './payments.ts'
import { queries } from './queries.ts'
import { purchaseOrderFields } from './purchase-orders.ts'
import { supplierFields, updateSupplierBankDetails } from './suppliers.ts'

const resolvers = {
  Query: queries,
  Mutation: {
    createInvoice,
    matchInvoice,
    approveInvoice,
    disputeInvoice,
    cancelInvoice,
    createPayment,
    approvePayment,
    cancelPayment,
    releasePayment,
    postJournalEntry,
    updateSupplierBankDetails,
  },
  Account: accountFields,
  Invoice: invoiceFields,
  InvoiceLine: invoiceLineFields,
  Supplier: supplierFields,
  PurchaseOrder: purchaseOrderFields,
  Payment: paymentFields,
  JournalEntry: journalEntryFields,
  JournalLine: journalLineFields,
}

const entities = {
  Account: referenceItself,
  Invoice: recordReference('Invoice'),
  Supplier: referenceItself,
  PurchaseOrder: referenceItself,
  Payment: recordReference('Payment'),
  JournalEntry: recordReference('JournalEntry'),
}

/** Makes the finance system over a source that has its entities (`tables.ts` declares them for PostgreSQL). */
export function createFinance(sdl: string, source: EntitySource, deps: SubgraphDeps): Subgraph {
  return defineSubgraph({ name: 'finance', sdl, resolvers, entities, source, services: {} }, deps)
}
