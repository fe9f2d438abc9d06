/**
 * What ties an invoice to the order that it bills: the item of the purchase order on each line (EN 16931, BT-132), the way
 * from an order to its invoices, and how much of an item was billed before.
 */
import { sql, type Kysely } from 'kysely'

const statements = [
  sql`alter table finance.invoice_lines add column purchase_order_item_number integer
    check (purchase_order_item_number between 1 and 9990)`,
  sql`create index invoices_purchase_order_idx on finance.invoices (purchase_order_reference, issue_date desc)
    where purchase_order_reference is not null`,
  // Under the line's id. Earlier is what was captured earlier; the id decides between invoices of the same moment.
  sql`create view finance.billed_before as
    select line.id,
      1 as version,
      line.created_at,
      line.updated_at,
      coalesce((
        select sum(case when earlier.type_code = 'CREDIT_NOTE' then -billed.quantity else billed.quantity end)
        from finance.invoices as earlier
        join finance.invoice_lines as billed on billed.invoice_id = earlier.id
        where earlier.purchase_order_reference = invoice.purchase_order_reference
          and earlier.supplier_id = invoice.supplier_id
          and earlier.status <> 'CANCELLED'
          and billed.purchase_order_item_number = line.purchase_order_item_number
          and (earlier.created_at, earlier.id) < (invoice.created_at, invoice.id)
      ), 0)::numeric(18, 4) as quantity
    from finance.invoice_lines as line
    join finance.invoices as invoice on invoice.id = line.invoice_id`,
]

/** Adds the column, the index and the view. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
