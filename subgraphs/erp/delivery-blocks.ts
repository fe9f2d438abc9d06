/**
 * Delivery blocks: how an order is stopped, and by whom it is let go. An order has one block at a time, so that nobody can put
 * a harmless one over a serious one and take that away.
 */
import { requireVersion } from '../acts.ts'
import { invalid } from '../inputs.ts'
import { requireSecondPrincipal } from '../separation-of-duty.ts'
import type { ErpMutation, ExistingRecord, SalesOrderRecord } from './model.ts'
import { requireOpen } from './sales-orders.ts'

type Block = NonNullable<SalesOrderRecord['deliveryBlock']>
type BlockInput = ExistingRecord & { readonly block: Block }

export const setDeliveryBlock: ErpMutation<BlockInput> = async (_, args, { records }, info) => {
  const { id, expectedVersion, block } = args.input
  const found = await records.load('SalesOrder', id)
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'SalesOrder', args.input)
    requireOpen(current)
    if (current.deliveryBlock !== null) {
      throw invalid('input.id', `names an order that has the block \`${current.deliveryBlock}\` already`)
    }
    const values = { deliveryBlock: block }
    return { salesOrder: await apply('SalesOrder', { kind: 'update', id, expectedVersion, values }) }
  })
}

export const removeDeliveryBlock: ErpMutation<BlockInput> = async (_, args, { records, caller }, info) => {
  const { id, expectedVersion, block } = args.input
  const found = await records.load('SalesOrder', id)
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'SalesOrder', args.input)
    requireOpen(current)
    // The rules judge the block that is said, so it must be the one that is there.
    if (current.deliveryBlock === null) throw invalid('input.id', 'names an order that has no block')
    if (current.deliveryBlock !== block) throw invalid('input.block', `must be \`${current.deliveryBlock}\``)
    if (block !== 'CUSTOMER_REQUEST') {
      requireSecondPrincipal(caller, [current.ownerId], `remove the block \`${block}\` of an order that they own`)
    }
    const values = { deliveryBlock: null }
    return { salesOrder: await apply('SalesOrder', { kind: 'update', id, expectedVersion, values }) }
  })
}
