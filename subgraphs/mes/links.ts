/** What manufacturing adds to the entities of other systems: their job orders, lots, downtimes and equipment. */
import {
  byName,
  lastPlannedFirst,
  lastStartedFirst,
  newestFirst,
  oneOf,
  type InnerListArgs,
  type JobOrderListArgs,
  type LotListArgs,
  type MesResolver,
} from './model.ts'

type Resolver<Args> = MesResolver<{ readonly id: string }, Args>

const lotsBy =
  (field: 'productId' | 'supplierId' | 'goodsReceiptId'): Resolver<LotListArgs> =>
  ({ id }, { first, statuses }, { records }) =>
    records.list('MaterialLot', field, id, { first, sort: [newestFirst], filter: oneOf('status', statuses) })

const jobOrdersBy =
  (field: 'productId' | 'salesOrderId'): Resolver<JobOrderListArgs> =>
  ({ id }, { first, states }, { records }) =>
    records.list('JobOrder', field, id, { first, sort: [lastPlannedFirst], filter: oneOf('state', states) })

export const productFields = { jobOrders: jobOrdersBy('productId'), lots: lotsBy('productId') }

export const salesOrderFields = { jobOrders: jobOrdersBy('salesOrderId') }

export const goodsReceiptFields = { lots: lotsBy('goodsReceiptId') }

export const supplierFields = { lots: lotsBy('supplierId') }

export const incidentFields = {
  downtimes: (({ id }, { first }, { records }) =>
    records.list('Downtime', 'incidentId', id, { first, sort: [lastStartedFirst] })) satisfies Resolver<InnerListArgs>,
}

export const configurationItemFields = {
  equipment: (({ id }, { first }, { records }) =>
    records.list('Equipment', 'configurationItemId', id, { first, sort: [byName] })) satisfies Resolver<InnerListArgs>,
}
