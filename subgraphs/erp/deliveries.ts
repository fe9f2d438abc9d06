/** Outbound deliveries: what hangs on one. Creating: `create-delivery.ts`; moving on: `transition-delivery.ts`. */
import { stub } from '../stubs.ts'
import type { DeliveryItemRecord, DeliveryRecord, ErpResolver, InnerListArgs } from './model.ts'

type DeliveryResolver<Args = unknown> = ErpResolver<DeliveryRecord, Args>
type ItemResolver = ErpResolver<DeliveryItemRecord>

export const deliveryFields = {
  salesOrder: (({ salesOrderId }, _, { records }) =>
    records.load('SalesOrder', salesOrderId)) satisfies DeliveryResolver,
  account: (({ accountId }) => stub(accountId)) satisfies DeliveryResolver,
  plant: (({ plantId }, _, { records }) => records.load('Plant', plantId)) satisfies DeliveryResolver,
  items: (({ id }, { first }, { records }) =>
    records.list('DeliveryItem', 'deliveryId', id, { first, sort: [] })) satisfies DeliveryResolver<InnerListArgs>,
}

export const deliveryItemFields = {
  salesOrderItem: (({ salesOrderItemId }, _, { records }) =>
    records.load('SalesOrderItem', salesOrderItemId)) satisfies ItemResolver,
  product: (({ productId }, _, { records }) => records.load('Product', productId)) satisfies ItemResolver,
  lot: (({ lotId }) => stub(lotId)) satisfies ItemResolver,
}
