/**
 * The rows of the finance system. Columns are those of `storage/migrations/0120-finance.ts`; money and quantities are
 * decimal text, days are `YYYY-MM-DD`.
 */
import type { ColumnType } from 'kysely'
import type { NullableTimestamp, Timestamp, Versioned } from './versioned.ts'

export type InvoiceDirection = 'SALES' | 'PURCHASE'
export type InvoiceStatus = 'RECEIVED' | 'MATCHED' | 'APPROVED' | 'SCHEDULED' | 'PAID' | 'DISPUTED' | 'CANCELLED'
type VatCategory = 'STANDARD' | 'ZERO_RATED' | 'EXEMPT' | 'REVERSE_CHARGE' | 'INTRA_COMMUNITY' | 'EXPORT'
export type PaymentStatus = 'PREPARED' | 'APPROVED' | 'RELEASED' | 'CANCELLED'
type BankDetailsChannel = 'PORTAL' | 'LETTER' | 'EMAIL' | 'PHONE' | 'IN_PERSON'

/** What finance keeps of a supplier, under procurement's id `sup-001`: as it bills, and whether it is paid. */
export interface SupplierRow extends Versioned {
  name: string
  status: 'ACTIVE' | 'BLOCKED'
  category: string
  vat_identifier: string | null
  email: string | null
  phone: string | null
  street: string | null
  postal_code: string | null
  city: string | null
  country_code: string
  payment_terms_days: number
  /** A principal, `person:jonas.weber`. */
  owner_id: string
}

/** Bank details are `bank-001`, one row a supplier; the version tells whether a payment was prepared for these details. */
export interface SupplierBankDetailsRow extends Versioned {
  supplier_id: string
  iban: string
  bic: string
  account_holder: string
  changed_at: Timestamp
  changed_by: string
  change_channel: BankDetailsChannel
  callback_reference: string | null
}

/** Invoices are `INV-2026-00001`. */
export interface InvoiceRow extends Versioned {
  direction: InvoiceDirection
  /** The supplier's own number; null on a sales invoice. */
  supplier_number: string | null
  /** BT-1, made by the database: the supplier's number, or our id. */
  number: ColumnType<string, never, never>
  issue_date: string
  type_code: 'COMMERCIAL_INVOICE' | 'CREDIT_NOTE' | 'CORRECTED_INVOICE'
  currency: string
  due_date: string
  buyer_reference: string | null
  purchase_order_reference: string | null
  payment_terms: string | null
  note: string | null
  status: InvoiceStatus
  status_reason: string | null
  seller_name: string
  seller_vat_identifier: string | null
  seller_country_code: string
  buyer_name: string
  buyer_vat_identifier: string | null
  buyer_country_code: string
  /** An account in crm. */
  account_id: string | null
  supplier_id: string | null
  line_total: string
  tax_exclusive_total: string
  vat_total: string
  gross_total: string
  paid_amount: string
  amount_due: string
  created_by: string
  /** On whose behalf it was captured. */
  created_for: string | null
  approved_by: string | null
  approved_at: NullableTimestamp
}

/** Lines are `line-00001`. */
export interface InvoiceLineRow extends Versioned {
  invoice_id: string
  line_number: number
  item_name: string
  quantity: string
  unit_code: string
  net_price: string
  net_amount: string
  vat_category: VatCategory
  vat_rate: string
  /** BT-132: the item of the purchase order that the line bills. */
  purchase_order_item_number: number | null
}

/** One row for each category and rate of an invoice, `vat-00001`. */
export interface InvoiceVatRow extends Versioned {
  invoice_id: string
  category: VatCategory
  rate: string
  taxable_amount: string
  tax_amount: string
}

/** Payments are `PAY-2026-00001`. */
export interface PaymentRow extends Versioned {
  status: PaymentStatus
  invoice_id: string
  supplier_id: string
  amount: string
  currency: string
  beneficiary_account_holder: string
  beneficiary_iban: string
  beneficiary_bic: string
  /** The version of the supplier's bank details that it was prepared for. */
  bank_details_version: number
  remittance_information: string
  execution_date: string
  prepared_by: string
  /** On whose behalf it was prepared. */
  prepared_for: string | null
  approved_by: string | null
  approved_at: NullableTimestamp
  released_by: string | null
  released_at: NullableTimestamp
  cancel_reason: string | null
}

/** Journal entries are `JE-2026-00001`. */
export interface JournalEntryRow extends Versioned {
  posting_date: string
  description: string
  reference: string | null
  currency: string
  total: string
  invoice_id: string | null
  payment_id: string | null
  posted_by: string
}

/** Lines are `jline-00001`: either a debit or a credit. */
export interface JournalLineRow extends Versioned {
  journal_entry_id: string
  line_number: number
  gl_account: string
  cost_center: string | null
  debit: string | null
  credit: string | null
}

/** A view: what an account owes, under the account's id; accounts that owe nothing have no row. */
export interface AccountBalanceRow {
  id: string
  version: number
  created_at: Date
  updated_at: Date
  open_balance: string
  /** The earliest due day of what is open; null when only credit notes are. */
  oldest_due_date: string | null
}

/** A view: how much of its order's item earlier invoices bill, under the line's id. */
export interface BilledBeforeRow {
  id: string
  version: number
  created_at: Date
  updated_at: Date
  quantity: string
}

/** The tables of this group, by qualified name. */
export interface FinanceTables {
  'finance.suppliers': SupplierRow
  'finance.supplier_bank_details': SupplierBankDetailsRow
  'finance.invoices': InvoiceRow
  'finance.invoice_lines': InvoiceLineRow
  'finance.invoice_vat': InvoiceVatRow
  'finance.payments': PaymentRow
  'finance.journal_entries': JournalEntryRow
  'finance.journal_lines': JournalLineRow
  'finance.account_balances': AccountBalanceRow
  'finance.billed_before': BilledBeforeRow
}
