/** Permissions on plants, products, stock, sales orders and deliveries. */
import type { Rules } from './rules.ts'
import { all, any, argumentAtMost, argumentOneOf, askPerson, callerIs, callerMay, recordWhere } from './vocabulary.ts'
import { compareDecimals } from './vocabulary/decimal.ts'

const read = callerMay('erp:read')
const readCost = callerMay('erp:cost:read')
const workOnOrders = callerMay('erp:order:write')
const workOnDeliveries = callerMay('erp:delivery:write')
const workOnStock = callerMay('erp:stock:write')

/** In EUR; the system refuses an order whose items do not come to what the argument says. */
const agentsLimit = 50_000

const entersUpToItsLimit = any(
  callerIs('person'),
  argumentAtMost('input.netTotal', agentsLimit),
  askPerson('plant-manager', 'an agent enters an order of more than 50 000 EUR'),
)

/** What an agent may not enter by itself it may not cancel either. */
const cancelsUpToItsLimit = any(
  callerIs('person'),
  recordWhere(
    'orders of up to 50 000 EUR',
    ['netTotal'],
    ({ netTotal }) => [-1, 0].includes(compareDecimals(netTotal, agentsLimit) ?? 1),
    { of: 'SalesOrder', id: 'input.id' },
  ),
)

/** Credit, export control and prices are judged by people; what a customer asked for, an agent can hear from the customer. */
const liftsWhatItMay = any(callerIs('person'), argumentOneOf('input.block', ['CUSTOMER_REQUEST']))

/** Agents move what is free. Out of quality inspection a person lets it, and blocked stock is touched by people only. */
const movesWhatItMay = any(
  callerIs('person'),
  all(
    argumentOneOf('input.fromType', ['UNRESTRICTED']),
    argumentOneOf('input.toType', ['UNRESTRICTED', 'QUALITY_INSPECTION']),
  ),
  all(
    argumentOneOf('input.fromType', ['QUALITY_INSPECTION']),
    argumentOneOf('input.toType', ['UNRESTRICTED', 'QUALITY_INSPECTION']),
    askPerson('plant-manager', 'an agent moves stock that waits for quality inspection'),
  ),
)

export const erp: Rules<'erp'> = {
  Query: { '*': read },
  Mutation: {
    createSalesOrder: all(workOnOrders, entersUpToItsLimit),
    changeSalesOrder: workOnOrders,
    setDeliveryBlock: workOnOrders,
    removeDeliveryBlock: all(workOnOrders, liftsWhatItMay),
    cancelSalesOrder: all(workOnOrders, cancelsUpToItsLimit),
    createDelivery: workOnDeliveries,
    transitionDelivery: workOnDeliveries,
    transferStock: all(workOnStock, movesWhatItMay),
    updateStockPolicy: workOnStock,
    updateProductStatus: all(workOnStock, callerIs('person')),
  },

  Account: { salesOrders: read },
  Plant: { '*': read },
  Product: { '*': read, standardCost: readCost },
  // Divided by the quantities, the value of a stock is the cost of its product.
  StockLevel: { '*': read, stockValue: readCost },
  SalesOrder: { '*': read },
  SalesOrderItem: { '*': read },
  Delivery: { '*': read },
  DeliveryItem: { '*': read },

  PlantConnection: { '*': read },
  PlantEdge: { '*': read },
  ProductConnection: { '*': read },
  ProductEdge: { '*': read },
  StockLevelConnection: { '*': read },
  StockLevelEdge: { '*': read },
  SalesOrderConnection: { '*': read },
  SalesOrderEdge: { '*': read },
  DeliveryConnection: { '*': read },
  DeliveryEdge: { '*': read },

  SalesOrderPayload: { '*': read },
  DeliveryPayload: { '*': read },
  StockTransferPayload: { '*': read },
  StockLevelPayload: { '*': read },
  ProductPayload: { '*': read },
}
