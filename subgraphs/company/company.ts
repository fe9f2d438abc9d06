/**
 * Generates the company: plain rows for all systems, linked with one another, the same on every machine. Its data covers the
 * twelve months before `referenceDay`.
 */
import { makeAccounts, makeContacts } from './accounts.ts'
import { makeActivities } from './activities.ts'
import { makeChanges } from './changes.ts'
import { makeItems } from './configuration-items.ts'
import { makeInvoices } from './invoices.ts'
import { makeJournal } from './journal.ts'
import { makePayments } from './payments.ts'
import { createRandom } from './random.ts'
import type { Company } from './rows.ts'
import { makeOpportunities } from './sales.ts'
import { makeSuppliers } from './suppliers.ts'
import { makeSupport } from './support.ts'

/** Makes all rows. The order of the calls is part of the seed: a new call goes to the end. */
export function generateCompany(): Company {
  const random = createRandom()
  const accounts = makeAccounts(random)
  const contacts = makeContacts(random, accounts)
  const opportunities = makeOpportunities(random, accounts)
  const { items, relations } = makeItems(random, accounts)
  const changes = makeChanges(random, items)
  const { cases, comments, incidents, notes } = makeSupport(random, accounts, contacts, items, changes)
  const activities = makeActivities(random, accounts, contacts, opportunities, cases)
  const { suppliers, banks } = makeSuppliers(random)
  const { invoices, lines, vat } = makeInvoices(random, accounts, suppliers)
  const payments = makePayments(random, invoices, banks)
  const journal = makeJournal(invoices, payments)
  return {
    'crm.accounts': accounts,
    'crm.contacts': contacts,
    'crm.opportunities': opportunities,
    'crm.cases': cases,
    'crm.case_comments': comments,
    'crm.activities': activities,
    'itsm.configuration_items': items,
    'itsm.ci_relations': relations,
    'itsm.changes': changes,
    'itsm.incidents': incidents,
    'itsm.work_notes': notes,
    'finance.suppliers': suppliers,
    'finance.supplier_bank_details': banks,
    'finance.invoices': invoices,
    'finance.invoice_lines': lines,
    'finance.invoice_vat': vat,
    'finance.payments': payments,
    'finance.journal_entries': journal.entries,
    'finance.journal_lines': journal.lines,
  }
}
