/** Sales orders: what hangs on one, how one is changed and cancelled. Entering: `create-sales-order.ts`. */
import { requireStep, requireVersion } from '../acts.ts'
import { dayOf } from '../amounts.ts'
import { invalid, optional, readChanges, readValues, required, text } from '../inputs.ts'
import { person, stub } from '../stubs.ts'
import { openDeliveryStatuses } from './delivery-states.ts'
import {
  byItemNumber,
  lastOrderedFirst,
  lastPlannedFirst,
  oneOf,
  type ErpMutation,
  type ErpResolver,
  type ExistingRecord,
  type InnerListArgs,
  type SalesOrderItemRecord,
  type SalesOrderRecord,
} from './model.ts'
import { openOf, readPlanned } from './open-quantities.ts'
import { openOrderStatuses, orderSteps } from './order-states.ts'
import { quantity } from './quantities.ts'

type OrderResolver<Args = unknown> = ErpResolver<SalesOrderRecord, Args>
type ItemResolver = ErpResolver<SalesOrderItemRecord>

interface StatusListArgs extends InnerListArgs {
  readonly statuses?: readonly string[] | null
}

export const accountFields = {
  salesOrders: (({ id }, { first, statuses }, { records }) =>
    records.list('SalesOrder', 'accountId', id, {
      first,
      sort: [lastOrderedFirst],
      filter: oneOf('status', statuses),
    })) satisfies ErpResolver<{ readonly id: string }, StatusListArgs>,
}

export const salesOrderFields = {
  account: (({ accountId }) => stub(accountId)) satisfies OrderResolver,
  opportunity: (({ opportunityId }) => stub(opportunityId)) satisfies OrderResolver,
  owner: (({ ownerId }) => person(ownerId)) satisfies OrderResolver,
  items: (({ id }, { first }, { records }) =>
    records.list('SalesOrderItem', 'salesOrderId', id, {
      first,
      sort: [byItemNumber],
    })) satisfies OrderResolver<InnerListArgs>,
  deliveries: (({ id }, { first, statuses }, { records }) =>
    records.list('Delivery', 'salesOrderId', id, {
      first,
      sort: [lastPlannedFirst],
      filter: oneOf('status', statuses),
    })) satisfies OrderResolver<StatusListArgs>,
}

export const salesOrderItemFields = {
  product: (({ productId }, _, { records }) => records.load('Product', productId)) satisfies ItemResolver,
  plant: (({ plantId }, _, { records }) => records.load('Plant', plantId)) satisfies ItemResolver,
  openQuantity: (async (item, _, { records }) => {
    const [order, planned] = await Promise.all([
      records.load('SalesOrder', item.salesOrderId),
      readPlanned(records, item.salesOrderId),
    ])
    return quantity(order && isDeliverable(order) ? openOf(item, planned) : 0n)
  }) satisfies ItemResolver,
}

export const changeSalesOrder: ErpMutation<
  ExistingRecord & { readonly requestedDeliveryDate?: string | null }
> = async (_, args, { records, now }, info) => {
  const { id, expectedVersion, requestedDeliveryDate } = args.input
  const found = await records.load('SalesOrder', id)
  return records.change(info, args, async (apply) => {
    requireOpen(requireVersion(found, 'SalesOrder', args.input))
    const changeable = { requestedDeliveryDate: required(), customerReference: optional(text(100)) }
    const values = readChanges(args.input, changeable)
    if (requestedDeliveryDate && requestedDeliveryDate < dayOf(now)) {
      throw invalid('input.requestedDeliveryDate', 'cannot be in the past')
    }
    return { salesOrder: await apply('SalesOrder', { kind: 'update', id, expectedVersion, values }) }
  })
}

export const cancelSalesOrder: ErpMutation<ExistingRecord> = async (_, args, { records }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('SalesOrder', id)
  // After the order: a delivery made meanwhile has counted the order's version up.
  const waiting = await records.list('Delivery', 'salesOrderId', id, {
    first: 1,
    sort: [],
    filter: { status: { in: openDeliveryStatuses } },
  })
  return records.change(info, args, async (apply) => {
    const { status } = requireVersion(found, 'SalesOrder', args.input)
    requireStep<SalesOrderRecord['status']>(orderSteps, status, 'CANCELLED', { entity: 'SalesOrder', id })
    const [delivery] = waiting
    if (delivery) {
      throw invalid('input.id', `names an order with the open delivery \`${delivery.id}\`; cancel that first`)
    }
    const { reason } = readValues(args.input, { reason: required(text(1_000)) })
    const values = { status: 'CANCELLED', cancelReason: reason }
    return { salesOrder: await apply('SalesOrder', { kind: 'update', id, expectedVersion, values }) }
  })
}

/** Passes for an order that is neither cancelled nor completely processed. */
export function requireOpen({ status }: SalesOrderRecord, argument = 'input.id'): void {
  if (openOrderStatuses.has(status)) return
  throw invalid(argument, `names an order that is \`${status}\` and cannot be changed`)
}

/** Whether a delivery of the order may be made, blocks aside. */
function isDeliverable({ status, type }: SalesOrderRecord): boolean {
  return openOrderStatuses.has(status) && type !== 'RETURN'
}
