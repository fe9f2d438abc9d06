/** The finance system's records and resolvers as types. */
import type {
  AccountBalanceRow,
  BilledBeforeRow,
  InvoiceLineRow,
  InvoiceRow,
  InvoiceVatRow,
  JournalEntryRow,
  JournalLineRow,
  PaymentRow,
  SupplierBankDetailsRow,
  SupplierRow,
} from '../../storage/tables/finance.ts'
import type { FieldResolver } from '../context.ts'
import type { RecordOfRow } from '../sources/record-of-row.ts'

export type SupplierRecord = RecordOfRow<SupplierRow>
export type BankDetailsRecord = RecordOfRow<SupplierBankDetailsRow>
export type InvoiceLineRecord = RecordOfRow<InvoiceLineRow>
export type InvoiceRecord = RecordOfRow<InvoiceRow>
export type PaymentRecord = RecordOfRow<PaymentRow>
export type JournalEntryRecord = RecordOfRow<JournalEntryRow>
export type JournalLineRecord = RecordOfRow<JournalLineRow>

// A type, not an interface: only a type alias fits an index signature.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
export type FinanceModel = {
  readonly Supplier: SupplierRecord
  readonly SupplierBankDetails: BankDetailsRecord
  readonly Invoice: InvoiceRecord
  readonly InvoiceLine: InvoiceLineRecord
  readonly InvoiceVat: RecordOfRow<InvoiceVatRow>
  readonly Payment: PaymentRecord
  readonly JournalEntry: JournalEntryRecord
  readonly JournalLine: JournalLineRecord
  readonly AccountBalance: RecordOfRow<AccountBalanceRow>
  readonly BilledBefore: RecordOfRow<BilledBeforeRow>
}

/** A resolver of a field of this system. */
export type FinanceResolver<Source, Args = unknown> = FieldResolver<Source, Args, unknown, FinanceModel>

/** A resolver of a mutation: `Input` names the fields that it reads by name. */
export type FinanceMutation<Input = unknown> = FinanceResolver<
  unknown,
  { readonly input: Input & { readonly idempotencyKey: string } & Readonly<Record<string, unknown>> }
>

/** What the input of a change of an existing record always has. */
export interface ExistingRecord {
  readonly id: string
  readonly expectedVersion: number
}

/** The arguments of a list inside an entity. */
export interface InnerListArgs {
  readonly first: number
}

export interface InvoiceListArgs extends InnerListArgs {
  readonly statuses?: readonly string[] | null
}

export const newestFirst = { field: 'createdAt', direction: 'DESC' } as const
export const lastIssuedFirst = { field: 'issueDate', direction: 'DESC' } as const
export const byLineNumber = { field: 'lineNumber', direction: 'ASC' } as const

/** A filter on statuses, where they are given. */
export function withStatuses(statuses: readonly string[] | null | undefined) {
  return statuses ? { status: { in: statuses } } : {}
}
