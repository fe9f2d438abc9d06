/** The root queries of manufacturing: by id, by name or number, and page by page. */
import { readFilter, readSort } from '../listing.ts'
import { byId, byName, pages, type ListArgs, type Listing } from '../lookups.ts'
import {
  byName as nameOrder,
  lastMeasuredFirst,
  lastPlannedFirst,
  lastStartedFirst,
  newestFirst,
  type MesResolver,
} from './model.ts'

const allEquipment: Listing = {
  filter: {
    levels: 'level',
    states: 'state',
    plantId: 'plantId',
    parentId: 'parentId',
    configurationItemId: 'configurationItemId',
    name: 'name',
  },
  sort: { ID: 'id', NAME: 'name' },
  otherwise: nameOrder,
}

const jobOrders: Listing = {
  filter: {
    states: 'state',
    productId: 'productId',
    plantId: 'plantId',
    workCenterId: 'workCenterId',
    salesOrderId: 'salesOrderId',
    supervisorId: 'supervisorId',
    plannedStart: 'plannedStart',
    plannedEnd: 'plannedEnd',
  },
  sort: {
    ID: 'id',
    PRIORITY: 'priority',
    PLANNED_START: 'plannedStart',
    PLANNED_END: 'plannedEnd',
    UPDATED_AT: 'updatedAt',
  },
  otherwise: lastPlannedFirst,
}

const materialLots: Listing = {
  filter: {
    statuses: 'status',
    productId: 'productId',
    plantId: 'plantId',
    supplierId: 'supplierId',
    goodsReceiptId: 'goodsReceiptId',
    shipmentId: 'shipmentId',
    producedByJobOrderId: 'producedByJobOrderId',
    lotNumber: 'lotNumber',
    expiresOn: 'expiresOn',
  },
  sort: { ID: 'id', LOT_NUMBER: 'lotNumber', EXPIRES_ON: 'expiresOn', CREATED_AT: 'createdAt' },
  otherwise: newestFirst,
}

const qualityResults: Listing = {
  filter: {
    verdicts: 'verdict',
    lotId: 'lotId',
    jobOrderId: 'jobOrderId',
    characteristic: 'characteristic',
    measuredAt: 'measuredAt',
  },
  sort: { ID: 'id', MEASURED_AT: 'measuredAt' },
  otherwise: lastMeasuredFirst,
}

const downtimes: Listing = {
  filter: {
    reasons: 'reason',
    equipmentId: 'equipmentId',
    incidentId: 'incidentId',
    jobOrderId: 'jobOrderId',
    startedAt: 'startedAt',
  },
  sort: { ID: 'id', STARTED_AT: 'startedAt' },
  otherwise: lastStartedFirst,
}

export const queries = {
  equipment: byId('Equipment'),
  equipmentByName: byName('Equipment'),
  allEquipment: pages('Equipment', allEquipment),
  jobOrder: byId('JobOrder'),
  jobOrders: pages('JobOrder', jobOrders),
  materialLot: byId('MaterialLot'),
  materialLotByNumber: ((_, { lotNumber }, { records }) =>
    records.find('MaterialLot', { lotNumber: { eq: lotNumber } })) satisfies MesResolver<
    unknown,
    { readonly lotNumber: string }
  >,
  materialLots: pages('MaterialLot', materialLots),
  qualityResults: pages('QualityResult', qualityResults),
  downtime: byId('Downtime'),
  downtimes: ((_, { first, after, filter, sort }, { records, now }) => {
    const { ongoing, ...others } = filter ?? {}
    return records.page('Downtime', {
      first,
      after,
      filter: { ...readFilter(others, downtimes.filter), ...whetherOngoing(ongoing, now) },
      sort: readSort(sort, downtimes.sort, downtimes.otherwise),
    })
  }) satisfies MesResolver<unknown, ListArgs>,
}

/** A downtime goes on as long as it has no end; ends are never in the future. */
function whetherOngoing(ongoing: unknown, now: Date) {
  if (typeof ongoing !== 'boolean') return {}
  return { endedAt: ongoing ? { eq: null } : { lte: now.toISOString() } }
}
