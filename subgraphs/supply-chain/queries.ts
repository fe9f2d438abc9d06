/** The root queries of the supply chain: by id, by GS1 number, and page by page. */
import { byField, byId, pages, type Listing } from '../lookups.ts'
import { byName, lastHappenedFirst, lastMonthFirst, lastPlannedFirst } from './model.ts'

const shipments: Listing = {
  filter: {
    statuses: 'status',
    directions: 'direction',
    supplierId: 'supplierId',
    purchaseOrderId: 'purchaseOrderId',
    deliveryId: 'deliveryId',
    originId: 'originId',
    destinationId: 'destinationId',
    late: 'isLate',
    plannedArrival: 'plannedArrival',
    expectedArrival: 'expectedArrival',
    trackingNumber: 'trackingNumber',
    carrier: 'carrier',
  },
  sort: { ID: 'id', PLANNED_ARRIVAL: 'plannedArrival', EXPECTED_ARRIVAL: 'expectedArrival' },
  otherwise: lastPlannedFirst,
}

const locations: Listing = {
  filter: {
    types: 'type',
    plantId: 'plantId',
    supplierId: 'supplierId',
    accountId: 'accountId',
    countryCode: 'countryCode',
    name: 'name',
  },
  sort: { ID: 'id', NAME: 'name' },
  otherwise: byName,
}

const tradeItems: Listing = {
  filter: { productId: 'productId', name: 'name' },
  sort: { ID: 'id', NAME: 'name', GTIN: 'gtin' },
  otherwise: byName,
}

const logisticUnits: Listing = {
  filter: { shipmentId: 'shipmentId', tradeItemId: 'tradeItemId', lotNumber: 'lotNumber' },
  sort: { ID: 'id', SSCC: 'sscc', PACKED_AT: 'packedAt' },
  otherwise: { field: 'id', direction: 'DESC' },
}

const epcisEvents: Listing = {
  filter: {
    types: 'type',
    actions: 'action',
    bizSteps: 'bizStep',
    dispositions: 'disposition',
    epc: 'epc',
    shipmentId: 'shipmentId',
    readPointId: 'readPointId',
    bizLocationId: 'bizLocationId',
    eventTime: 'eventTime',
    recordTime: 'recordTime',
  },
  sort: { EVENT_TIME: 'eventTime', RECORD_TIME: 'recordTime' },
  otherwise: lastHappenedFirst,
}

const forecasts: Listing = {
  filter: {
    productId: 'productId',
    plantId: 'plantId',
    statuses: 'status',
    methods: 'method',
    period: 'period',
  },
  sort: { ID: 'id', PERIOD: 'period' },
  otherwise: lastMonthFirst,
}

const allEvents = pages('EpcisEvent', epcisEvents)
const eventsOfOne = pages('Trace', epcisEvents)

/** Events are asked of their index when they must be about one thing. */
const eventPages: typeof allEvents = (source, args, context, info) =>
  (args.filter?.['epc'] == null ? allEvents : eventsOfOne)(source, args, context, info)

export const queries = {
  shipment: byId('Shipment'),
  shipments: pages('Shipment', shipments),
  location: byId('Location'),
  locationByGln: byField('Location', 'gln'),
  locations: pages('Location', locations),
  tradeItem: byField('TradeItem', 'gtin'),
  tradeItems: pages('TradeItem', tradeItems),
  logisticUnit: byField('LogisticUnit', 'sscc'),
  logisticUnits: pages('LogisticUnit', logisticUnits),
  epcisEvent: byId('EpcisEvent'),
  epcisEvents: eventPages,
  forecast: byId('Forecast'),
  forecasts: pages('Forecast', forecasts),
}
