/**
 * Fills an empty database with the generated company, once: in one transaction and under an advisory lock, so that gateways
 * that start together on one database seed it together exactly once.
 */
import { sql, type Transaction } from 'kysely'
import type { Database } from '../../storage/database.ts'
import type { Tables } from '../../storage/tables.ts'
import { generateCompany } from './company.ts'
import { companyTables, type CompanyTable } from './rows.ts'

/** Any number that nothing else locks. */
const lockNumber = 7_203_110

/** Rows of one statement: few enough to keep a parameter small, many enough to make few statements. */
const batchSize = 2_000

/** The sequence that makes new ids of a table. */
const sequences = {
  'crm.accounts': 'crm.account_ids',
  'crm.contacts': 'crm.contact_ids',
  'crm.opportunities': 'crm.opportunity_ids',
  'crm.cases': 'crm.case_ids',
  'crm.case_comments': 'crm.case_comment_ids',
  'crm.activities': 'crm.activity_ids',
  'itsm.configuration_items': 'itsm.configuration_item_ids',
  'itsm.ci_relations': 'itsm.ci_relation_ids',
  'itsm.changes': 'itsm.change_ids',
  'itsm.incidents': 'itsm.incident_ids',
  'itsm.work_notes': 'itsm.work_note_ids',
  'finance.suppliers': 'finance.supplier_ids',
  'finance.supplier_bank_details': 'finance.supplier_bank_details_ids',
  'finance.invoices': 'finance.invoice_ids',
  'finance.invoice_lines': 'finance.invoice_line_ids',
  'finance.invoice_vat': 'finance.invoice_vat_ids',
  'finance.payments': 'finance.payment_ids',
  'finance.journal_entries': 'finance.journal_entry_ids',
  'finance.journal_lines': 'finance.journal_line_ids',
} as const satisfies Record<CompanyTable, string>

/** What {@link seedCompany} did. */
export type SeedResult = { readonly outcome: 'seeded'; readonly rows: number } | { readonly outcome: 'kept' }

/** Seeds the business systems when they are empty; leaves them alone when any of them has a record. */
export async function seedCompany(database: Database): Promise<SeedResult> {
  return database.kysely.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${lockNumber})`.execute(transaction)
    const { rows } = await sql<{ filled: boolean }>`
      select exists (select from crm.accounts) or exists (select from itsm.incidents)
        or exists (select from finance.invoices) as filled`.execute(transaction)
    if (rows[0]?.filled !== false) return { outcome: 'kept' }

    const company = generateCompany()
    let count = 0
    for (const table of companyTables) {
      const all: readonly Readonly<Record<string, unknown>>[] = company[table]
      count += all.length
      for (let start = 0; start < all.length; start += batchSize) {
        await insertRows(transaction, table, all.slice(start, start + batchSize))
      }
      await continueIds(transaction, table, all)
    }
    return { outcome: 'seeded', rows: count }
  })
}

/** One statement with one parameter; PostgreSQL turns the JSON into typed columns. */
async function insertRows(
  transaction: Transaction<Tables>,
  table: CompanyTable,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  const columns = sql.join(Object.keys(rows[0] ?? {}).map((column) => sql.id(column)))
  await sql`
    insert into ${sql.table(table)} (${columns})
    select ${columns} from jsonb_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows)}::jsonb)
  `.execute(transaction)
}

/** New ids go on after the largest number that the seed used. */
async function continueIds(
  transaction: Transaction<Tables>,
  table: CompanyTable,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  const last = rows.reduce((highest, { id }) => Math.max(highest, Number(/\d+$/.exec(String(id))?.[0])), 0)
  if (last > 0) await sql`select setval(${sequences[table]}::regclass, ${last})`.execute(transaction)
}
