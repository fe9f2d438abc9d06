/** The workflows that the demo can run. */
import type { World } from '../../lib/world.ts'
import { customerEmail } from './customer-email.ts'
import { invoiceToPayment } from './invoice-to-payment.ts'
import type { Plan } from './plan.ts'
import { purchaseRequisition } from './purchase-requisition.ts'

/** Each with what happens in it. */
export const workflowTitles = {
  'customer-email': 'customers write, agents find out what is wrong, the account manager follows up',
  'invoice-to-payment': 'invoices are matched, approved and proposed for payment; people decide the rest',
  'purchase-requisition': 'requisitions are checked twice at once, ordered, released, and confirmed',
} as const

export type WorkflowName = keyof typeof workflowTitles

export const workflowNames = Object.keys(workflowTitles) as readonly WorkflowName[]

/** The plan of a workflow. */
export function planOf(workflow: WorkflowName, { newId, now }: World): Plan {
  switch (workflow) {
    case 'customer-email':
      return customerEmail(newId)
    case 'invoice-to-payment':
      return invoiceToPayment(now)
    case 'purchase-requisition':
      return purchaseRequisition(now)
  }
}
