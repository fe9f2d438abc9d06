/** Moves a delivery from status to status; goods issue takes it out of stock and moves its order on. */
import { requireFound, requireStep, requireVersion } from '../acts.ts'
import { invalid } from '../inputs.ts'
import { deliverySteps } from './delivery-states.ts'
import { addToDelivered, readIssueBasis, takeFromStock } from './goods-issue.ts'
import type { DeliveryRecord, ErpMutation, ExistingRecord, SalesOrderRecord } from './model.ts'

type Status = DeliveryRecord['status']

export const transitionDelivery: ErpMutation<ExistingRecord & { readonly status: Status }> = async (
  _,
  args,
  { records, now },
  info,
) => {
  const { id, expectedVersion, status } = args.input
  const found = await records.load('Delivery', id)
  // The order before what hangs on it: `open-quantities.ts` says why.
  const order = await records.load('SalesOrder', found?.salesOrderId)
  const basis = found && status === 'GOODS_ISSUED' ? await readIssueBasis(records, found) : null
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'Delivery', args.input)
    requireStep<Status>(deliverySteps, current.status, status, { entity: 'Delivery', id })
    const salesOrder = requireFound(order, 'SalesOrder', current.salesOrderId)
    const move = (values: Readonly<Record<string, unknown>>) =>
      apply('Delivery', { kind: 'update', id, expectedVersion, values: { status, ...values } })
    if (!basis) return { delivery: await move(status === 'DELIVERED' ? { deliveredAt: now } : {}), salesOrder }

    requireNotBlocked(salesOrder)
    const stock = takeFromStock(current, basis)
    const issued = addToDelivered(basis)
    const delivery = await move({ goodsIssuedAt: now })
    for (const change of issued.updates) await apply('SalesOrderItem', change)
    for (const change of stock) await apply('StockLevel', change)
    const values = { status: issued.status }
    const change = { kind: 'update', id: salesOrder.id, expectedVersion: salesOrder.version, values } as const
    return { delivery, salesOrder: await apply('SalesOrder', change) }
  })
}

/** A block that came after the delivery was made stops it at the gate. */
function requireNotBlocked({ id, deliveryBlock }: SalesOrderRecord): void {
  if (deliveryBlock === null) return
  throw invalid(
    'input.id',
    `names a delivery of the order \`${id}\`, which has the delivery block \`${deliveryBlock}\``,
  )
}
