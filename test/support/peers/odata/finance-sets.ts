/** The demo company's finance tables as entity sets: what `connectors/examples/finance-odata.yaml` maps. */
import { financeTables } from '../../../../subgraphs/finance/tables.ts'
import { peerSet } from './sets.ts'

const supplier = { supplierId: 'sup-' }
const toInvoice = { Invoice: { field: 'invoiceId', set: 'Invoices' } }
/** UNCL 1001 and UNCL 5305, as EN 16931 has them. */
const typeCode = { COMMERCIAL_INVOICE: '380', CREDIT_NOTE: '381', CORRECTED_INVOICE: '384' }
const vatCategory = {
  STANDARD: 'S',
  ZERO_RATED: 'Z',
  EXEMPT: 'E',
  REVERSE_CHARGE: 'AE',
  INTRA_COMMUNITY: 'K',
  EXPORT: 'G',
}

export const financeSets = [
  peerSet('Supplier', { set: 'Suppliers', declaration: financeTables.Supplier, prefixes: { id: 'sup-' } }),
  peerSet('SupplierBankDetails', {
    set: 'SupplierBankAccounts',
    declaration: financeTables.SupplierBankDetails,
    prefixes: supplier,
  }),
  peerSet('Invoice', {
    set: 'Invoices',
    declaration: financeTables.Invoice,
    prefixes: supplier,
    codes: { typeCode },
  }),
  peerSet('InvoiceLine', {
    set: 'InvoiceLines',
    declaration: financeTables.InvoiceLine,
    codes: { vatCategory },
    links: toInvoice,
  }),
  peerSet('InvoiceVat', {
    set: 'InvoiceTaxes',
    declaration: financeTables.InvoiceVat,
    codes: { category: vatCategory },
    links: toInvoice,
  }),
  peerSet('Payment', { set: 'Payments', declaration: financeTables.Payment, prefixes: supplier }),
  peerSet('JournalEntry', { set: 'JournalEntries', declaration: financeTables.JournalEntry }),
  peerSet('JournalLine', {
    set: 'JournalLines',
    declaration: financeTables.JournalLine,
    links: { JournalEntry: { field: 'journalEntryId', set: 'JournalEntries' } },
  }),
  peerSet('BilledBefore', { set: 'BilledBefore', declaration: financeTables.BilledBefore }),
  peerSet('AccountBalance', { set: 'AccountBalances', declaration: financeTables.AccountBalance }),
]
