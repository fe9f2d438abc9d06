/** The procurement system: suppliers, contracts, requisitions, purchase orders and goods receipts, in SAP's shapes. */
import { defineSubgraph, recordReference, referenceItself, type SubgraphDeps } from '../define.ts'
import type { EntitySource } from '../sources/entity-source.ts'
import type { Subgraph } from '../subgraph.ts'
import { activateContract, contractFields, createContract, terminateContract } from './contracts.ts'
import { createPurchaseOrder } from './create-purchase-order.ts'
import { decideRequisition, submitRequisition, withdrawRequisition } from './decide-requisition.ts'
import { postGoodsReceipt, receiptFields, receiptItemFields, reverseGoodsReceipt } from './goods-receipts.ts'
import { invoiceFields } from './invoices.ts'
import { orderItemFields } from './order-items.ts'
import {
  changePurchaseOrder,
  completePurchaseOrder,
  orderFields,
  productFields,
  sendPurchaseOrder,
  submitPurchaseOrder,
} from './purchase-orders.ts'
import { queries } from './queries.ts'
import { cancelPurchaseOrder, rejectPurchaseOrder, releasePurchaseOrder } from './release-order.ts'
import { requisitionItemFields } from './requisition-items.ts'
import { changeRequisition, createRequisition, requisitionFields } from './requisitions.ts'
import { createSupplier, supplierFields, updateSupplier } from './suppliers.ts'

const resolvers = {
  Query: queries,
  Mutation: {
    createSupplier,
    updateSupplier,
    createContract,
    activateContract,
    terminateContract,
    createRequisition,
    changeRequisition,
    submitRequisition,
    decideRequisition,
    withdrawRequisition,
    createPurchaseOrder,
    changePurchaseOrder,
    submitPurchaseOrder,
    releasePurchaseOrder,
    rejectPurchaseOrder,
    sendPurchaseOrder,
    cancelPurchaseOrder,
    completePurchaseOrder,
    postGoodsReceipt,
    reverseGoodsReceipt,
  },
  Supplier: supplierFields,
  SupplyContract: contractFields,
  PurchaseRequisition: requisitionFields,
  PurchaseRequisitionItem: requisitionItemFields,
  PurchaseOrder: orderFields,
  PurchaseOrderItem: orderItemFields,
  GoodsReceipt: receiptFields,
  GoodsReceiptItem: receiptItemFields,
  Product: productFields,
  Invoice: invoiceFields,
}

const entities = {
  Supplier: recordReference('Supplier'),
  SupplyContract: recordReference('SupplyContract'),
  PurchaseRequisition: recordReference('PurchaseRequisition'),
  PurchaseOrder: recordReference('PurchaseOrder'),
  GoodsReceipt: recordReference('GoodsReceipt'),
  Product: referenceItself,
  Invoice: referenceItself,
}

/** Makes the procurement system over a source that has its entities (`tables.ts` declares them for PostgreSQL). */
export function createProcurement(sdl: string, source: EntitySource, deps: SubgraphDeps): Subgraph {
  return defineSubgraph({ name: 'procurement', sdl, resolvers, entities, source, services: {} }, deps)
}
