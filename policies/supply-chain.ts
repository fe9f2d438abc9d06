/** Permissions on the supply chain: shipments and what they cost, places and units, events, forecasts. */
import type { Rules } from './rules.ts'
import {
  all,
  any,
  argumentAbsent,
  argumentAtLeast,
  argumentAtMost,
  argumentOneOf,
  askPerson,
  callerIs,
  callerMay,
  ownRecord,
} from './vocabulary.ts'

const read = callerMay('supply-chain:read')
const readFreight = callerMay('supply-chain:freight:read')
const workOnShipments = callerMay('supply-chain:shipment:write')
const recordEvents = callerMay('supply-chain:event:write')
const workOnForecasts = callerMay('supply-chain:forecast:write')

/** Who may not know what freight costs does not book it either. */
const namesFreightItMayRead = any(argumentAbsent('input.freightCost'), readFreight)

/** A limit says nothing of an amount in another currency. */
const booksUpToFiveThousand = any(
  callerIs('person'),
  argumentAbsent('input.freightCost'),
  all(argumentAtMost('input.freightCost', 5_000), argumentOneOf('input.currency', ['EUR'])),
  askPerson('plant-manager', 'an agent books freight for more than 5 000 EUR'),
)

/** Agents say what happened to a shipment; whether one is called off, a person decides. */
const callsOffByPerson = any(
  callerIs('person'),
  argumentOneOf('input.status', ['IN_TRANSIT', 'DELAYED', 'DELIVERED']),
  askPerson('plant-manager', 'an agent calls a shipment off'),
)

/** An event that ends things takes them out of every later count. */
const endsThingsByPerson = any(
  callerIs('person'),
  argumentAbsent('input.action'),
  argumentOneOf('input.action', ['ADD', 'OBSERVE']),
  askPerson('plant-manager', 'an agent records the end of things'),
)

/** The subgraph holds the caller to the change that it says; a first forecast has none to compare with, so a person looks. */
const changesUpToThirtyPercent = any(
  callerIs('person'),
  all(argumentAtLeast('input.changePercent', -30), argumentAtMost('input.changePercent', 30)),
  askPerson('plant-manager', 'an agent publishes a first forecast, or one more than 30 % off the one before'),
)

/** People change the drafts that they prepared; agents work for the whole team. */
const ownForecast = any(callerIs('agent'), ownRecord('preparedBy', { of: 'Forecast', id: 'input.id' }))

export const supplyChain: Rules<'supply-chain'> = {
  Query: { '*': read },
  Mutation: {
    createShipment: all(workOnShipments, namesFreightItMayRead, booksUpToFiveThousand),
    transitionShipment: all(workOnShipments, callsOffByPerson),
    updateEstimatedArrival: workOnShipments,
    captureEpcisEvent: all(recordEvents, endsThingsByPerson),
    // Who could declare records wrong could make goods vanish: an agent cannot.
    declareEpcisError: all(recordEvents, callerIs('person')),
    createForecast: workOnForecasts,
    changeForecast: all(workOnForecasts, ownForecast),
    publishForecast: all(workOnForecasts, changesUpToThirtyPercent),
  },

  Supplier: { shipments: read, locations: read },
  // What belongs to other systems is ruled there; here only what is added to it.
  PurchaseOrder: { shipments: read },
  Delivery: { shipments: read },
  Product: { tradeItems: read, forecasts: read },
  Plant: { locations: read },
  Shipment: { '*': read, freightCost: readFreight },
  Location: { '*': read },
  TradeItem: { '*': read },
  LogisticUnit: { '*': read },
  EpcisEvent: { '*': read },
  EpcisErrorDeclaration: { '*': read },
  Forecast: { '*': read },

  ShipmentConnection: { '*': read },
  ShipmentEdge: { '*': read },
  LocationConnection: { '*': read },
  LocationEdge: { '*': read },
  TradeItemConnection: { '*': read },
  TradeItemEdge: { '*': read },
  LogisticUnitConnection: { '*': read },
  LogisticUnitEdge: { '*': read },
  EpcisEventConnection: { '*': read },
  EpcisEventEdge: { '*': read },
  ForecastConnection: { '*': read },
  ForecastEdge: { '*': read },

  ShipmentPayload: { '*': read },
  EpcisEventPayload: { '*': read },
  ForecastPayload: { '*': read },
  PublishForecastPayload: { '*': read },
}
