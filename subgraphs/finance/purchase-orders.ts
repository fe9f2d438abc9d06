/** What finance knows of a purchase order of procurement: how an invoice names it, and which invoices do. */
import { lastIssuedFirst, type FinanceResolver, type InnerListArgs } from './model.ts'

/** An order's id, `PO-2026-00001`. Anything else in BT-13 is what the seller calls the order. */
const orderForm = /^PO-\d{4}-\d{5,}$/

/** True for text that can be the id of an order of ours. */
export function isOrderId(text: string): boolean {
  return orderForm.test(text)
}

export const purchaseOrderFields = {
  // A customer's order may be called like one of ours, so what we sell is left out.
  invoices: (({ id }, { first }, { records }) =>
    records.list('Invoice', 'purchaseOrderReference', id, {
      first,
      sort: [lastIssuedFirst],
      filter: { direction: { eq: 'PURCHASE' } },
    })) satisfies FinanceResolver<{ readonly id: string }, InnerListArgs>,
}
