/** The root queries of procurement: by id, by name, and page by page. */
import { byId, byName, pages, type Listing } from '../lookups.ts'
import { lastEndingFirst, lastOrderedFirst, lastPostedFirst, newestFirst } from './model.ts'

const suppliers: Listing = {
  filter: { statuses: 'status', name: 'name', category: 'category', countryCode: 'countryCode' },
  sort: { ID: 'id', NAME: 'name' },
  otherwise: { field: 'name', direction: 'ASC' },
}

const contracts: Listing = {
  filter: {
    statuses: 'status',
    supplierId: 'supplierId',
    title: 'title',
    validFrom: 'validFrom',
    validTo: 'validTo',
    targetValue: 'targetValue',
  },
  sort: { ID: 'id', VALID_TO: 'validTo', TARGET_VALUE: 'targetValue' },
  otherwise: lastEndingFirst,
}

const requisitions: Listing = {
  filter: {
    statuses: 'status',
    requestedBy: 'requestedBy',
    costCenter: 'costCenter',
    title: 'title',
    neededBy: 'neededBy',
    total: 'total',
  },
  sort: { ID: 'id', CREATED_AT: 'createdAt', NEEDED_BY: 'neededBy', TOTAL: 'total' },
  otherwise: newestFirst,
}

const orders: Listing = {
  filter: {
    statuses: 'status',
    types: 'type',
    supplierId: 'supplierId',
    contractId: 'contractId',
    requisitionId: 'requisitionId',
    buyerId: 'buyerId',
    orderDate: 'orderDate',
    netTotal: 'netTotal',
  },
  sort: { ID: 'id', ORDER_DATE: 'orderDate', NET_TOTAL: 'netTotal' },
  otherwise: lastOrderedFirst,
}

const receipts: Listing = {
  filter: {
    statuses: 'status',
    purchaseOrderId: 'purchaseOrderId',
    plantId: 'plantId',
    shipmentId: 'shipmentId',
    deliveryNote: 'deliveryNote',
    postingDate: 'postingDate',
  },
  sort: { ID: 'id', POSTING_DATE: 'postingDate' },
  otherwise: lastPostedFirst,
}

export const queries = {
  supplier: byId('Supplier'),
  supplierByName: byName('Supplier'),
  suppliers: pages('Supplier', suppliers),
  supplyContract: byId('SupplyContract'),
  supplyContracts: pages('SupplyContract', contracts),
  purchaseRequisition: byId('PurchaseRequisition'),
  purchaseRequisitions: pages('PurchaseRequisition', requisitions),
  purchaseOrder: byId('PurchaseOrder'),
  purchaseOrders: pages('PurchaseOrder', orders),
  goodsReceipt: byId('GoodsReceipt'),
  goodsReceipts: pages('GoodsReceipt', receipts),
}
