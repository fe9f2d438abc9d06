/** The root queries of the ERP system: by id, by code, by GTIN, and page by page. */
import { byField, byId, pages, type Listing } from '../lookups.ts'
import { lastOrderedFirst, lastPlannedFirst } from './model.ts'

const plants: Listing = {
  filter: { name: 'name', countryCode: 'countryCode', managerId: 'managerId' },
  sort: { CODE: 'code', NAME: 'name' },
  otherwise: { field: 'code', direction: 'ASC' },
}

// What a product costs us is nowhere here: who may not read it could find it by halving a range.
const products: Listing = {
  filter: {
    types: 'type',
    statuses: 'status',
    procurementType: 'procurementType',
    productGroup: 'productGroup',
    name: 'name',
    listPrice: 'listPrice',
  },
  sort: { ID: 'id', NAME: 'name' },
  otherwise: { field: 'name', direction: 'ASC' },
}

const stockLevels: Listing = {
  filter: {
    productId: 'productId',
    plantId: 'plantId',
    storageLocation: 'storageLocation',
    supplySituations: 'supplySituation',
  },
  sort: { ID: 'id', UNRESTRICTED_QUANTITY: 'unrestrictedQuantity' },
  otherwise: { field: 'id', direction: 'ASC' },
}

const salesOrders: Listing = {
  filter: {
    statuses: 'status',
    types: 'type',
    deliveryBlocks: 'deliveryBlock',
    accountId: 'accountId',
    opportunityId: 'opportunityId',
    ownerId: 'ownerId',
    customerReference: 'customerReference',
    orderDate: 'orderDate',
    requestedDeliveryDate: 'requestedDeliveryDate',
    netTotal: 'netTotal',
  },
  sort: {
    ID: 'id',
    ORDER_DATE: 'orderDate',
    REQUESTED_DELIVERY_DATE: 'requestedDeliveryDate',
    NET_TOTAL: 'netTotal',
  },
  otherwise: lastOrderedFirst,
}

const deliveries: Listing = {
  filter: {
    statuses: 'status',
    salesOrderId: 'salesOrderId',
    accountId: 'accountId',
    plantId: 'plantId',
    plannedGoodsIssue: 'plannedGoodsIssue',
  },
  sort: { ID: 'id', PLANNED_GOODS_ISSUE: 'plannedGoodsIssue' },
  otherwise: lastPlannedFirst,
}

export const queries = {
  plant: byId('Plant'),
  plantByCode: byField('Plant', 'code'),
  plants: pages('Plant', plants),
  product: byId('Product'),
  productByGtin: byField('Product', 'gtin'),
  products: pages('Product', products),
  stockLevel: byId('StockLevel'),
  stockLevels: pages('StockLevel', stockLevels),
  salesOrder: byId('SalesOrder'),
  salesOrders: pages('SalesOrder', salesOrders),
  delivery: byId('Delivery'),
  deliveries: pages('Delivery', deliveries),
}
