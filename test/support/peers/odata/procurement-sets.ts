/** The demo company's procurement tables as entity sets: what `connectors/examples/procurement-odata.yaml` maps. */
import { procurementTables } from '../../../../subgraphs/procurement/tables.ts'
import { peerSet } from './sets.ts'

const supplier = { supplierId: 'sup-' }
/** SAP's document types of purchase orders. */
const type = { STANDARD: 'NB', FRAMEWORK: 'FO', RUSH: 'EB' }
const toRequisition = { PurchaseRequisition: { field: 'requisitionId', set: 'PurchaseRequisitions' } }
const toOrder = { PurchaseOrder: { field: 'purchaseOrderId', set: 'PurchaseOrders' } }

export const procurementSets = [
  peerSet('Supplier', { set: 'Suppliers', declaration: procurementTables.Supplier, prefixes: { id: 'sup-' } }),
  peerSet('SupplyContract', {
    set: 'PurchaseContracts',
    declaration: procurementTables.SupplyContract,
    prefixes: supplier,
  }),
  peerSet('PurchaseRequisition', {
    set: 'PurchaseRequisitions',
    declaration: procurementTables.PurchaseRequisition,
  }),
  peerSet('PurchaseRequisitionItem', {
    set: 'PurchaseRequisitionItems',
    declaration: procurementTables.PurchaseRequisitionItem,
    prefixes: supplier,
    links: { ...toRequisition, ...toOrder },
  }),
  peerSet('PurchaseOrder', {
    set: 'PurchaseOrders',
    declaration: procurementTables.PurchaseOrder,
    prefixes: supplier,
    codes: { type },
    links: toRequisition,
  }),
  peerSet('PurchaseOrderItem', {
    set: 'PurchaseOrderItems',
    declaration: procurementTables.PurchaseOrderItem,
    links: toOrder,
  }),
  peerSet('GoodsReceipt', { set: 'GoodsReceipts', declaration: procurementTables.GoodsReceipt }),
  peerSet('GoodsReceiptItem', {
    set: 'GoodsReceiptItems',
    declaration: procurementTables.GoodsReceiptItem,
    links: { GoodsReceipt: { field: 'goodsReceiptId', set: 'GoodsReceipts' } },
  }),
]
