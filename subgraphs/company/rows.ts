/** The generated company as plain rows, table by table, in an order in which they can be inserted. */
import type { ColumnType } from 'kysely'
import type { CrmTables } from '../../storage/tables/crm.ts'
import type { FinanceTables } from '../../storage/tables/finance.ts'
import type { ItsmTables } from '../../storage/tables/itsm.ts'

type SystemTables = CrmTables & FinanceTables & ItsmTables
type Kept = 'systems.idempotency' | 'systems.secrets' | 'finance.account_balances'

/** The tables that are filled, parents before children. */
export const companyTables = [
  'crm.accounts',
  'crm.contacts',
  'crm.opportunities',
  'crm.cases',
  'crm.case_comments',
  'crm.activities',
  'itsm.configuration_items',
  'itsm.ci_relations',
  'itsm.changes',
  'itsm.incidents',
  'itsm.work_notes',
  'finance.suppliers',
  'finance.supplier_bank_details',
  'finance.invoices',
  'finance.invoice_lines',
  'finance.invoice_vat',
  'finance.payments',
  'finance.journal_entries',
  'finance.journal_lines',
] as const satisfies readonly Exclude<keyof SystemTables, Kept>[]

export type CompanyTable = (typeof companyTables)[number]

/** A column's value in a generated row: times are RFC 3339 text. */
type Plain<T> =
  T extends ColumnType<infer Selected, unknown, unknown> ? (null extends Selected ? string | null : string) : T

/** A generated row: what the database computes itself is left out. */
type PlainRow<Row> = {
  -readonly [Column in keyof Row as Row[Column] extends ColumnType<string, never, never> ? never : Column]: Plain<
    Row[Column]
  >
}

/** A generated row of one table. */
export type SeedRow<Table extends CompanyTable> = PlainRow<SystemTables[Table]>

/** Every row of the company. */
export type Company = { readonly [Table in CompanyTable]: readonly SeedRow<Table>[] }

/** An id like `acc-0001`. */
export function numberedId(prefix: string, number: number, digits: number): string {
  return prefix + String(number).padStart(digits, '0')
}
