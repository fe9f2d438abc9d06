/** What the supply chain adds to the records of other systems, which it knows by their key alone. */
import {
  byName,
  lastMonthFirst,
  lastPlannedFirst,
  withStatuses,
  type InnerListArgs,
  type StatusListArgs,
  type SupplyChainResolver,
} from './model.ts'

type Added<Args> = SupplyChainResolver<{ readonly id: string }, Args>

export const supplierFields = {
  shipments: (({ id }, { first, statuses }, { records }) =>
    records.list('Shipment', 'supplierId', id, {
      first,
      sort: [lastPlannedFirst],
      filter: withStatuses(statuses),
    })) satisfies Added<StatusListArgs>,
  locations: (({ id }, { first }, { records }) =>
    records.list('Location', 'supplierId', id, { first, sort: [byName] })) satisfies Added<InnerListArgs>,
}

export const purchaseOrderFields = {
  shipments: (({ id }, { first }, { records }) =>
    records.list('Shipment', 'purchaseOrderId', id, {
      first,
      sort: [lastPlannedFirst],
    })) satisfies Added<InnerListArgs>,
}

export const deliveryFields = {
  shipments: (({ id }, { first }, { records }) =>
    records.list('Shipment', 'deliveryId', id, { first, sort: [lastPlannedFirst] })) satisfies Added<InnerListArgs>,
}

export const productFields = {
  tradeItems: (({ id }, { first }, { records }) =>
    records.list('TradeItem', 'productId', id, {
      first,
      sort: [{ field: 'gtin', direction: 'ASC' }],
    })) satisfies Added<InnerListArgs>,
  forecasts: (({ id }, { first, statuses }, { records }) =>
    records.list('Forecast', 'productId', id, {
      first,
      sort: [lastMonthFirst],
      filter: withStatuses(statuses),
    })) satisfies Added<StatusListArgs>,
}

export const plantFields = {
  locations: (({ id }, { first }, { records }) =>
    records.list('Location', 'plantId', id, { first, sort: [byName] })) satisfies Added<InnerListArgs>,
}
