/** The ERP system: plants, products and their stock, sales orders and their deliveries, in the shapes of SAP's A2X services. */
import { defineSubgraph, recordReference, referenceItself, type SubgraphDeps } from '../define.ts'
import type { EntitySource } from '../sources/entity-source.ts'
import type { Subgraph } from '../subgraph.ts'
import { createDelivery } from './create-delivery.ts'
import { createSalesOrder } from './create-sales-order.ts'
import { deliveryFields, deliveryItemFields } from './deliveries.ts'
import { removeDeliveryBlock, setDeliveryBlock } from './delivery-blocks.ts'
import { plantFields } from './plants.ts'
import { productFields, updateProductStatus } from './products.ts'
import { queries } from './queries.ts'
import {
  accountFields,
  cancelSalesOrder,
  changeSalesOrder,
  salesOrderFields,
  salesOrderItemFields,
} from './sales-orders.ts'
import { stockFields, updateStockPolicy } from './stock.ts'
import { transferStock } from './transfer-stock.ts'
import { transitionDelivery } from './transition-delivery.ts'

const resolvers = {
  Query: queries,
  Mutation: {
    createSalesOrder,
    changeSalesOrder,
    setDeliveryBlock,
    removeDeliveryBlock,
    cancelSalesOrder,
    createDelivery,
    transitionDelivery,
    transferStock,
    updateStockPolicy,
    updateProductStatus,
  },
  Account: accountFields,
  Plant: plantFields,
  Product: productFields,
  StockLevel: stockFields,
  SalesOrder: salesOrderFields,
  SalesOrderItem: salesOrderItemFields,
  Delivery: deliveryFields,
  DeliveryItem: deliveryItemFields,
}

const entities = {
  Account: referenceItself,
  Plant: recordReference('Plant'),
  Product: recordReference('Product'),
  SalesOrder: recordReference('SalesOrder'),
  Delivery: recordReference('Delivery'),
}

/** Makes the ERP system over a source that has its entities (`tables.ts` declares them for PostgreSQL). */
export function createErp(sdl: string, source: EntitySource, deps: SubgraphDeps): Subgraph {
  return defineSubgraph({ name: 'erp', sdl, resolvers, entities, source, services: {} }, deps)
}
