/** Permissions on purchasing: suppliers, contracts, requisitions, purchase orders, goods receipts. */
import type { Rules } from './rules.ts'
import {
  all,
  any,
  argumentAbsent,
  argumentAtMost,
  argumentOneOf,
  askPerson,
  callerIs,
  callerMay,
  ownRecord,
} from './vocabulary.ts'

const read = callerMay('procurement:read')
const writeRequisitions = callerMay('procurement:requisition:write')
const writeOrders = callerMay('procurement:order:write')
const releaseOrders = callerMay('procurement:order:release')

/** Whoever pays a supplier has to know who it is. */
const readSuppliers = any(callerMay('procurement:read'), callerMay('finance:read'))

/** The limits of agents are amounts in euros, so an amount in another currency is above all of them. */
const inEuros = argumentOneOf('input.currency', ['EUR'])

const decidesUpToOneThousand = any(
  callerIs('person'),
  all(inEuros, argumentAtMost('input.total', 1_000)),
  askPerson('purchasing-manager', 'an agent decides about more than 1 000 EUR'),
)
const releasesUpToFiveThousand = any(
  callerIs('person'),
  all(inEuros, argumentAtMost('input.netTotal', 5_000)),
  askPerson('purchasing-manager', 'an agent releases an order of more than 5 000 EUR'),
)

const requisition = { of: 'PurchaseRequisition', id: 'input.id' } as const
const ownRequisition = any(ownRecord('requestedBy', requisition), ownRecord('preparedBy', requisition))

const order = { of: 'PurchaseOrder', id: 'input.id' } as const
const ownOrder = any(ownRecord('buyerId', order), ownRecord('preparedBy', order))

export const procurement: Rules<'procurement'> = {
  Query: {
    supplier: readSuppliers,
    supplierByName: readSuppliers,
    suppliers: readSuppliers,
    supplyContract: read,
    supplyContracts: read,
    purchaseRequisition: read,
    purchaseRequisitions: read,
    purchaseOrder: read,
    purchaseOrders: read,
    goodsReceipt: read,
    goodsReceipts: read,
  },
  Mutation: {
    createSupplier: callerMay('procurement:supplier:write'),
    // Whether we buy from somebody is decided by somebody who can be asked about it.
    updateSupplier: all(
      callerMay('procurement:supplier:write'),
      any(callerIs('person'), argumentAbsent('input.status')),
    ),
    createContract: callerMay('procurement:contract:write'),
    activateContract: all(
      callerMay('procurement:contract:write'),
      any(callerIs('person'), askPerson('purchasing-manager', 'an agent makes a contract binding')),
    ),
    terminateContract: all(callerMay('procurement:contract:write'), callerIs('person')),

    createRequisition: writeRequisitions,
    changeRequisition: all(writeRequisitions, ownRequisition),
    submitRequisition: all(writeRequisitions, ownRequisition),
    // Purchasing clears away what nobody wants any more.
    withdrawRequisition: all(writeRequisitions, any(callerMay('procurement:requisition:decide'), ownRequisition)),
    decideRequisition: all(callerMay('procurement:requisition:decide'), decidesUpToOneThousand),

    createPurchaseOrder: writeOrders,
    // Who changes an order is its buyer, and so not the one who releases it.
    changePurchaseOrder: all(writeOrders, ownOrder),
    submitPurchaseOrder: writeOrders,
    releasePurchaseOrder: all(releaseOrders, releasesUpToFiveThousand),
    rejectPurchaseOrder: releaseOrders,
    sendPurchaseOrder: writeOrders,
    cancelPurchaseOrder: all(writeOrders, any(callerIs('person'), ownOrder)),
    completePurchaseOrder: writeOrders,

    postGoodsReceipt: callerMay('procurement:receipt:write'),
    // Goods that are in the plant and not in the books are how goods get lost.
    reverseGoodsReceipt: all(
      callerMay('procurement:receipt:write'),
      any(callerIs('person'), askPerson('purchasing-manager', 'an agent takes a goods receipt back')),
    ),
  },

  Supplier: { '*': readSuppliers, rating: read, contracts: read, purchaseOrders: read },
  SupplyContract: { '*': read },
  PurchaseRequisition: { '*': read },
  PurchaseRequisitionItem: { '*': read },
  PurchaseOrder: { '*': read },
  PurchaseOrderItem: { '*': read },
  GoodsReceipt: { '*': read },
  GoodsReceiptItem: { '*': read },
  Invoice: { threeWayMatch: read },
  ThreeWayMatch: { '*': read },
  MatchTolerances: { '*': read },
  MatchDifference: { '*': read },

  Product: { purchaseOrderItems: read },

  SupplierConnection: { '*': readSuppliers },
  SupplierEdge: { '*': readSuppliers },
  SupplyContractConnection: { '*': read },
  SupplyContractEdge: { '*': read },
  PurchaseRequisitionConnection: { '*': read },
  PurchaseRequisitionEdge: { '*': read },
  PurchaseOrderConnection: { '*': read },
  PurchaseOrderEdge: { '*': read },
  GoodsReceiptConnection: { '*': read },
  GoodsReceiptEdge: { '*': read },

  SupplierPayload: { '*': readSuppliers },
  SupplyContractPayload: { '*': read },
  PurchaseRequisitionPayload: { '*': read },
  PurchaseOrderPayload: { '*': read },
  GoodsReceiptPayload: { '*': read },
}
