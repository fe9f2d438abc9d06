/**
 * The finance system's tables. Totals that must add up are checks of the database as well, so that no path into it can
 * leave an invoice or a payment that does not.
 */
import { sql, type Kysely } from 'kysely'
import { versioned } from './versioned.ts'

const vatCategories = sql`('STANDARD', 'ZERO_RATED', 'EXEMPT', 'REVERSE_CHARGE', 'INTRA_COMMUNITY', 'EXPORT')`

const statements = [
  sql`create schema if not exists finance`,
  sql`create table finance.suppliers (
    ${versioned},
    name text not null,
    status text not null check (status in ('ACTIVE', 'BLOCKED')),
    category text not null,
    vat_identifier text,
    email text,
    phone text,
    street text,
    postal_code text,
    city text,
    country_code text not null check (country_code ~ '^[A-Z]{2}$'),
    payment_terms_days integer not null check (payment_terms_days between 0 and 365),
    owner_id text not null
  )`,
  sql`create unique index suppliers_name_key on finance.suppliers (lower(name))`,
  sql`create table finance.supplier_bank_details (
    ${versioned},
    supplier_id text not null unique references finance.suppliers (id),
    iban text not null check (iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'),
    bic text not null check (bic ~ '^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$'),
    account_holder text not null,
    changed_at timestamptz(3) not null,
    changed_by text not null,
    change_channel text not null check (change_channel in ('PORTAL', 'LETTER', 'EMAIL', 'PHONE', 'IN_PERSON')),
    callback_reference text,
    check (change_channel not in ('EMAIL', 'PHONE') or callback_reference is not null)
  )`,
  sql`create table finance.invoices (
    ${versioned},
    direction text not null check (direction in ('SALES', 'PURCHASE')),
    supplier_number text,
    number text not null generated always as (coalesce(supplier_number, id)) stored,
    issue_date date not null,
    type_code text not null check (type_code in ('COMMERCIAL_INVOICE', 'CREDIT_NOTE', 'CORRECTED_INVOICE')),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    due_date date not null,
    buyer_reference text,
    purchase_order_reference text,
    payment_terms text,
    note text,
    status text not null check (status in ('RECEIVED', 'MATCHED', 'APPROVED', 'SCHEDULED', 'PAID', 'DISPUTED',
      'CANCELLED')),
    status_reason text,
    seller_name text not null,
    seller_vat_identifier text,
    seller_country_code text not null,
    buyer_name text not null,
    buyer_vat_identifier text,
    buyer_country_code text not null,
    account_id text,
    supplier_id text references finance.suppliers (id),
    line_total numeric(18, 2) not null check (line_total >= 0),
    tax_exclusive_total numeric(18, 2) not null check (tax_exclusive_total = line_total),
    vat_total numeric(18, 2) not null check (vat_total >= 0),
    gross_total numeric(18, 2) not null check (gross_total = tax_exclusive_total + vat_total),
    paid_amount numeric(18, 2) not null default 0 check (paid_amount between 0 and gross_total),
    amount_due numeric(18, 2) not null check (amount_due = gross_total - paid_amount),
    created_by text not null,
    created_for text,
    approved_by text,
    approved_at timestamptz(3),
    check (due_date >= issue_date),
    check ((direction = 'SALES') = (account_id is not null)),
    check ((direction = 'PURCHASE') = (supplier_id is not null)),
    check ((direction = 'PURCHASE') = (supplier_number is not null)),
    check (direction = 'PURCHASE' or status not in ('MATCHED', 'SCHEDULED')),
    check (status <> 'PAID' or amount_due = 0),
    check (status not in ('APPROVED', 'SCHEDULED', 'PAID') or approved_by is not null)
  )`,
  // The same bill twice is the commonest way to pay twice.
  sql`create unique index invoices_supplier_number_key on finance.invoices (supplier_id, supplier_number)
    where supplier_id is not null`,
  sql`create index invoices_account_idx on finance.invoices (account_id, issue_date desc)`,
  sql`create index invoices_supplier_idx on finance.invoices (supplier_id, issue_date desc)`,
  sql`create index invoices_issue_date_idx on finance.invoices (issue_date desc, id)`,
  sql`create index invoices_number_idx on finance.invoices (number)`,
  sql`create table finance.invoice_lines (
    ${versioned},
    invoice_id text not null references finance.invoices (id),
    line_number integer not null check (line_number between 1 and 100),
    item_name text not null,
    quantity numeric(18, 4) not null check (quantity > 0),
    unit_code text not null,
    net_price numeric(18, 4) not null check (net_price >= 0),
    net_amount numeric(18, 2) not null check (net_amount = round(quantity * net_price, 2)),
    vat_category text not null check (vat_category in ${vatCategories}),
    vat_rate numeric(5, 2) not null check (vat_rate between 0 and 100),
    unique (invoice_id, line_number),
    check (vat_category = 'STANDARD' or vat_rate = 0)
  )`,
  sql`create table finance.invoice_vat (
    ${versioned},
    invoice_id text not null references finance.invoices (id),
    category text not null check (category in ${vatCategories}),
    rate numeric(5, 2) not null,
    taxable_amount numeric(18, 2) not null,
    tax_amount numeric(18, 2) not null check (tax_amount = round(taxable_amount * rate / 100, 2)),
    unique (invoice_id, category, rate)
  )`,
  sql`create table finance.payments (
    ${versioned},
    status text not null check (status in ('PREPARED', 'APPROVED', 'RELEASED', 'CANCELLED')),
    invoice_id text not null references finance.invoices (id),
    supplier_id text not null references finance.suppliers (id),
    amount numeric(18, 2) not null check (amount > 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    beneficiary_account_holder text not null,
    beneficiary_iban text not null,
    beneficiary_bic text not null,
    bank_details_version integer not null,
    remittance_information text not null,
    execution_date date not null,
    prepared_by text not null,
    prepared_for text,
    approved_by text,
    approved_at timestamptz(3),
    released_by text,
    released_at timestamptz(3),
    cancel_reason text,
    check (status not in ('APPROVED', 'RELEASED') or (approved_by is not null and approved_at is not null)),
    check (approved_by <> prepared_by),
    check ((status = 'RELEASED') = (released_by is not null)),
    check ((status = 'RELEASED') = (released_at is not null)),
    check ((status = 'CANCELLED') = (cancel_reason is not null))
  )`,
  // INVARIANT: an invoice has at most one payment on its way, so that it cannot be paid twice at once.
  sql`create unique index payments_open_key on finance.payments (invoice_id) where status in ('PREPARED', 'APPROVED')`,
  sql`create index payments_invoice_idx on finance.payments (invoice_id, created_at desc)`,
  sql`create index payments_supplier_idx on finance.payments (supplier_id, created_at desc)`,
  sql`create index payments_created_idx on finance.payments (created_at desc, id)`,
  sql`create table finance.journal_entries (
    ${versioned},
    posting_date date not null,
    description text not null,
    reference text,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    total numeric(18, 2) not null check (total > 0),
    invoice_id text references finance.invoices (id),
    payment_id text references finance.payments (id),
    posted_by text not null
  )`,
  sql`create index journal_entries_posting_idx on finance.journal_entries (posting_date desc, id)`,
  sql`create index journal_entries_invoice_idx on finance.journal_entries (invoice_id)`,
  sql`create index journal_entries_payment_idx on finance.journal_entries (payment_id)`,
  sql`create table finance.journal_lines (
    ${versioned},
    journal_entry_id text not null references finance.journal_entries (id),
    line_number integer not null check (line_number between 1 and 100),
    gl_account text not null,
    cost_center text,
    debit numeric(18, 2) check (debit > 0),
    credit numeric(18, 2) check (credit > 0),
    unique (journal_entry_id, line_number),
    check ((debit is null) <> (credit is null))
  )`,
  sql`create view finance.account_balances as
    select account_id as id,
      1 as version,
      max(created_at) as created_at,
      max(updated_at) as updated_at,
      sum(case when type_code = 'CREDIT_NOTE' then -amount_due else amount_due end)::numeric(18, 2) as open_balance,
      min(due_date) filter (where type_code <> 'CREDIT_NOTE') as oldest_due_date
    from finance.invoices
    where direction = 'SALES' and status in ('APPROVED', 'DISPUTED') and amount_due > 0
    group by account_id`,
  ...[
    'supplier',
    'supplier_bank_details',
    'invoice',
    'invoice_line',
    'invoice_vat',
    'payment',
    'journal_entry',
    'journal_line',
  ].map((name) => sql`create sequence ${sql.id('finance', `${name}_ids`)}`),
]

/** Creates the finance system, empty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
