/** Enters a sales order. What it comes to is computed from its items and must be what the caller says, because rules judge that. */
import { dayOf, requireSameAmount } from '../amounts.ts'
import { house } from '../finance/house.ts'
import { formed, invalid, optional, readValues, required, text } from '../inputs.ts'
import type { ErpMutation, SalesOrderRecord } from './model.ts'
import { readItems, type GivenItem } from './sales-order-items.ts'

interface CreateInput {
  readonly type: SalesOrderRecord['type']
  readonly requestedDeliveryDate: string
  readonly items: readonly GivenItem[]
  readonly netTotal: string
}

const creatable = {
  accountId: required(formed(/^acc-\d{4,}$/, 'the id of an account, like `acc-0001`')),
  customerReference: optional(text(100)),
  type: required(),
  requestedDeliveryDate: required(),
  opportunityId: optional(formed(/^opp-\d{4,}$/, 'the id of an opportunity, like `opp-0001`')),
}

export const createSalesOrder: ErpMutation<CreateInput> = async (_, args, { records, caller, now }, info) => {
  const { type, requestedDeliveryDate, items, netTotal } = args.input
  const found = await Promise.all(
    items.map(async ({ productId, plantId }) => {
      const [product, plant] = await Promise.all([records.load('Product', productId), records.load('Plant', plantId)])
      return { product, plant }
    }),
  )
  return records.change(info, args, async (apply) => {
    const today = dayOf(now)
    const values = readValues(args.input, creatable)
    if (requestedDeliveryDate < today) throw invalid('input.requestedDeliveryDate', 'cannot be in the past')
    const read = readItems(items, found, type)
    requireSameAmount('input.netTotal', netTotal, read.netTotal)
    const salesOrder = await apply('SalesOrder', {
      kind: 'create',
      values: {
        ...values,
        orderDate: today,
        status: 'NOT_PROCESSED',
        deliveryBlock: read.needsPriceCheck ? 'PRICE_CHECK' : null,
        currency: house.currency,
        netTotal: read.netTotal,
        ownerId: caller.onBehalfOf ?? caller.id,
      },
    })
    for (const item of read.values) {
      await apply('SalesOrderItem', { kind: 'create', values: { ...item, salesOrderId: salesOrder.id } })
    }
    return { salesOrder }
  })
}
