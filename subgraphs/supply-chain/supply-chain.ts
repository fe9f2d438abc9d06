/** The supply chain system: shipments and their units under GS1 numbers, EPCIS events, demand forecasts. */
import { defineSubgraph, recordReference, referenceItself, type SubgraphDeps } from '../define.ts'
import type { EntitySource } from '../sources/entity-source.ts'
import type { Subgraph } from '../subgraph.ts'
import { captureEpcisEvent } from './capture-epcis-event.ts'
import { createShipment } from './create-shipment.ts'
import { declareEpcisError, epcisEventFields, errorDeclarationFields } from './epcis-events.ts'
import { changeForecast, createForecast, forecastFields, publishForecast } from './forecasts.ts'
import { locationFields } from './locations.ts'
import { logisticUnitFields, tradeItemFields } from './logistic-units.ts'
import { deliveryFields, plantFields, productFields, purchaseOrderFields, supplierFields } from './other-systems.ts'
import { queries } from './queries.ts'
import { shipmentFields, updateEstimatedArrival } from './shipments.ts'
import { transitionShipment } from './transition-shipment.ts'

const resolvers = {
  Query: queries,
  Mutation: {
    createShipment,
    transitionShipment,
    updateEstimatedArrival,
    captureEpcisEvent,
    declareEpcisError,
    createForecast,
    changeForecast,
    publishForecast,
  },
  Supplier: supplierFields,
  PurchaseOrder: purchaseOrderFields,
  Delivery: deliveryFields,
  Product: productFields,
  Plant: plantFields,
  Shipment: shipmentFields,
  Location: locationFields,
  TradeItem: tradeItemFields,
  LogisticUnit: logisticUnitFields,
  EpcisEvent: epcisEventFields,
  EpcisErrorDeclaration: errorDeclarationFields,
  Forecast: forecastFields,
}

const entities = {
  Supplier: referenceItself,
  PurchaseOrder: referenceItself,
  Delivery: referenceItself,
  Product: referenceItself,
  Plant: referenceItself,
  Shipment: recordReference('Shipment'),
  Location: recordReference('Location'),
  TradeItem: recordReference('TradeItem'),
  LogisticUnit: recordReference('LogisticUnit'),
}

/** Makes the supply chain system over a source that has its entities (`tables.ts` declares them for PostgreSQL). */
export function createSupplyChain(sdl: string, source: EntitySource, deps: SubgraphDeps): Subgraph {
  const services = { newId: deps.world.newId }
  return defineSubgraph({ name: 'supply-chain', sdl, resolvers, entities, source, services }, deps)
}
